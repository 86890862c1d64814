import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Consortium, type Organization } from '../consortium';
import { enrol } from './enrolment';
import { MaterialError } from './errors';
import { ensureMaterial } from './material';

const NOW = new Date('2026-03-01T12:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'onepledge-material-'));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

function organization(name: string, mspId: string, host = 'localhost'): Organization {
  return {
    name,
    mspId,
    displayName: `The ${name}`,
    uscc: '91350100M000100Y43',
    kinds: ['FINANCIER'],
    domain: `${name}.example.localhost`,
    peers: [{ name: 'peer0', host, port: 7051 }],
  };
}

const ORDERER = {
  name: 'orderer',
  mspId: 'OrdererMSP',
  displayName: 'Ordering service',
  domain: 'orderer.example.localhost',
  orderers: [{ name: 'orderer0', host: 'localhost', port: 7050 }],
} as const;

function consortium(...organizations: readonly Organization[]): Consortium {
  return { name: 'test', organizations, orderer: ORDERER, channels: [] };
}

const two = consortium(organization('bank-a', 'BankAMSP'), organization('bank-b', 'BankBMSP'));

async function snapshot(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.sort().map(async (file) => [file, await readFile(file, 'utf8')] as const));
  return new Map(contents);
}

describe('material', () => {
  test("gives each organisation a peer and an administrator of its own MSP that verify each other's signatures", async () => {
    const material = await ensureMaterial(two, home, NOW);
    const registry = material.mspRegistry();
    for (const { mspId, peer, admin } of material.organizations) {
      const message = Buffer.from(mspId);
      const identity = registry.identify(peer.serialized, NOW);
      expect(identity).toMatchObject({ mspId, role: 'peer' });
      expect(identity.verify(message, peer.sign(message))).toBe(true);
      expect(identity.verify(message, admin.sign(message))).toBe(false);
      expect(registry.identify(admin.serialized, NOW)).toMatchObject({ mspId, role: 'admin' });
    }
  });

  test('gives each orderer an identity that signs blocks, and a TLS certificate', async () => {
    const material = await ensureMaterial(two, home, NOW);
    const { orderer } = material;
    const [node] = orderer.nodes;
    expect(orderer.nodes).toHaveLength(1);
    expect(node).toMatchObject({ name: 'orderer0', host: 'localhost', port: 7050 });
    const identity = material.mspRegistry().identify(node?.signer.serialized ?? new Uint8Array(), NOW);
    expect(identity).toMatchObject({
      mspId: 'OrdererMSP',
      role: 'orderer',
      commonName: 'orderer0.orderer.example.localhost',
    });
    const tls = new X509Certificate(node?.tls.certPem ?? '');
    expect(tls.checkIssued(new X509Certificate(orderer.tlsCaPem))).toBe(true);
    expect(tls.checkHost('orderer0.orderer.example.localhost')).toBeDefined();
  });

  test('gives peers TLS certificates of the TLS CA for every name that they are called by', async () => {
    const material = await ensureMaterial(
      consortium(organization('bank-a', 'BankAMSP', 'peer.bank.example')),
      home,
      NOW,
    );
    const { tlsCaPem, caPem, peerTls } = material.organization('bank-a');
    const certificate = new X509Certificate(peerTls.certPem);
    for (const name of [
      'localhost',
      'peer.bank.example',
      'bank-a.example.localhost',
      'peer0.bank-a.example.localhost',
    ]) {
      expect(certificate.checkHost(name)).toBeDefined();
    }
    expect(certificate.checkIP('127.0.0.1')).toBeDefined();
    expect(certificate.checkHost('elsewhere.example')).toBeUndefined();
    expect(certificate.verify(new X509Certificate(tlsCaPem).publicKey)).toBe(true);
    expect(certificate.verify(new X509Certificate(caPem).publicKey)).toBe(false);
    expect(certificate.checkPrivateKey(createPrivateKey(peerTls.keyPem))).toBe(true);
  });

  test('is made once', async () => {
    await ensureMaterial(two, home, NOW);
    const before = await snapshot(home);
    const again = await ensureMaterial(two, home, new Date(NOW.getTime() + 300 * DAY_MS));
    expect(await snapshot(home)).toEqual(before);
    expect(again.organizations.map(({ name }) => name)).toEqual(['bank-a', 'bank-b']);
  });

  test('is one and the same for all that make it at once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => ensureMaterial(two, home, NOW)));
    const serialized = all.map((material) => Buffer.from(material.organization('bank-a').peer.serialized).toString());
    expect(new Set(serialized).size).toBe(1);
    expect((await readdir(join(home, 'crypto'))).sort()).toEqual(['bank-a', 'bank-b', 'orderer']);
  });

  test('is readable by its owner only', async () => {
    await ensureMaterial(two, home, NOW);
    const files = [...(await snapshot(home)).keys()];
    expect(files).toHaveLength(18);
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'crypto', 'bank-a'))).mode & 0o777).toBe(0o700);
  });

  test('is made whole after an interruption, and what was left over goes', async () => {
    const abandoned = join(home, 'crypto', '.making-bank-a-0123');
    const recent = join(home, 'crypto', '.making-bank-b-4567');
    await mkdir(abandoned, { recursive: true });
    await mkdir(recent, { recursive: true });
    await writeFile(join(abandoned, 'ca.pem'), 'half a cert');
    await utimes(abandoned, new Date(0), new Date(0));
    const material = await ensureMaterial(two, home, NOW);
    expect(material.mspRegistry().identify(material.organization('bank-a').peer.serialized, NOW).role).toBe('peer');
    const left = (await readdir(join(home, 'crypto'))).sort();
    expect(left).toEqual(['.making-bank-b-4567', 'bank-a', 'bank-b', 'orderer']);
  });

  test('is issued anew by the same CA before it expires', async () => {
    const first = await ensureMaterial(two, home, NOW);
    const later = new Date(NOW.getTime() + 340 * DAY_MS);
    const second = await ensureMaterial(two, home, later);
    const before = first.organization('bank-a');
    const after = second.organization('bank-a');
    expect(after.caPem).toBe(before.caPem);
    expect(after.peer.serialized).not.toEqual(before.peer.serialized);
    const afterExpiry = new Date(NOW.getTime() + 400 * DAY_MS);
    expect(first.mspRegistry().identify(after.peer.serialized, afterExpiry).role).toBe('peer');
    expect(Date.parse(new X509Certificate(after.peerTls.certPem).validTo)).toBeGreaterThan(afterExpiry.getTime());
  });

  test('gets a new TLS certificate of the same key when a peer gets another host', async () => {
    const before = await ensureMaterial(consortium(organization('bank-a', 'BankAMSP')), home, NOW);
    const after = await ensureMaterial(consortium(organization('bank-a', 'BankAMSP', 'new.example')), home, NOW);
    const tls = after.organization('bank-a').peerTls;
    const certificate = new X509Certificate(tls.certPem);
    expect(certificate.checkHost('new.example')).toBeDefined();
    expect(certificate.subjectAltName?.match(/peer0\.bank-a/g)).toHaveLength(1);
    expect(certificate.checkPrivateKey(createPrivateKey(tls.keyPem))).toBe(true);
    expect(tls.keyPem).toBe(before.organization('bank-a').peerTls.keyPem);
    expect(after.organization('bank-a').peer.serialized).toEqual(before.organization('bank-a').peer.serialized);
  });

  test('grows with the consortium', async () => {
    const before = await ensureMaterial(consortium(organization('bank-a', 'BankAMSP')), home, NOW);
    const after = await ensureMaterial(two, home, NOW);
    expect(after.organization('bank-a').caPem).toBe(before.organization('bank-a').caPem);
    expect(after.organization('bank-b').mspId).toBe('BankBMSP');
  });

  test.each([
    ['ca.pem', undefined, /missing/],
    ['ca.pem', 'not a key', /does not hold/],
    ['organization.json', '{', /damaged/],
  ])('is refused when %s is %s', async (file, content, message) => {
    await ensureMaterial(two, home, NOW);
    const path = join(home, 'crypto', 'bank-a', file);
    if (content === undefined) await rm(path);
    else await writeFile(path, content);
    await expect(ensureMaterial(two, home, NOW)).rejects.toThrow(message);
    await expect(ensureMaterial(two, home, NOW)).rejects.toBeInstanceOf(MaterialError);
  });

  test('is refused when it was made for another MSP', async () => {
    await ensureMaterial(two, home, NOW);
    const renamed = consortium(organization('bank-a', 'OtherMSP'));
    await expect(ensureMaterial(renamed, home, NOW)).rejects.toThrow(/BankAMSP, not OtherMSP/);
  });

  test('is what OpenSSL accepts too', async () => {
    await ensureMaterial(two, home, new Date());
    const { certificatePem } = await enrol(home, 'bank-a', { name: 'alice', attributes: { party: 'x' } });
    const folder = join(home, 'crypto', 'bank-a');
    await writeFile(join(home, 'alice.pem'), certificatePem);
    const verify = (ca: string, file: string): string =>
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', join(folder, ca), file]).toString();
    expect(verify('ca.pem', join(home, 'alice.pem'))).toMatch(/OK/);
    expect(verify('ca.pem', join(folder, 'peer.pem'))).toMatch(/OK/);
    expect(verify('tlsca.pem', join(folder, 'peer-tls.pem'))).toMatch(/OK/);
  });
});
