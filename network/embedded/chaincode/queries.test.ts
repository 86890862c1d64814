import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as shim from '@hyperledger/fabric-protos/lib/peer/chaincode_shim_pb';
import { Ledger } from '../ledger/ledger';
import { type StateView } from '../ledger/state';
import { firstBlock } from '../testing/ledger-blocks';
import { blockMetadata, dataHash } from '../wire/block';
import { NO_BYTES } from '../wire/protobuf';
import { nextBatch, readPage, type ResultIterator, scanResults, TOTAL_QUERY_LIMIT } from './queries';

const NAMESPACE = 'many';
const folder = mkdtempSync(join(tmpdir(), 'queries-'));
let ledger: Ledger;
let view: StateView;

beforeAll(async () => {
  ledger = await Ledger.open(folder, () => Promise.resolve(firstBlock()), { sync: false });
  const data = [Buffer.from('many')];
  const header = { number: 1, previousHash: ledger.lastHash, dataHash: dataHash(data) };
  const value = { value: Buffer.from('x'), version: { block: 1, tx: 0 }, metadata: NO_BYTES };
  const keys = Array.from({ length: TOTAL_QUERY_LIMIT + 150 }, (_, n) => `key${String(n).padStart(6, '0')}`);
  const updates = new Map([[NAMESPACE, new Map(keys.map((key) => [key, value]))]]);
  const block = { header, data, metadata: blockMetadata(Uint8Array.of(0)) };
  await ledger.commit({ block, txIds: [''], codes: Uint8Array.of(0), updates, history: [] });
  view = ledger.acquire();
});
afterAll(async () => {
  view.release();
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

const all = (): ResultIterator => scanResults(NAMESPACE, view.range(NAMESPACE, '', ''));
const count = (response: Buffer): number => shim.QueryResponse.deserializeBinary(response).getResultsList().length;

describe('a query of more than 100,000 keys', () => {
  test('ends at 100,000, a hundred a message, and does not say that there are more', async () => {
    const iterator = all();
    let [results, messages] = [0, 0];
    for (;;) {
      const { response, done } = await nextBatch('id', iterator);
      results += count(response);
      messages += 1;
      expect(shim.QueryResponse.deserializeBinary(response).getHasMore()).toBe(!done);
      if (done) break;
    }

    expect([results, messages]).toEqual([TOTAL_QUERY_LIMIT, TOTAL_QUERY_LIMIT / 100]);
  });

  test.each([0, TOTAL_QUERY_LIMIT + 1])('gives 100,000 for a page of %i', async (pageSize) => {
    expect(count(await readPage('id', all(), pageSize))).toBe(TOTAL_QUERY_LIMIT);
  });
});
