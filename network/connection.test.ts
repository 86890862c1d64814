import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Connection,
  ConnectionError,
  type ConnectionErrorReason,
  connectionFile,
  readConnection,
  removeConnection,
  writeConnection,
} from './connection';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'onepledge-connection-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function connection(pid = process.pid): Connection {
  return {
    channel: 'onepledge',
    chaincode: 'onepledge',
    organizations: [
      {
        name: 'bank-a',
        mspId: 'BankAMSP',
        displayName: 'Bank A',
        uscc: '91440300MA5FBANKA4',
        kinds: ['FINANCIER'],
        peers: [{ endpoint: 'localhost:8051', tlsCaPem: '-----BEGIN CERTIFICATE-----', serverName: 'localhost' }],
      },
    ],
    orderers: [
      {
        mspId: 'OrdererMSP',
        endpoint: 'localhost:7050',
        tlsCaPem: '-----BEGIN CERTIFICATE-----',
        serverName: 'localhost',
      },
    ],
    oneLedger: false,
    pid,
    startedAt: '2026-03-01T12:00:00.000Z',
  };
}

function refusal(): ConnectionErrorReason {
  try {
    readConnection(home);
  } catch (error) {
    if (error instanceof ConnectionError) return error.reason;
    throw error;
  }
  throw new Error('a connection was read');
}

/** The id of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('the connection of a network', () => {
  test('is read as it was written', () => {
    writeConnection(home, connection());
    expect(readConnection(home)).toEqual(connection());
  });

  test('leaves nothing else in the folder, and the newest counts', () => {
    writeConnection(home, connection());
    writeConnection(home, { ...connection(), channel: 'another' });
    expect(readdirSync(join(home, 'network'))).toEqual(['connection.json']);
    expect(readConnection(home).channel).toBe('another');
  });

  test('is not there when no network runs', () => {
    expect(refusal()).toBe('NOT_RUNNING');
    expect(() => readConnection(home)).toThrow(/^the network is not running: /);
  });

  test('does not count when its process has ended', () => {
    writeConnection(home, connection(endedProcess()));
    expect(refusal()).toBe('NOT_RUNNING');
  });

  test('counts without a process of its own', () => {
    writeConnection(home, connection(0));
    expect(readConnection(home).pid).toBe(0);
  });

  test.each(['', '{', '{}', JSON.stringify({ ...connection(), startedAt: 'yesterday' })])(
    'is refused as %j',
    (text) => {
      writeConnection(home, connection());
      writeFileSync(connectionFile(home), text);
      expect(refusal()).toBe('MALFORMED');
    },
  );

  test('is removed only by the network that published it', () => {
    writeConnection(home, connection());
    removeConnection(home, process.pid + 1);
    expect(readConnection(home).channel).toBe('onepledge');
    removeConnection(home, process.pid);
    expect(refusal()).toBe('NOT_RUNNING');
    expect(() => {
      removeConnection(home, process.pid);
    }).not.toThrow();
  });
});
