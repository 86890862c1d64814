/** All values that a key ever had. */
import type { ChaincodeStub } from 'fabric-shim-api';
import type { Key } from './key';
import { decodeStored, type Stored, StoredChangesSchema } from './stored';

/** What a transaction left under a key; undefined where it deleted it, or left what cannot be read, which no rule does. */
export type Version<T> = Readonly<{
  transactionId: string;
  /** The transaction's time, as its changes state it. */
  at: string;
  stored: Stored<T> | undefined;
}>;

type Modification = Readonly<{
  txId: string;
  isDelete: boolean;
  value: Uint8Array;
  timestamp: Readonly<{ seconds: Readonly<{ toString(): string }> | number; nanos: number }>;
}>;

/** The versions of a key, oldest first. */
export async function versionsOf<T>(stub: ChaincodeStub, key: Key<T>): Promise<readonly Version<T>[]> {
  const iterator = await stub.getHistoryForKey(key.text);
  const versions: Version<T>[] = [];
  try {
    for (let next = await iterator.next(); ; next = await iterator.next()) {
      const found = next.value as Modification | null | undefined;
      if (found?.txId !== undefined) {
        const stored = found.isDelete ? undefined : readable(key, found.value);
        versions.push({ transactionId: found.txId, at: instantOf(found.timestamp), stored });
      }
      if (next.done) break;
    }
  } finally {
    await iterator.close();
  }
  // Fabric gives the newest first.
  return versions.reverse();
}

/** Without changes that have no form of ours: who forged a value may have written any. Nor may a forged version of its schema hide a history. */
function readable<T>({ codec }: Key<T>, value: Uint8Array): Stored<T> | undefined {
  try {
    const stored = decodeStored(codec, value);
    return StoredChangesSchema.safeParse(stored.changes).success ? stored : { ...stored, changes: [] };
  } catch {
    return undefined;
  }
}

/** UTC, RFC 3339 with milliseconds. */
export function instantOf({ seconds, nanos }: Modification['timestamp']): string {
  return new Date(Number(seconds.toString()) * 1000 + Math.floor(nanos / 1e6)).toISOString();
}
