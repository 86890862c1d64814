/** Pages of composite keys. Only for evaluations: a transaction that scanned would collide with every insert in the range. */
import type { ChaincodeStub } from 'fabric-shim-api';
import { AssetIdSchema, assetOfPledge, PledgeIdSchema } from '../model/command';
import { compositeKey, OBJECT } from './key';

export type ScannedKey = Readonly<{ key: string; attributes: readonly string[] }>;

/** What is scanned: an object type, and the first attributes of its keys. */
export type Range = Readonly<{ objectType: string; attributes: readonly string[] }>;

/** The id in a scanned key of an index, of assets or of claims; undefined in a key that no rule writes, and that others may have. */
export function idIn({ objectType, attributes: first }: Range, { key, attributes }: ScannedKey): string | undefined {
  const id = attributes.at(-1) ?? '';
  if (!AssetIdSchema.safeParse(id).success && !PledgeIdSchema.safeParse(id).success) return undefined;
  const ahead = objectType === OBJECT.claim ? [assetOfPledge(id)] : first;
  return compositeKey(objectType, ...ahead, id) === key ? id : undefined;
}

/** Where a page begins after a key: the smallest text that is larger. */
function after(key: string): string {
  return `${key}\u0000`;
}

/**
 * The next keys of an object type whose first attributes are given, in key order.
 * @param last the last key of the page before, undefined for the first page.
 * @param size at most so many keys.
 */
export async function scanKeys(
  stub: ChaincodeStub,
  range: Range,
  last: string | undefined,
  size: number,
): Promise<readonly ScannedKey[]> {
  const { iterator } = await stub.getStateByPartialCompositeKeyWithPagination(
    range.objectType,
    [...range.attributes],
    size,
    last === undefined ? '' : after(last),
  );
  const keys: ScannedKey[] = [];
  try {
    for (let next = await iterator.next(); ; next = await iterator.next()) {
      // The last page's final item comes with `done` already set.
      const found = next.value as { key: string } | null | undefined;
      if (found?.key !== undefined)
        keys.push({ key: found.key, attributes: stub.splitCompositeKey(found.key).attributes });
      if (next.done) break;
    }
  } finally {
    await iterator.close();
  }
  return keys;
}
