/** The value under a key: the record, the schema version, and the changes that led to it in the transaction that wrote it. */
import { z } from 'zod';
import { type DomainEvent, DomainEventSchema } from '../model/event';
import { SCHEMA_VERSION, type Codec } from './codec';

/** A change as it is stored: the event and its place among all of its transaction. */
export type StoredChange = Readonly<{ n: number; event: DomainEvent }>;

/** The form of the changes of a value. */
export const StoredChangesSchema = z.array(z.object({ n: z.number().int(), event: DomainEventSchema }));

export type Stored<T> = Readonly<{ record: T; changes: readonly StoredChange[] }>;

/** A value of a version that this program does not know. */
export class UnknownSchema extends Error {
  override readonly name = 'UnknownSchema';
}

/** The bytes of a value. */
export function encodeStored<T>(codec: Codec<T>, stored: Stored<T>): Uint8Array {
  const changes = stored.changes.length === 0 ? {} : { changes: stored.changes };
  return Buffer.from(JSON.stringify({ schema: SCHEMA_VERSION, record: codec.encode(stored.record), ...changes }));
}

/**
 * A value from its bytes.
 * @throws UnknownSchema for a value that a later version wrote; any other error for one that no version did.
 */
export function decodeStored<T>(codec: Codec<T>, bytes: Uint8Array): Stored<T> {
  const json = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as {
    schema: number;
    record: unknown;
    changes?: readonly StoredChange[];
  };
  if (typeof json.schema !== 'number') throw new Error('a value without a schema');
  if (json.schema !== SCHEMA_VERSION)
    throw new UnknownSchema(`a value of schema ${json.schema}, this program knows ${SCHEMA_VERSION}`);
  return { record: codec.decode(json.record), changes: json.changes ?? [] };
}
