import { expect, test } from '@jest/globals';
import { IdentityRefused } from '../ledger/errors';
import type { CommitStatus, EndorsedTransaction } from '../ledger/port';
import { settle } from './settle';
import { PRINCIPAL } from './testing/bench';

const COMMITTED: CommitStatus = { valid: true, code: 'VALID', block: '7' };
const LAG_MS = 1_500;

/** Orderers that take a transaction so often and then refuse its signer, who the peer lets in no more; it gets the block after a while. */
async function settled(expired: boolean, taken: number, blockAfterMs: number): Promise<unknown> {
  const refusal = new IdentityRefused('no', { expired });
  const began = performance.now();
  let submissions = 0;
  const transaction = {
    transactionId: 'tx',
    submit: () => {
      submissions += 1;
      return submissions > taken ? Promise.reject(refusal) : Promise.resolve();
    },
  } as unknown as EndorsedTransaction;
  const ledger = {
    commitStatus: () =>
      performance.now() < began + blockAfterMs ? Promise.reject(refusal) : Promise.resolve(COMMITTED),
  };
  const options = { askFirst: false, patience: undefined, commitTimeout: 100, lag: LAG_MS };
  const signal = new AbortController().signal;
  return settle(ledger as unknown as Parameters<typeof settle>[0], PRINCIPAL, transaction, { ...options, signal });
}

test('what orderers took before its signer expired is not said to be unwritten while the peer may lack it', async () => {
  expect(await settled(true, 1, 700)).toEqual(COMMITTED);
});

test('what they took and the peer never gets ends all the same', async () => {
  expect(await settled(true, 1, Number.POSITIVE_INFINITY)).toBeInstanceOf(IdentityRefused);
});

test.each([
  ['that has expired and was never let in', true, 0],
  ['that was revoked, in whose later blocks nothing is valid,', false, 1],
])('a signer %s is refused at once', async (_, expired, taken) => {
  expect(await settled(expired, taken, 700)).toBeInstanceOf(IdentityRefused);
});
