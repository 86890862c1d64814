import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Connection, writeConnection } from '@onepledge/network';
import { NetworkDirectory } from './directory';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'onepledge-directory-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function connection(...names: readonly string[]): Connection {
  return {
    ...{ channel: 'onepledge', chaincode: 'onepledge', orderers: [], oneLedger: false, pid: process.pid },
    organizations: names.map((name) => ({
      ...{ name, mspId: name, displayName: name, uscc: '91440300MA5FBANKA4', kinds: ['FINANCIER'], peers: [] },
    })),
    startedAt: '2026-03-01T12:00:00.000Z',
  };
}

test('a member that comes later is told of, and found', async () => {
  const { signal } = new AbortController();
  writeConnection(home, connection('bank-a'));
  const directory = new NetworkDirectory(home, undefined);
  expect(directory.find('bank-a')).toBeDefined();
  expect(directory.find('bank-c')).toBeUndefined();

  const changed = directory.changed(signal);
  writeConnection(home, connection('bank-a', 'bank-c'));
  await changed;
  directory.refresh();

  expect(directory.find('bank-c')).toBeDefined();
});

test('whoever waits for a change stops waiting with the signal', async () => {
  const stop = new AbortController();
  writeConnection(home, connection('bank-a'));
  const directory = new NetworkDirectory(home, undefined);
  directory.refresh();

  const changed = directory.changed(stop.signal);
  stop.abort();

  await expect(changed).resolves.toBeUndefined();
});
