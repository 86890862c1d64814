/** From an endorsed transaction to its final state: submit, ask, and where the answer stays away submit the same bytes again. */
import type { Principal } from '../auth/principal';
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
}>;

/** A question after a submission that failed, or that may not have been made, waits no longer than this. */
const SHORT_QUESTION_MS = 2000;

/**
 * @returns the final state; undefined when it is not known within the patience or the signal ended the search. Never throws for a fault of
 * the ledger: every such fault is ambiguous here.
 */
export async function settle(
  ledger: LedgerWriter,
  principal: Principal,
  transaction: EndorsedTransaction,
  options: SettleOptions,
): Promise<CommitStatus | undefined> {
  const end = options.patience === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.patience;
  for (let attempt = 0; ; attempt += 1) {
    const submitted = attempt === 0 && options.askFirst ? false : await trySubmit(transaction);
    const left = end - performance.now();
    const deadline = Math.min(left, submitted ? options.commitTimeout : SHORT_QUESTION_MS);
    const status = deadline > 0 ? await ask(ledger, principal, transaction.transactionId, deadline) : undefined;
    // Of a transaction that was ordered twice the second is invalid; the first one's state is what counts.
    if (status !== undefined && status.code !== 'DUPLICATE_TXID') return status;
    if (options.signal.aborted || performance.now() >= end) return undefined;
    await pause(Math.min(backOff(attempt, Math.random()), Math.max(0, end - performance.now())), options.signal);
  }
}

async function trySubmit(transaction: EndorsedTransaction): Promise<boolean> {
  try {
    await transaction.submit();
    return true;
  } catch {
    return false;
  }
}

async function ask(
  ledger: LedgerWriter,
  principal: Principal,
  transactionId: string,
  deadline: number,
): Promise<CommitStatus | undefined> {
  try {
    return await ledger.commitStatus(principal, transactionId, deadline);
  } catch {
    return undefined;
  }
}
