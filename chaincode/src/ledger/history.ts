/** All values that a key ever had. */
import type { ChaincodeStub } from 'fabric-shim-api';
import type { Key } from './key';
import { decodeStored, type Stored } from './stored';

export type Version<T> = Readonly<{ transactionId: string; stored: Stored<T> }>;

/** The versions of a key's value, oldest first; deletions are left out, as nothing here is ever deleted. */
export async function versionsOf<T>(stub: ChaincodeStub, key: Key<T>): Promise<readonly Version<T>[]> {
  const iterator = await stub.getHistoryForKey(key.text);
  const versions: Version<T>[] = [];
  try {
    for (let next = await iterator.next(); ; next = await iterator.next()) {
      const found = next.value as { txId: string; isDelete: boolean; value: Uint8Array } | null | undefined;
      if (found?.txId !== undefined && !found.isDelete) {
        versions.push({ transactionId: found.txId, stored: decodeStored(key.codec, found.value) });
      }
      if (next.done) break;
    }
  } finally {
    await iterator.close();
  }
  // Fabric gives the newest first.
  return versions.reverse();
}
