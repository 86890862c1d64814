/** From an endorsed transaction to its final state: submit, ask, and where the answer stays away submit the same bytes again. */
import type { Principal } from '../auth/principal';
import { IdentityRefused } from '../ledger/errors';
import type { CommitStatus, EndorsedTransaction, LedgerWriter } from '../ledger/port';
import { backOff } from './group';
import { pause } from './pause';

/** How the outcome of a submission is looked for. */
export type SettleOptions = Readonly<{
  /** After a crash nobody knows whether it was submitted: ask before submitting. */
  askFirst: boolean;
  /** Milliseconds after which to give up for now; undefined never gives up. */
  patience: number | undefined;
  /** Deadline of one question for the commit, in milliseconds. */
  commitTimeout: number;
  /** Ends the search, when the gateway stops. */
  signal: AbortSignal;
  /** How long a peer may lack what orderers have taken, in milliseconds. */
  lag?: number;
}>;

/** Peers have a block within a second. */
const MOST_LAG_MS = 60_000;

/** A question after a submission that failed, or that may not have been made, waits no longer than this. */
const SHORT_QUESTION_MS = 2000;

/**
 * @returns the final state; IdentityRefused when the orderers do not take the transaction for who signed it, and the peer, which lets the
 * signer in no more either, has nothing of it: so it was not ordered while it could, and in a later block it would be invalid. But what an expired
 * certificate has signed would be valid there: where orderers may have taken it before, the peer is given time to get it; undefined when
 * nothing is known within the patience or the signal ended the search. Never throws for a fault of the ledger: every such fault is ambiguous here.
 */
export async function settle(
  ledger: LedgerWriter,
  principal: Principal,
  transaction: EndorsedTransaction,
  options: SettleOptions,
): Promise<CommitStatus | IdentityRefused | undefined> {
  const end = options.patience === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.patience;
  let maybeTaken = Number.NEGATIVE_INFINITY;
  for (let attempt = 0; ; attempt += 1) {
    const submission = attempt === 0 && options.askFirst ? 'NONE' : await trySubmit(transaction);
    if (submission !== 'REFUSED') maybeTaken = performance.now();
    const left = end - performance.now();
    const deadline = Math.min(left, submission === 'TAKEN' ? options.commitTimeout : SHORT_QUESTION_MS);
    const status = deadline > 0 ? await ask(ledger, principal, transaction.transactionId, deadline) : undefined;
    if (status instanceof IdentityRefused) {
      const certain = !status.expired || performance.now() > maybeTaken + (options.lag ?? MOST_LAG_MS);
      if (submission === 'REFUSED' && certain) return status;
    } else if (status !== undefined && status.code !== 'DUPLICATE_TXID') {
      // Of a transaction that was ordered twice the second is invalid; the first one's state is what counts.
      return status;
    }
    if (options.signal.aborted || performance.now() >= end) return undefined;
    await pause(Math.min(backOff(attempt, Math.random()), Math.max(0, end - performance.now())), options.signal);
  }
}

async function trySubmit(transaction: EndorsedTransaction): Promise<'TAKEN' | 'REFUSED' | 'FAILED'> {
  try {
    await transaction.submit();
    return 'TAKEN';
  } catch (error) {
    return error instanceof IdentityRefused ? 'REFUSED' : 'FAILED';
  }
}

async function ask(
  ledger: LedgerWriter,
  principal: Principal,
  transactionId: string,
  deadline: number,
): Promise<CommitStatus | IdentityRefused | undefined> {
  try {
    return await ledger.commitStatus(principal, transactionId, deadline);
  } catch (error) {
    return error instanceof IdentityRefused ? error : undefined;
  }
}
