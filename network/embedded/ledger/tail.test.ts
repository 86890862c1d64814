import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { firstBlock } from '../testing/ledger-blocks';
import { blockMetadata, dataHash } from '../wire/block';
import { envelopeKey } from './keys';
import { Ledger, LedgerError, STORE_OPTIONS } from './ledger';

const folder = mkdtempSync(join(tmpdir(), 'tail-'));
const open = (): Promise<Ledger> => Ledger.open(folder, () => Promise.resolve(firstBlock()), { sync: false });

/** Puts a hand to the transaction of a block. */
async function change(block: number, bytes: Buffer): Promise<void> {
  const database = new ClassicLevel<string, Buffer>(folder, STORE_OPTIONS);
  await database.open();
  await database.put(envelopeKey(block, 0), bytes);
  await database.close();
}

const content = (block: number): Buffer => Buffer.alloc(3 * 1024 * 1024, block);

describe('the start of a ledger whose last blocks are large', () => {
  beforeAll(async () => {
    const ledger = await open();
    for (let number = 1; number <= 4; number += 1) {
      const data = [content(number)];
      const header = { number, previousHash: ledger.lastHash, dataHash: dataHash(data) };
      const block = { header, data, metadata: blockMetadata(Uint8Array.of(0)) };
      await ledger.commit({ block, txIds: [''], codes: Uint8Array.of(0), updates: new Map(), history: [] });
    }
    await ledger.close();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([4, 3])('finds what is wrong with block %i, one of the last', async (number) => {
    await change(number, Buffer.from('another'));

    await expect(open()).rejects.toThrow(
      new LedgerError(`block ${number} does not have the data that its header names`),
    );

    await change(number, content(number));
    await (await open()).close();
  });

  test('does not read those before, which verification does', async () => {
    await change(2, Buffer.from('another'));

    const ledger = await open();
    expect(ledger.height).toBe(5);
    await ledger.close();
  });
});
