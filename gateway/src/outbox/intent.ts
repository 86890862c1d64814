/** Intents: what a member asked for, and what came of it. */
import type { DomainError } from '@onepledge/chaincode/model';
import type { Principal } from '../auth/principal';

/** The final answer to a command. */
export type Outcome =
  | Readonly<{ state: 'COMMITTED'; value: unknown; transactionId: string; block: string }>
  | Readonly<{ state: 'FAILED'; problem: DomainError; transactionId?: string }>;

/** A request that is to be stored. */
export type NewIntent = Readonly<{
  id: string;
  kind: 'COMMAND' | 'IMPORT';
  principal: Principal;
  /** Absent for a line of an import. */
  idempotencyKey?: string;
  /** Hash of method, path and canonical body. */
  bodyHash: string;
  route: string;
  requestId: string;
  /** The command as JSON text; absent for an import. */
  command?: string;
}>;

/** An intent as it is stored. */
export type StoredIntent = Readonly<{
  id: string;
  kind: 'COMMAND' | 'IMPORT';
  member: string;
  /** Undefined for the member's own. */
  party: string | undefined;
  bodyHash: string;
  route: string;
  requestId: string;
  /** Undefined while it is pending. */
  outcome: Outcome | undefined;
}>;

/** A command on its way to the ledger. */
export type Queued = Readonly<{
  intentId: string;
  /** The command as JSON text. */
  command: string;
  /** The asset whose keys it writes, when it writes existing ones. */
  asset: string | undefined;
  /** Races lost so far. */
  tries: number;
  /** The most commands that may go with it in one group. */
  cap: number;
  /** Since when it waits for its asset's claimants, by the monotonic clock, in milliseconds. */
  heldSince?: number;
}>;
