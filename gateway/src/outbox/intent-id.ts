/** Ids of intents: made of what is asked for, so that it is done once wherever it is asked for. */
import { hash } from 'node:crypto';

/**
 * The id of a request's intent, and so of its command: the same request under the same key has the same one at every gateway, also where they share
 * no database, and the ledger carries out a command once.
 * @param key as it is kept
 * @returns a UUID of version 8 (RFC 9562)
 */
export function intentIdOf(member: string, key: string, bodyHash: string): string {
  const digest = hash('sha256', JSON.stringify(['intent', member, key, bodyHash]), 'buffer');
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
