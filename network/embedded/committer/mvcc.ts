/** Validates transactions against the state, one after another, and gathers what the valid ones change. */
import { encodeMetadata } from '../endorser/metadata';
import { RangeQueryResults } from '../endorser/rangequery';
import { compareKeys } from '../ledger/keys';
import { type StateView, type VersionedValue } from '../ledger/state';
import { hashedKey, hashedNamespace } from '../privdata/namespaces';
import { type CollectionHashedReadWriteSet } from '../wire/hashedrwset';
import { NO_BYTES } from '../wire/protobuf';
import {
  isMerkleSummary,
  type KVRead,
  type KVReadWriteSet,
  type MerkleSummary,
  type NamespaceReadWriteSet,
  type RangeQueryInfo,
  type Version,
} from '../wire/rwset';
import { TxValidationCode } from './codes';

/** Changed keys of one namespace; undefined: deleted. */
type Changes = Map<string, VersionedValue | undefined>;

/** The changes of a block, grown transaction by transaction. */
export class BlockUpdates {
  readonly #view: StateView;
  readonly #block: number;
  readonly #deletions = new Map<string, Version>();
  readonly namespaces = new Map<string, Changes>();
  readonly history: { readonly namespace: string; readonly key: string; readonly tx: number }[] = [];

  /** @param view the state before the block; released by its maker. */
  constructor(view: StateView, block: number) {
    this.#view = view;
    this.#block = block;
  }

