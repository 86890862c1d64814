import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consortium, loadConsortium } from '../consortium';
import { heldCertificates, renewCertificate, revocationListWith } from './certificate-store';
import { enrol } from './enrolment';
import { ensureOwnMaterial } from './member-material';

const FILE = join(__dirname, '..', '..', 'docs', 'guides', 'four-machines.yaml');
const MEMBER = 'bank-a';

let folder: string;
let consortium: Consortium;
/** Where the member's own CA is, and all that it has issued. */
let elsewhere: string;

const crypto = (home: string): string => join(home, 'crypto', MEMBER);

/** A home with what the CA has issued but for `without`, and of the CAs the certificates alone. */
function homeWithout(name: string, ...without: readonly string[]): string {
  const home = join(folder, name);
  mkdirSync(crypto(home), { recursive: true });
  for (const file of ['ca', 'tlsca', 'admin', 'peer', 'peer-tls', 'orderer0', 'orderer0-tls']) {
    if (without.includes(file)) continue;
    const text = readFileSync(join(crypto(elsewhere), `${file}.pem`), 'utf8');
    const key = text.indexOf('-----BEGIN PRIVATE KEY');
    writeFileSync(join(crypto(home), `${file}.pem`), file.endsWith('ca') ? text.slice(0, key) : text);
  }
  return home;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'own-ca-'));
  consortium = loadConsortium(FILE);
  elsewhere = join(folder, 'elsewhere');
  await ensureOwnMaterial(consortium, elsewhere, MEMBER);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("a member's own CA, whose key is not in the home", () => {
  test('gives the member what the development CA would have made', async () => {
    const home = homeWithout('whole');

    const { card } = await ensureOwnMaterial(consortium, home, MEMBER);

    expect(card).toEqual((await ensureOwnMaterial(consortium, elsewhere, MEMBER)).card);
    const uses = (await heldCertificates(home)).map(({ file, use }) => `${file} ${use}`);
    expect(uses).toContain('bank-a/ca.pem ca');
    expect(uses).toHaveLength(7);
  });

  test('is asked for what is missing, of another CA, for another key or another host', async () => {
    const missing = homeWithout('missing', 'peer');
    await expect(ensureOwnMaterial(consortium, missing, MEMBER)).rejects.toThrow(
      /peer\.pem is missing: .* your own CA/,
    );

    const foreign = homeWithout('foreign', 'peer');
    copyFileSync(join(crypto(foreign), 'peer-tls.pem'), join(crypto(foreign), 'peer.pem'));
    await expect(ensureOwnMaterial(consortium, foreign, MEMBER)).rejects.toThrow('is not of the CA beside it');

    const mixed = homeWithout('mixed', 'peer');
    const part = (file: string, key: boolean): string => {
      const text = readFileSync(join(crypto(elsewhere), `${file}.pem`), 'utf8');
      const at = text.indexOf('-----BEGIN PRIVATE KEY');
      return key ? text.slice(at) : text.slice(0, at);
    };
    writeFileSync(join(crypto(mixed), 'peer.pem'), part('peer', false) + part('admin', true));
    await expect(ensureOwnMaterial(consortium, mixed, MEMBER)).rejects.toThrow('has the key of another');

    const hosts = homeWithout('hosts', 'peer-tls');
    copyFileSync(join(crypto(elsewhere), 'orderer0-tls.pem'), join(crypto(hosts), 'peer-tls.pem'));
    await expect(ensureOwnMaterial(consortium, hosts, MEMBER)).rejects.toThrow('host names');
  });

  test('may leave the keys of the administrator and the nodes in a token, and those of TLS not', async () => {
    const without = (home: string, file: string): void => {
      const text = readFileSync(join(crypto(elsewhere), `${file}.pem`), 'utf8');
      writeFileSync(join(crypto(home), `${file}.pem`), text.slice(0, text.indexOf('-----BEGIN PRIVATE KEY')));
    };
    const home = homeWithout('token');
    for (const file of ['peer', 'orderer0']) without(home, file);

    const { organization, orderers, card } = await ensureOwnMaterial(consortium, home, MEMBER);

    expect([...organization.peers, ...orderers].map(({ identity }) => identity.keyPem)).toEqual([undefined, undefined]);
    expect(card).toEqual((await ensureOwnMaterial(consortium, elsewhere, MEMBER)).card);
    without(home, 'peer-tls');
    await expect(ensureOwnMaterial(consortium, home, MEMBER)).rejects.toThrow(
      /peer-tls\.pem does not hold .* a private key/,
    );
  });

  test('is asked for what has expired', async () => {
    const later = new Date(Date.now() + 366 * 86_400_000);
    await expect(ensureOwnMaterial(consortium, homeWithout('expired'), MEMBER, later)).rejects.toThrow(
      /\.pem expired on .* your own CA has to issue it/,
    );
  });

  test('enrols by the file that says what is asked for, and by none else', async () => {
    const home = homeWithout('enrolled');
    await ensureOwnMaterial(consortium, home, MEMBER);
    const issued = await enrol(elsewhere, MEMBER, { name: 'bank-a-member', attributes: { role: 'member' } });
    const users = join(crypto(home), 'users', 'bank-a-member');
    mkdirSync(users, { recursive: true });
    writeFileSync(join(users, 'from-our-ca.pem'), issued.certificatePem + issued.privateKeyPem);

    expect(await enrol(home, MEMBER, { name: 'bank-a-member', attributes: { role: 'member' } })).toEqual(issued);
    await expect(enrol(home, MEMBER, { name: 'bank-a-member', attributes: { role: 'admin' } })).rejects.toThrow(
      'says OU=client, role=admin: have your own CA issue it',
    );
    await expect(enrol(home, MEMBER, { name: 'bank-a-auditor', attributes: {} })).rejects.toThrow('no certificate in');
  });

  test('renews and takes back by itself', async () => {
    const home = homeWithout('renewed');
    await ensureOwnMaterial(consortium, home, MEMBER);
    const peer = (await heldCertificates(home)).find(({ file }) => file === 'bank-a/peer.pem');
    if (peer === undefined) throw new Error('no peer');

    await expect(renewCertificate(home, peer, { newKey: false })).rejects.toThrow('your own CA issues and takes back');
    await expect(revocationListWith(home, MEMBER, ['77'])).rejects.toThrow('your own CA issues and takes back');
  });
});
