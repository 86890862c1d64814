/** Compares a ledger's tables with those that its own blocks lead to. */
import { compareKeys } from '../ledger/keys';

/** An entry of a table: key and value as they are on disk. */
export type Entry = readonly [key: string, value: Buffer];

/** An entry that two tables do not have alike. `found`: in the ledger; `expected`: by its blocks. */
export interface Difference {
  readonly key: string;
  readonly found: Buffer | undefined;
  readonly expected: Buffer | undefined;
}

/**
 * All entries of two tables that differ, in order of their keys.
 * @param found the ledger's, in order
 * @param expected those that its blocks lead to, in order
 * @param visited called for each key that was looked at
 */
export async function* differences(
  found: AsyncGenerator<Entry>,
  expected: AsyncGenerator<Entry>,
  visited: () => void,
): AsyncGenerator<Difference> {
  let [a, b] = [await following(found), await following(expected)];
  while (a !== undefined || b !== undefined) {
    visited();
    const order = a === undefined ? 1 : b === undefined ? -1 : compareKeys(a[0], b[0]);
    if (order < 0 && a !== undefined) {
      yield { key: a[0], found: a[1], expected: undefined };
      a = await following(found);
    } else if (order > 0 && b !== undefined) {
      yield { key: b[0], found: undefined, expected: b[1] };
      b = await following(expected);
    } else if (a !== undefined && b !== undefined) {
      if (!a[1].equals(b[1])) yield { key: a[0], found: a[1], expected: b[1] };
      [a, b] = [await following(found), await following(expected)];
    }
  }
}

async function following(generator: AsyncGenerator<Entry>): Promise<Entry | undefined> {
  const next = await generator.next();
  return next.done === true ? undefined : next.value;
}
