/** Private values on disk against the hashes that the blocks lead to: what is there must be what was agreed on. */
import { type Ledger } from '../ledger/ledger';
import { decodeVersionedValue, type StateView } from '../ledger/state';
import { hashedKey, hashedNamespace, sha256 } from '../privdata/namespaces';
import { type Entry } from './tables';

/** Between a chaincode's name and a collection's, in the namespace of the collection's values. */
const MARK = '$$p';

export class PrivateValues {
  readonly #hashes: StateView;

  /** @param replayed the ledger with the hashes that the blocks lead to */
  constructor(replayed: Ledger) {
    this.#hashes = replayed.acquire();
  }

  /** The entries that are no private values: those are not in the blocks, and need not be there at all. */
  static async *without(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
    for await (const entry of entries) if (partsOf(entry[0]) === undefined) yield entry;
  }

  /** What is wrong with an entry of the state; undefined: nothing, or it is no private value. */
  faultOf(databaseKey: string, bytes: Buffer): string | undefined {
    const parts = partsOf(databaseKey);
    if (parts === undefined) return undefined;
    const { namespace, collection, key } = parts;
    const hash = this.#hashes.get(hashedNamespace(namespace, collection), hashedKey(sha256(key)));
    if (hash === undefined) return 'no valid transaction leads to this private value';
    return sha256(decodeVersionedValue(bytes).value).equals(hash.value)
      ? undefined
      : 'the private value is not the one whose hash is on the ledger';
  }

  close(): void {
    this.#hashes.release();
  }
}

function partsOf(databaseKey: string): { namespace: string; collection: string; key: string } | undefined {
  const end = databaseKey.indexOf('\u0000');
  const place = databaseKey.slice(1, end);
  const mark = place.indexOf(MARK);
  if (databaseKey[0] !== 'S' || mark < 0) return undefined;
  return {
    namespace: place.slice(0, mark),
    collection: place.slice(mark + MARK.length),
    key: databaseKey.slice(end + 1),
  };
}
