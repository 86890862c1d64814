import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueEnrolment } from './authority';
import { createSigner } from './signer';
import { verifyMessage } from './signature';
import { tokenKey } from './token-key';

const LIBRARY = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/local/lib/softhsm/libsofthsm2.so'].find(existsSync);
const NOW = new Date();

/** SoftHSM (`softhsm2`), and the module that speaks to it, built. */
function isThere(): boolean {
  try {
    // Not every installation has it.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require('pkcs11js');
    return LIBRARY !== undefined && execFileSync('softhsm2-util', ['--version']).length > 0;
  } catch {
    return false;
  }
}

const withToken = isThere() ? describe : describe.skip;
if (!isThere())
  process.stderr.write('token-key.test.ts: SoftHSM or pkcs11js is not there: keys in tokens are not tried\n');

let folder: string;
let environment: NodeJS.ProcessEnv;
let certPem: string;
let strangerPem: string;

/** In a process of its own: the token's library reads the real environment, which a test cannot change. */
function signElsewhere(
  certificate: string,
  messages: readonly string[],
  changed: NodeJS.ProcessEnv = {},
): readonly Buffer[] {
  const program = `
    const { tokenKey } = require(process.argv[1]);
    const sign = tokenKey(process.argv[2]);
    process.stdout.write(JSON.stringify(JSON.parse(process.argv[3]).map((text) => Buffer.from(sign(Buffer.from(text))).toString('hex'))));`;
  const built = join(__dirname, '..', 'dist', 'identity', 'token-key.js');
  const answer = execFileSync(process.execPath, ['-e', program, built, certificate, JSON.stringify(messages)], {
    env: { ...environment, ...changed },
    encoding: 'utf8',
    stdio: 'pipe',
    timeout: 30_000,
  });
  return (JSON.parse(answer) as readonly string[]).map((hex) => Buffer.from(hex, 'hex'));
}

beforeAll(async () => {
  const ca = await createAuthority('ca.example', 'Bank A', NOW);
  const enrol = (commonName: string): ReturnType<typeof issueEnrolment> =>
    issueEnrolment(ca, { commonName, organization: 'Bank A', role: 'client' }, NOW);
  const held = await enrol('bank-a-member');
  certPem = held.certPem;
  strangerPem = (await enrol('stranger')).certPem;
  if (!isThere()) return;
  folder = mkdtempSync(join(tmpdir(), 'token-'));
  mkdirSync(join(folder, 'tokens'));
  writeFileSync(join(folder, 'softhsm2.conf'), `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
  environment = {
    ...process.env,
    SOFTHSM2_CONF: join(folder, 'softhsm2.conf'),
    ...{ ONEPLEDGE_PKCS11_LIBRARY: LIBRARY, ONEPLEDGE_PKCS11_LABEL: 'bank-a', ONEPLEDGE_PKCS11_PIN: '5678' },
  };
  const key = join(folder, 'key.pem');
  writeFileSync(key, held.keyPem);
  const softhsm = (...args: readonly string[]): unknown =>
    execFileSync('softhsm2-util', args, { env: environment, stdio: 'pipe' });
  softhsm('--init-token', '--free', '--label', 'bank-a', '--so-pin', '1234', '--pin', '5678');
  softhsm('--import', key, '--token', 'bank-a', '--label', 'member', '--id', 'A1', '--pin', '5678');
});
afterAll(() => {
  if (isThere()) rmSync(folder, { recursive: true, force: true });
});

withToken('a key in a token', () => {
  test('signs for its certificate, as Fabric wants signatures', () => {
    const messages = Array.from({ length: 20 }, (_, n) => `message ${n}`);

    const signatures = signElsewhere(certPem, messages);

    const { publicKey } = new X509Certificate(certPem);
    expect(signatures).toHaveLength(messages.length);
    signatures.forEach((signature, n) => {
      expect(verifyMessage(publicKey, Buffer.from(messages[n] ?? ''), signature)).toBe(true);
    });
  });

  test('is not that of another certificate', () => {
    expect(() => signElsewhere(strangerPem, ['x'])).toThrow('token "bank-a" has not the key of CN=stranger');
  });

  test('is not to be had without the right label or PIN', () => {
    expect(() => signElsewhere(certPem, ['x'], { ONEPLEDGE_PKCS11_LABEL: 'bank-z' })).toThrow('cannot be opened');
    expect(() => signElsewhere(certPem, ['x'], { ONEPLEDGE_PKCS11_PIN: '0000' })).toThrow('cannot be opened');
  });
});

describe('a certificate without its key', () => {
  test('says what is to be set where no token is', () => {
    expect(() => tokenKey(certPem, {})).toThrow('set ONEPLEDGE_PKCS11_LIBRARY');
    expect(() => createSigner('BankAMSP', certPem, '')).toThrow('needs a token');
  });
});
