/**
 * Whether the ledger has what this gateway's records say: one that was put back from an earlier copy, or is another one, has not. The records would
 * then answer that a claim is active whose value the ledger gives to the next one.
 */
import type { Principal } from './auth/principal';
import type { Blocks } from './ledger/blocks';
import type { OutboxStore } from './outbox/store';
import { ProblemError } from './problem';

/** The records are of another ledger, or of a later state of it. */
export class RecordsOfAnotherLedger extends Error {
  override readonly name = 'RecordsOfAnotherLedger';

  constructor(transactionId: string, block: string) {
    super(
      `the ledger does not have transaction ${transactionId} in block ${block}, which this gateway's records say is committed: ` +
        'it was put back from an earlier copy, or is another one; set the records aside (docs/guides/backing-up.md)',
    );
  }
}

/**
 * Looks for the newest transaction that the records know of.
 * @param oneLedger whether all peers have one ledger: then none of them is only behind the others
 * @returns whether it is there; false while the peer has not come so far
 * @throws RecordsOfAnotherLedger; ProblemError when the ledger cannot be reached.
 */
export async function holdsRecords(
  store: Pick<OutboxStore, 'newestCommit'>,
  blocks: Pick<Blocks, 'heightNow' | 'transactionsOf'>,
  principal: Principal,
  oneLedger: boolean,
): Promise<boolean> {
  const newest = await store.newestCommit();
  if (newest === undefined) return true;
  const block = BigInt(newest.block);
  if ((await blocks.heightNow(principal)) <= block) {
    if (oneLedger) throw new RecordsOfAnotherLedger(newest.id, newest.block);
    return false;
  }
  const found = await transactionsOf(blocks, principal, block);
  if (found?.includes(newest.id) === false) throw new RecordsOfAnotherLedger(newest.id, newest.block);
  return true;
}

/** Undefined where the peer has no such block: one that began with a snapshot has none from before it. */
async function transactionsOf(
  blocks: Pick<Blocks, 'transactionsOf'>,
  principal: Principal,
  block: bigint,
): Promise<readonly string[] | undefined> {
  try {
    return await blocks.transactionsOf(principal, block);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'INTERNAL_ERROR') return undefined;
    throw error;
  }
}
