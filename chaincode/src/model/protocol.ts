/** The answers of the contract's two functions: a result a command or query, in order. */
import type { DomainError } from './result';

/** The contract's functions that the gateway calls. */
export const CONTRACT_FUNCTIONS = { execute: 'commands:execute', evaluate: 'queries:evaluate' } as const;

/** The answer to one command: its value, or the refusal. */
export type CommandResult =
  Readonly<{ id: string; ok: true; value: unknown }> | Readonly<{ id: string; ok: false; problem: DomainError }>;

export type QueryResult = Readonly<{ ok: true; value: unknown }> | Readonly<{ ok: false; problem: DomainError }>;

/** What `commands:execute` answers. Where `accepted` is 0 nothing was written and the transaction need not be submitted. */
export type CommandBatchResult = Readonly<{ accepted: number; results: readonly CommandResult[] }>;

/** What `queries:evaluate` answers. */
export type QueryBatchResult = Readonly<{ results: readonly QueryResult[] }>;
