import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MaterialError } from '../identity/errors';
import { cryptoProvider, tokenEnvironment, tokenFailure } from './crypto-provider';
import { keyFile, nodePaths, writeNodeFolder } from './node-folder';

const HELD = { certPem: 'certificate', keyPem: 'key' };
const IN_TOKEN = { certPem: 'certificate', keyPem: undefined };
const TOKEN = {
  ONEPLEDGE_PKCS11_LIBRARY: '/lib/token.so',
  ONEPLEDGE_PKCS11_LABEL: 'bank-a',
  ONEPLEDGE_PKCS11_PIN: '98765432',
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crypto-provider-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a node whose key is in a token', () => {
  test('is told the library and the label in its file, and the PIN by its environment alone', () => {
    const section = cryptoProvider(IN_TOKEN, TOKEN);

    expect(section).toMatchObject({
      Default: 'PKCS11',
      PKCS11: { Library: '/lib/token.so', Label: 'bank-a', Pin: '' },
    });
    expect(JSON.stringify(section)).not.toContain(TOKEN.ONEPLEDGE_PKCS11_PIN);
    expect(tokenEnvironment(IN_TOKEN, 'peer', TOKEN)).toMatchObject({ CORE_PEER_BCCSP_PKCS11_PIN: '98765432' });
    expect(tokenEnvironment(IN_TOKEN, 'orderer', TOKEN)).toMatchObject({
      ORDERER_GENERAL_BCCSP_PKCS11_PIN: '98765432',
    });
  });

  test('has what the library is told by, and nothing that would change its configuration', () => {
    const around = {
      ...TOKEN,
      SOFTHSM2_CONF: '/etc/token.conf',
      CORE_PEER_ADDRESS: 'elsewhere:1',
      FABRIC_CFG_PATH: '/',
    };

    const environment = tokenEnvironment(IN_TOKEN, 'peer', around);

    expect(environment).toMatchObject({ SOFTHSM2_CONF: '/etc/token.conf' });
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['CORE_PEER_ADDRESS']));
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['FABRIC_CFG_PATH']));
  });

  test('keeps no key that it had in a file before', async () => {
    const paths = nodePaths(join(folder, 'node'));
    const node = { mspId: 'BankAMSP', caPem: '', tlsCaPem: '', tls: HELD };
    await writeNodeFolder(paths, { ...node, identity: HELD }, 'core.yaml', {});
    expect(readFileSync(keyFile(paths), 'utf8')).toBe('key');

    await writeNodeFolder(paths, { ...node, identity: IN_TOKEN }, 'core.yaml', {});

    expect(existsSync(keyFile(paths))).toBe(false);
  });

  test('is refused in one line where no token is configured, or it cannot be opened, or the programs cannot', () => {
    expect(() => cryptoProvider(IN_TOKEN, {})).toThrow(MaterialError);
    const login =
      'orderer1 ended by itself: code 2\npanic: … Could not initialize BCCSP PKCS11 [Login failed: 0xA0]\n\ngoroutine 1';
    expect(tokenFailure(new Error(login))?.message).toBe(
      'the token with the key of orderer1 cannot be opened: Login failed: 0xA0',
    );
    const build = 'bank-a ended by itself: code 1\nCannot run peer because … Could not find default `PKCS11` BCCSP';
    expect(tokenFailure(new Error(build))?.message).toContain('the key of bank-a is in a token: programs');
    expect(tokenFailure(new Error('bank-a ended by itself: code 1\nno space left on device'))).toBeUndefined();
  });
});

test('a node whose key is in a file is told nothing of tokens', () => {
  expect(cryptoProvider(HELD, TOKEN)).toMatchObject({ Default: 'SW' });
  expect(tokenEnvironment(HELD, 'peer', TOKEN)).toEqual({});
});
