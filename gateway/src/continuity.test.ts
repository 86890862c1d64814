/** Records that a ledger has, has not yet, and does not have. */
import { expect, test } from '@jest/globals';
import type { Principal } from './auth/principal';
import { holdsRecords, RecordsOfAnotherLedger } from './continuity';
import { problem } from './problem';

const AUDITOR: Principal = { member: 'bank-a', role: 'auditor' };
const records = { newestCommit: () => Promise.resolve({ id: 'tx9', block: '9' }) };
const none = { newestCommit: () => Promise.resolve(undefined) };

/** A peer with so many blocks, one transaction in each. */
const peer = (height: number, name = 'tx') => ({
  heightNow: () => Promise.resolve(BigInt(height)),
  transactionsOf: (_: Principal, block: bigint) => Promise.resolve([`${name}${block}`]),
});

test.each([true, false])(
  'records are held by a ledger that has their newest transaction (one ledger: %s)',
  async (one) => {
    expect(await holdsRecords(records, peer(10), AUDITOR, one)).toBe(true);
    expect(await holdsRecords(none, peer(0), AUDITOR, one)).toBe(true);
  },
);

test('are waited for at a peer that may only be behind, and refused where there is one ledger', async () => {
  expect(await holdsRecords(records, peer(9), AUDITOR, false)).toBe(false);
  await expect(holdsRecords(records, peer(9), AUDITOR, true)).rejects.toThrow(RecordsOfAnotherLedger);
});

test.each([true, false])('are refused where another transaction stands in its place (one ledger: %s)', async (one) => {
  await expect(holdsRecords(records, peer(20, 'other'), AUDITOR, one)).rejects.toThrow(RecordsOfAnotherLedger);
});

test('are taken for held at a peer that has no blocks from before its snapshot, and by nobody who is away', async () => {
  const refusing = (code: 'INTERNAL_ERROR' | 'LEDGER_UNAVAILABLE') => ({
    ...peer(20),
    transactionsOf: () => Promise.reject(problem(code, 'no')),
  });
  expect(await holdsRecords(records, refusing('INTERNAL_ERROR'), AUDITOR, false)).toBe(true);
  await expect(holdsRecords(records, refusing('LEDGER_UNAVAILABLE'), AUDITOR, false)).rejects.toThrow('no');
});
