/** What all acting commands share: the key, the wait, and the line about the commit. */
import type { ActOptions, Committed } from '../api/client';
import type { Input } from './input';

/** The write options of a command, see WRITE_OPTIONS. */
export function actOptions(input: Input): ActOptions {
  return { key: input.optional('idempotencyKey'), waitSeconds: input.integer('wait', 0, 3600) };
}

/** Where an act stands on the ledger, for people. */
export function commitLine({ transaction }: Committed): string {
  const block = transaction.block === undefined ? '' : ` in block ${transaction.block}`;
  return `${transaction.status.toLowerCase()}${block}, transaction ${transaction.id}`;
}
