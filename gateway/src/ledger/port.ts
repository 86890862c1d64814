/** What the gateway needs of the ledger: the stages of a write, one by one, and reads. */
import type { CommandBatchResult, QueryInput, QueryResult } from '@onepledge/chaincode/model';
import type { Principal } from '../auth/principal';

/** The final word on a transaction that was ordered. */
export type CommitStatus = Readonly<{
  valid: boolean;
  /** Fabric's TxValidationCode by name, e.g. MVCC_READ_CONFLICT. */
  code: string;
  /** Block number, decimal. */
  block: string;
}>;

/** A proposal that has its transaction id and was sent to nobody yet. */
export interface Proposal {
  readonly transactionId: string;
  /** @throws LedgerUnavailable, EndorsementRefused or IdentityRefused: nothing was ordered in any case. */
  endorse(): Promise<EndorsedTransaction>;
}

/** An endorsed and signed transaction: its bytes are enough to submit it, any number of times, by any process. */
export interface EndorsedTransaction {
  readonly transactionId: string;
  readonly bytes: Uint8Array;
  /** What the contract answered. */
  readonly answer: CommandBatchResult;
  /**
   * @throws IdentityRefused when orderers refuse the signer: they may have ordered the same before. Any other error is as ambiguous: the
   * transaction may have been ordered.
   */
  submit(): Promise<void>;
}

/** The write side, stage by stage. */
export interface LedgerWriter {
  /**
   * @param commands each as JSON text, as it was stored: it is written once and never again
   * @throws LedgerUnavailable when no network is known; ProblemError when there is no such identity.
   */
  propose(principal: Principal, commands: readonly string[]): Promise<Proposal>;
  /**
   * Who has claims on assets, and so endorses their changes: names of members by asset, as far as this identity may know.
   * @throws ProblemError LEDGER_UNAVAILABLE.
   */
  claimants(principal: Principal, assets: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** A transaction from its stored bytes. */
  restore(principal: Principal, bytes: Uint8Array): Promise<EndorsedTransaction>;
  /**
   * Waits for a transaction's final state.
   * @param deadline milliseconds
   * @returns undefined when it is not known within the deadline.
   * @throws IdentityRefused when the peer does not let the signer in any more and has no such transaction; LedgerUnavailable when nobody could
   * be asked.
   */
  commitStatus(principal: Principal, transactionId: string, deadline: number): Promise<CommitStatus | undefined>;
}

/** The read side. */
export interface LedgerReader {
  /** @throws ProblemError LEDGER_UNAVAILABLE. */
  evaluate(principal: Principal, queries: readonly QueryInput[]): Promise<readonly QueryResult[]>;
}