  /** MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT, or VALID: then `apply` it before checking the next. */
  async check(sets: readonly NamespaceReadWriteSet[]): Promise<TxValidationCode> {
    for (const set of sets) {
      if (!this.#sameVersions(set.namespace, set.reads)) return TxValidationCode.MVCC_READ_CONFLICT;
      for (const query of set.rangeQueries) {
        if (!(await this.#sameResults(set.namespace, query))) return TxValidationCode.PHANTOM_READ_CONFLICT;
      }
      for (const { collection, reads } of set.collections) {
        const namespace = hashedNamespace(set.namespace, collection);
        const hashed = reads.map(({ keyHash, version }) => ({ key: hashedKey(keyHash), version }));
        if (!this.#sameVersions(namespace, hashed)) return TxValidationCode.MVCC_READ_CONFLICT;
      }
    }
    return TxValidationCode.VALID;
  }

  /** Takes up the writes of a valid transaction: of public keys, and of the hashes of private ones. */
  apply(sets: readonly NamespaceReadWriteSet[], tx: number): void {
    for (const set of sets) {
      this.#apply(set.namespace, set, tx);
      for (const { key } of set.writes) this.history.push({ namespace: set.namespace, key, tx });
      for (const collection of set.collections) {
        this.#apply(hashedNamespace(set.namespace, collection.collection), asPublic(collection), tx);
      }
    }
  }

  /** Sets a value as it is, or takes the key away: for what is derived from valid transactions. */
  put(namespace: string, key: string, value: VersionedValue | undefined): void {
    this.#changes(namespace).set(key, value);
  }

  /** The version of a transaction of this block that deleted the key, the last one. */
  deletedBy(namespace: string, key: string): Version {
    const version = this.#deletions.get(`${namespace}\u0000${key}`);
    if (version === undefined) throw new Error(`no transaction of block ${this.#block} deleted ${key} of ${namespace}`);
    return version;
  }

  /** Whether this block changes the key. */
  changes(namespace: string, key: string): boolean {
    return this.namespaces.get(namespace)?.has(key) === true;
  }

  /** The value as it will be after the block, as far as it has been applied. */
  latest(namespace: string, key: string): VersionedValue | undefined {
    const changes = this.namespaces.get(namespace);
    return changes?.has(key) === true ? changes.get(key) : this.#view.get(namespace, key);
  }

  /** Whether a reader sees now what the transaction saw. */
  #sameVersions(namespace: string, reads: readonly KVRead[]): boolean {
    const changes = this.namespaces.get(namespace);
    for (const { key, version } of reads) {
      if (changes?.has(key) === true || !sameVersion(this.#view.get(namespace, key)?.version, version)) return false;
    }
    return true;
  }

  #apply(namespace: string, set: Pick<KVReadWriteSet, 'writes' | 'metadataWrites'>, tx: number): void {
    const version = { block: this.#block, tx };
    const metadata = new Map(set.metadataWrites.map((write) => [write.key, write.entries]));
    for (const write of set.writes) {
      if (write.isDelete) {
        this.put(namespace, write.key, undefined);
        this.#deletions.set(`${namespace}\u0000${write.key}`, version);
        continue;
      }
      const entries = metadata.get(write.key);
      const kept = entries === undefined ? this.#metadata(namespace, write.key) : encodeMetadata(entries);
      this.put(namespace, write.key, { version, value: write.value, metadata: kept });
    }
    const written = new Set(set.writes.map((write) => write.key));
    for (const [key, entries] of metadata) {
      if (written.has(key)) continue;
      const latest = this.latest(namespace, key);
      // Metadata of a key that does not exist have no effect.
      if (latest === undefined) continue;
      this.put(namespace, key, { version, value: latest.value, metadata: encodeMetadata(entries) });
    }
  }

  #changes(namespace: string): Changes {
    let changes = this.namespaces.get(namespace);
    if (changes === undefined) {
      changes = new Map();
      this.namespaces.set(namespace, changes);
    }
    return changes;
  }

  #metadata(namespace: string, key: string): Buffer {
    const changes = this.namespaces.get(namespace);
    if (changes?.has(key) === true) return changes.get(key)?.metadata ?? NO_BYTES;
    return this.#view.metadata(namespace, key);
  }

  /** Whether the range, read again on the state and the block's changes so far, gives the same keys and versions. */
  async #sameResults(namespace: string, query: RangeQueryInfo): Promise<boolean> {
    // The endorsers' own choice; a degree below 2 is no tree.
    if (isMerkleSummary(query.reads) && query.reads.maxDegree < 2) return false;
    const results = new RangeQueryResults(
      isMerkleSummary(query.reads) ? query.reads.maxDegree : Number.MAX_SAFE_INTEGER,
    );
    for await (const read of this.#range(namespace, query)) results.add(read);
    return sameReads(results.done(), query.reads);
  }

  async *#range(namespace: string, query: RangeQueryInfo): AsyncGenerator<KVRead> {
    const { startKey, endKey, exhausted } = query;
    const changes = this.namespaces.get(namespace);
    const isBefore = (key: string): boolean => endKey === '' || compareKeys(key, endKey) < 0;
    const changed = [...(changes?.keys() ?? [])]
      .filter((key) => compareKeys(key, startKey) >= 0 && isBefore(key))
      .sort(compareKeys);
    let position = 0;
    const scan = this.#view.range(namespace, startKey, endKey);
    try {
      for (let batch = await scan.next(FETCH); batch.length > 0; batch = await scan.next(FETCH)) {
        for (const { key, version } of batch) {
          for (; position < changed.length && compareKeys(changed[position] ?? '', key) < 0; position += 1) {
            yield* existing(changes, changed[position]);
          }
          if (changes?.has(key) !== true) yield { key, version };
        }
      }
      for (; position < changed.length; position += 1) yield* existing(changes, changed[position]);
    } finally {
      await scan.close();
    }
    // A query that was not read to its end stopped after this key, which belongs to its results.
    if (!exhausted && endKey !== '') {
      const last = this.latest(namespace, endKey);
      if (last !== undefined) yield { key: endKey, version: last.version };
    }
  }
}

const FETCH = 256;

/** Hashed writes as writes of keys that are named by their hashes and whose values are hashes. */
function asPublic(set: CollectionHashedReadWriteSet): Pick<KVReadWriteSet, 'writes' | 'metadataWrites'> {
  return {
    writes: set.writes.map(({ keyHash, isDelete, valueHash }) => ({
      key: hashedKey(keyHash),
      isDelete,
      value: valueHash,
    })),
    metadataWrites: set.metadataWrites.map(({ keyHash, entries }) => ({ key: hashedKey(keyHash), entries })),
  };
}

function* existing(changes: Changes | undefined, key: string | undefined): Generator<KVRead> {
  const value = key === undefined ? undefined : changes?.get(key);
  if (key !== undefined && value !== undefined) yield { key, version: value.version };
}

function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.block === b.block && a.tx === b.tx;
}

function sameReads(a: readonly KVRead[] | MerkleSummary, b: readonly KVRead[] | MerkleSummary): boolean {
  if (isMerkleSummary(a) || isMerkleSummary(b)) {
    return isMerkleSummary(a) && isMerkleSummary(b) && sameSummary(a, b);
  }
  return (
    a.length === b.length &&
    a.every((read, index) => read.key === b[index]?.key && sameVersion(read.version, b[index].version))
  );
}

function sameSummary(a: MerkleSummary, b: MerkleSummary): boolean {
  return (
    a.maxLevel === b.maxLevel &&
    a.maxLevelHashes.length === b.maxLevelHashes.length &&
    a.maxLevelHashes.every((hash, index) => {
      const other = b.maxLevelHashes[index];
      return other !== undefined && hash.equals(other);
    })
  );
}
