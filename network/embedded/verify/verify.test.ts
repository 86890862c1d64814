import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { blockKey, envelopeKey, historyKey, META_KEY, stateKey, transactionKey } from '../ledger/keys';
import { decodeVersionedValue, encodeVersionedValue } from '../ledger/state';
import { privateNamespace } from '../privdata/namespaces';
import { Harness } from '../testing/harness';
import { type Fault, LedgerError, type Verification, verifyLedger } from './index';

type Database = ClassicLevel<string, Buffer>;

const harness = new Harness({ batchTimeout: '50ms' });
const temporary = mkdtempSync(join(tmpdir(), 'verify-test-'));
let ledger = '';
let copies = 0;

/** Verifies a copy of the ledger, after somebody has put a hand to it. */
async function verifyAfter(change: (database: Database) => Promise<void>): Promise<Verification> {
  const folder = join(temporary, `copy-${(copies += 1)}`);
  cpSync(ledger, folder, { recursive: true });
  const database: Database = new ClassicLevel(folder, { keyEncoding: 'utf8', valueEncoding: 'buffer' });
  await database.open();
  await change(database);
  await database.close();
  return verifyLedger(folder, { temporary });
}

async function read(database: Database, key: string): Promise<Buffer> {
  const value = await database.get(key);
  if (value === undefined) throw new Error(`no entry ${JSON.stringify(key)}`);
  return value;
}

