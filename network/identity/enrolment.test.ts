import { createPrivateKey, X509Certificate } from 'node:crypto';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Consortium } from '../consortium';
import { enrol } from './enrolment';
import { MaterialError } from './errors';
import { ensureMaterial, type NetworkMaterial } from './material';
import { serializeIdentity } from './msp';
import { createSigner } from './signer';

const NOW = new Date('2026-03-01T12:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const PARTY = { party: '91350100M000100Y43', role: 'operator' };

const consortium: Consortium = {
  name: 'test',
  organizations: [
    {
      name: 'bank-a',
      mspId: 'BankAMSP',
      displayName: 'Bank A',
      uscc: '91350100M000100Y43',
      kinds: ['FINANCIER'],
      domain: 'bank-a.example.localhost',
      peers: [{ name: 'peer0', host: 'localhost', port: 7051 }],
    },
  ],
  orderer: {
    name: 'orderer',
    mspId: 'OrdererMSP',
    displayName: 'Ordering service',
    domain: 'orderer.example.localhost',
    orderers: [{ name: 'orderer0', host: 'localhost', port: 7050 }],
  },
  channels: [],
};

let parent: string;
let home: string;
let material: NetworkMaterial;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'onepledge-enrolment-'));
  home = join(parent, 'home');
  material = await ensureMaterial(consortium, home, NOW);
});

afterEach(async () => {
  await rm(parent, { recursive: true, force: true });
});

async function files(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

describe('an enrolment', () => {
  test('gives a client of the organisation with the attributes asked for', async () => {
    const { mspId, certificatePem, privateKeyPem } = await enrol(
      home,
      'bank-a',
      { name: 'alice', attributes: PARTY },
      NOW,
    );
    const signer = createSigner(mspId, certificatePem, privateKeyPem);
    const identity = material.mspRegistry().identify(signer.serialized, NOW);
    expect(identity).toMatchObject({ mspId: 'BankAMSP', role: 'client', commonName: 'alice', attributes: PARTY });
    const message = Buffer.from('a proposal');
    expect(identity.verify(message, signer.sign(message))).toBe(true);
  });

  test('gives an administrator when asked to', async () => {
    const { mspId, certificatePem } = await enrol(home, 'bank-a', { name: 'root', role: 'admin', attributes: {} }, NOW);
    const identity = material.mspRegistry().identify(serializeIdentity(mspId, certificatePem), NOW);
    expect(identity).toMatchObject({ role: 'admin', attributes: {} });
  });

  test('is given back while it is good, whatever the order of its attributes', async () => {
    const first = await enrol(home, 'bank-a', { name: 'alice', attributes: PARTY }, NOW);
    const reversed = Object.fromEntries(Object.entries(PARTY).reverse());
    const later = new Date(NOW.getTime() + 363 * DAY_MS);
    expect(await enrol(home, 'bank-a', { name: 'alice', attributes: reversed }, later)).toEqual(first);
  });

  test('is renewed in its last day', async () => {
    const first = await enrol(home, 'bank-a', { name: 'alice', attributes: PARTY }, NOW);
    const lastDay = new Date(NOW.getTime() + 364.5 * DAY_MS);
    const second = await enrol(home, 'bank-a', { name: 'alice', attributes: PARTY }, lastDay);
    expect(second.certificatePem).not.toBe(first.certificatePem);
    expect(new X509Certificate(second.certificatePem).checkPrivateKey(createPrivateKey(second.privateKeyPem))).toBe(
      true,
    );
    const year = new Date(lastDay.getTime() + 360 * DAY_MS);
    expect(await enrol(home, 'bank-a', { name: 'alice', attributes: PARTY }, year)).toEqual(second);
  });

  test('is another one for other attributes, another role or another name, and each stays', async () => {
    const asked = [
      { name: 'alice', attributes: PARTY },
      { name: 'alice', attributes: { ...PARTY, role: 'auditor' } },
      { name: 'alice', role: 'admin' as const, attributes: PARTY },
      { name: 'Alice', attributes: PARTY },
    ];
    const first = await Promise.all(asked.map((enrolment) => enrol(home, 'bank-a', enrolment, NOW)));
    expect(new Set(first.map(({ certificatePem }) => certificatePem)).size).toBe(asked.length);
    expect(await Promise.all(asked.map((enrolment) => enrol(home, 'bank-a', enrolment, NOW)))).toEqual(first);
  });

  test('is one and the same for all that ask at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () => enrol(home, 'bank-a', { name: 'alice', attributes: PARTY }, NOW)),
    );
    expect(new Set(all.map(({ certificatePem }) => certificatePem)).size).toBe(1);
    expect(await files(join(home, 'crypto', 'bank-a', 'users'))).toHaveLength(1);
  });

  test('from a CA that is gone is not given back', async () => {
    await enrol(home, 'bank-a', { name: 'alice', attributes: PARTY }, NOW);
    await rm(join(home, 'crypto', 'bank-a', 'ca.pem'));
    const elsewhere = join(parent, 'other');
    await ensureMaterial(consortium, elsewhere, NOW);
    await copyFile(join(elsewhere, 'crypto', 'bank-a', 'ca.pem'), join(home, 'crypto', 'bank-a', 'ca.pem'));
    const { certificatePem } = await enrol(home, 'bank-a', { name: 'alice', attributes: PARTY }, NOW);
    const registry = (await ensureMaterial(consortium, elsewhere, NOW)).mspRegistry();
    expect(registry.identify(serializeIdentity('BankAMSP', certificatePem), NOW).commonName).toBe('alice');
  });

  test.each([
    '../../../escape',
    '/etc/passwd',
    '..',
    '.',
    '.hidden',
    'a/b\\c',
    '张三'.repeat(32),
    'x y%2F..',
    "!'()*~",
  ])('named %s stays in its folder', async (name) => {
    const before = await files(parent);
    const { certificatePem } = await enrol(home, 'bank-a', { name, attributes: {} }, NOW);
    const added = (await files(parent)).filter((file) => !before.includes(file));
    expect(added).toHaveLength(1);
    expect(added[0]).toMatch(/^home\/crypto\/bank-a\/users\/[^/]+\/[0-9a-f]{32}\.pem$/);
    const identity = material.mspRegistry().identify(serializeIdentity('BankAMSP', certificatePem), NOW);
    expect(identity.commonName).toBe(name);
  });

  test.each(['', 'x'.repeat(65), 'a\nb', 'a\u0000', 'a\u200bb', '\ud800'])('cannot be named %j', async (name) => {
    await expect(enrol(home, 'bank-a', { name, attributes: {} }, NOW)).rejects.toBeInstanceOf(MaterialError);
  });

  test.each(['..', '../bank-a', 'bank-b', 'Bank-A', ''])('is refused for the organisation %j', async (organization) => {
    const request = enrol(home, organization, { name: 'alice', attributes: {} }, NOW);
    await expect(request).rejects.toBeInstanceOf(MaterialError);
  });
});