async function flip(database: Database, key: string, position: (length: number) => number): Promise<void> {
  const bytes = Buffer.from(await read(database, key));
  const at = position(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await database.put(key, bytes);
}

const codes = ({ faults }: Verification): readonly Fault['code'][] => [...new Set(faults.map(({ code }) => code))];

beforeAll(async () => {
  await harness.start();
  const { contract } = await harness.client('one');
  await contract.submitTransaction('put', 'plain', 'value');
  await contract.submitTransaction('putPrivate', 'ours', 'secret', 'kept by two');
  await contract.submitTransaction('setPolicy', 'plain', 'OneMSP', 'TwoMSP');
  await contract.submitTransaction('put', 'gone', 'for a while');
  await contract.submitTransaction('put', 'gone', '');
  // In one block, so that all but one lose.
  const adding = await Promise.allSettled(
    Array.from({ length: 4 }, () => contract.submitTransaction('add', 'sum', '1')),
  );
  expect(adding.some(({ status }) => status === 'rejected')).toBe(true);
  await harness.stopNetwork();
  ledger = join(harness.home, 'network', 'ledger', 'test');
});

afterAll(async () => {
  await harness.stop();
  rmSync(temporary, { recursive: true, force: true });
});

describe('a ledger', () => {
  test('that nobody has touched is whole, its invalid transactions included', async () => {
    const blocks: number[] = [];
    const verification = await verifyLedger(ledger, { temporary, onBlock: (done) => blocks.push(done) });
    expect(verification.faults).toEqual([]);
    expect(verification.more).toBe(false);
    expect(verification.channel).toBe('test');
    expect(verification.valid).toBeLessThan(verification.transactions);
    expect(verification.keys).toBeGreaterThan(10);
    expect(verification.lastHash).toMatch(/^[0-9a-f]{64}$/);
    expect(blocks.at(-1)).toBe(verification.height);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('that is not there is an error', async () => {
    await expect(verifyLedger(join(temporary, 'nothing'), { temporary })).rejects.toThrow(LedgerError);
  });
});

describe('what somebody changed on disk is found:', () => {
  const last = (database: Database): Promise<number> =>
    database
      .keys({ gte: 'B', lt: 'C', reverse: true, limit: 1 })
      .all()
      .then(([key = '']) => parseInt(key.slice(1), 16));

  test('a value in the state', async () => {
    const found = await verifyAfter(async (database) => {
      const key = stateKey('basic', 'plain');
      const value = decodeVersionedValue(await read(database, key));
      await database.put(key, encodeVersionedValue({ ...value, value: Buffer.from('another') }));
    });
    expect(found.faults).toHaveLength(1);
    expect(found.faults[0]).toMatchObject({ code: 'STATE', key: 'basic/plain' });
  });

  test('the policy of a key', async () => {
    const found = await verifyAfter(async (database) => {
      const key = stateKey('basic', 'plain');
      const value = decodeVersionedValue(await read(database, key));
      await database.put(key, encodeVersionedValue({ ...value, metadata: Buffer.alloc(0) }));
    });
    expect(found.faults).toMatchObject([{ code: 'STATE', key: 'basic/plain' }]);
  });

  test('a key that was taken away, and one that was brought back', async () => {
    const found = await verifyAfter(async (database) => {
      const value = await read(database, stateKey('basic', 'plain'));
      await database.del(stateKey('basic', 'plain'));
      await database.put(stateKey('basic', 'gone'), value);
    });
    expect(found.faults).toMatchObject([
      { code: 'STATE', key: 'basic/gone', detail: 'no valid transaction leads to it' },
      { code: 'STATE', key: 'basic/plain', detail: 'it is missing' },
    ]);
  });

  test('a private value', async () => {
    const found = await verifyAfter(async (database) => {
      const key = stateKey(privateNamespace('basic', 'ours'), 'secret');
      const value = decodeVersionedValue(await read(database, key));
      await database.put(key, encodeVersionedValue({ ...value, value: Buffer.from('another') }));
    });
    expect(codes(found)).toEqual(['PRIVATE_DATA']);
  });

  test('an entry of the history', async () => {
    const found = await verifyAfter(async (database) => {
      const [key = ''] = await database.keys({ gte: 'Hbasic', lt: 'I', limit: 1 }).all();
      await database.del(key);
      await database.put(historyKey('basic', 'plain', 1, 7), Buffer.alloc(0));
    });
    expect(codes(found)).toEqual(['HISTORY']);
    expect(found.faults).toHaveLength(2);
  });

  test('where a transaction is', async () => {
    const found = await verifyAfter((database) => database.put(transactionKey('f'.repeat(64)), Buffer.from([8, 1])));
    expect(found.faults).toMatchObject([{ code: 'TRANSACTION_INDEX', key: 'f'.repeat(64) }]);
  });

  test('a transaction', async () => {
    const found = await verifyAfter(async (database) => {
      await flip(database, envelopeKey(await last(database), 0), (length) => length - 1);
    });
    expect(found.faults[0]?.code).toBe('DATA_HASH');
  });

  test('the validation code of a transaction', async () => {
    // The filter is the block's third metadata entry; its codes are the only bytes that may be 11 (MVCC_READ_CONFLICT).
    const found = await verifyAfter(async (database) => {
      const key = blockKey(await last(database));
      const bytes = Buffer.from(await read(database, key));
      const at = bytes.lastIndexOf(11);
      bytes[at] = 0;
      await database.put(key, bytes);
    });
    expect(codes(found)).toContain('VALIDATION_CODE');
  });

  test("a block's signature", async () => {
    const found = await verifyAfter(async (database) => {
      const key = blockKey((await last(database)) - 1);
      const bytes = await read(database, key);
      // An ECDSA signature in DER: the last one in the entry is the orderer's.
      const at = bytes.lastIndexOf(Buffer.from([0x02, 0x20]));
      await flip(database, key, () => at + 8);
    });
    expect(codes(found)).toEqual(['BLOCK_SIGNATURE']);
  });

  test('the commit hash of a block', async () => {
    const found = await verifyAfter(async (database) => {
      // The last metadata entry, so the last bytes.
      await flip(database, blockKey((await last(database)) - 1), (length) => length - 1);
    });
    expect(codes(found)).toContain('COMMIT_HASH');
  });

  test('a block in the middle that is gone, and one at the end', async () => {
    const middle = await verifyAfter(async (database) => {
      await database.del(blockKey((await last(database)) - 2));
    });
    expect(codes(middle)).toEqual(['BLOCK_MISSING']);
    const end = verifyAfter(async (database) => {
      await database.del(blockKey(await last(database)));
    });
    await expect(end).rejects.toThrow(LedgerError);
  });

  test('a height that is not the blocks’', async () => {
    const shorter = verifyAfter(async (database) => {
      await database.put(META_KEY, Buffer.from([8, 2, 16, 3]));
    });
    expect(codes(await shorter)).toContain('STATE');
  });

  test('and the list of faults can be short', async () => {
    const folder = join(temporary, 'short');
    cpSync(ledger, folder, { recursive: true });
    const database: Database = new ClassicLevel(folder, { keyEncoding: 'utf8', valueEncoding: 'buffer' });
    await database.open();
    await database.del(stateKey('basic', 'plain'));
    await database.del(stateKey('basic', 'sum'));
    await database.close();
    const { faults, more } = await verifyLedger(folder, { temporary, mostFaults: 1 });
    expect([faults.length, more]).toEqual([1, true]);
  });
});
