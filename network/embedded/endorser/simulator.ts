/** Runs one transaction against the committed state without changing it, and records what it read and would write. */
import { compareKeys } from '../ledger/keys';
import { type RangeScan, type StateView, type VersionedKV } from '../ledger/state';
import { NO_BYTES } from '../wire/protobuf';
import {
  encodeTxReadWriteSet,
  type KVMetadataWrite,
  type KVRead,
  type KVWrite,
  type MetadataEntry,
  type RangeQueryInfo,
  type Version,
} from '../wire/rwset';
import { type Collections } from '../privdata/collection';
import { LIFECYCLE } from '../scc/lifecycle/definitions';
import { definitionKeys } from '../scc/lifecycle/serializer';
import { type CollectionPvtReadWriteSet } from '../wire/pvtrwset';
import { SimulationError } from './errors';
import { decodeMetadata } from './metadata';
import { PrivateDataSimulator, type TouchedCollection } from './privatedata';
import { RangeQueryResults } from './rangequery';

/** A chaincode's keys, as far as a transaction touched them. */
export interface TouchedNamespace {
  readonly namespace: string;
  /** Keys whose value or metadata it would write. */
  readonly written: ReadonlySet<string>;
  readonly collections: readonly TouchedCollection[];
}

interface NamespaceRecord {
  readonly reads: Map<string, Version | undefined>;
  readonly ranges: RangeIterator[];
  readonly writes: Map<string, KVWrite>;
  readonly metadataWrites: Map<string, KVMetadataWrite>;
}

/** How many results are fetched from the database at a time. */
const FETCH = 128;

export class TxSimulator {
  readonly #view: StateView;
  readonly #txId: string;
  readonly #namespaces = new Map<string, NamespaceRecord>();
  #wrote = false;
  #paginated = false;
  #queriedPrivately = false;
  /** Chaincodes whose collections were looked up. */
  readonly #definitionsRead = new Set<string>();
  /** The private data collections of the channel's chaincodes. */
  readonly collections: Collections;
  readonly privateData: PrivateDataSimulator;

  /** The simulator uses the view, its maker releases it. */
  constructor(view: StateView, txId: string, collections: Collections) {
    this.#view = view;
    this.#txId = txId;
    this.collections = collections;
    this.privateData = new PrivateDataSimulator(view, collections, {
      beforeWrite: () => {
        this.#beforeWrite();
      },
      beforePrivateQuery: () => {
        if (this.#wrote) {
          this.#refuse('Queries on pvt data is supported only in a read-only transaction');
        }
        this.#queriedPrivately = true;
      },
      readDefinition: (namespace) => {
        this.#readDefinition(namespace);
      },
    });
  }

  get view(): StateView {
    return this.#view;
  }

  /** The committed value, also when this transaction has written the key; undefined when there is none. */
  getState(namespace: string, key: string): Buffer | undefined {
    return this.#read(namespace, key)?.value;
  }

  /** A key's metadata; reading them records a read of the key. */
  getStateMetadata(namespace: string, key: string): readonly MetadataEntry[] {
    return decodeMetadata(this.#read(namespace, key)?.metadata ?? NO_BYTES);
  }

  /** @throws SimulationError after a paginated query. */
  setState(namespace: string, key: string, value: Buffer): void {
    this.#beforeWrite();
    this.#namespace(namespace).writes.set(key, { key, isDelete: value.length === 0, value });
  }

  /** @throws SimulationError after a paginated query. */
  deleteState(namespace: string, key: string): void {
    this.setState(namespace, key, NO_BYTES);
  }

  /** @throws SimulationError after a paginated query. */
  setStateMetadata(namespace: string, key: string, entries: readonly MetadataEntry[]): void {
    this.#beforeWrite();
    this.#namespace(namespace).metadataWrites.set(key, { key, entries });
  }

  /**
   * Reads a range; what is taken from the iterator is checked for phantoms at commit.
   * @param pageSize more than 0: a paginated query, for transactions that write nothing.
   * @throws SimulationError when a paginated query follows a write.
   */
  range(namespace: string, startKey: string, endKey: string, pageSize: number | undefined): RangeIterator {
    if (pageSize !== undefined) this.requirePages();
    const iterator = new RangeIterator(this.#view.range(namespace, startKey, endKey), startKey, endKey);
    this.#namespace(namespace).ranges.push(iterator);
    return iterator;
  }

  /**
   * A paginated query follows: the transaction writes nothing.
   * @throws SimulationError when it has written.
   */
  requirePages(): void {
    if (this.#wrote) this.#refuse('Paginated queries are supported only in a read-only transaction');
    this.#paginated = true;
  }

  /** What was read and written, a namespace each: what decides whose endorsements are needed. */
  touched(): readonly TouchedNamespace[] {
    return this.#touchedNames().map((namespace) => {
      const { writes, metadataWrites } = this.#namespace(namespace);
      const collections = this.privateData.touched(namespace);
      return { namespace, written: new Set([...writes.keys(), ...metadataWrites.keys()]), collections };
    });
  }

  /** The bytes of the TxReadWriteSet: sorted by UTF-8 bytes, so that equal simulations give equal bytes. */
  results(): Buffer {
    const names = this.#touchedNames().sort(compareKeys);
    return encodeTxReadWriteSet(
      names.map((namespace) => {
        const record = this.#namespace(namespace);
        return {
          namespace,
          reads: sortedReads(record.reads),
          rangeQueries: distinctRanges(record.ranges),
          writes: sortedValues(record.writes),
          metadataWrites: sortedValues(record.metadataWrites),
          collections: this.privateData.hashedSets(namespace),
        };
      }),
    );
  }

  /** What members of the written collections are to be given; the results hold its hashes. */
  privateResults(): readonly CollectionPvtReadWriteSet[] {
    return this.privateData.plainSets();
  }

  #read(namespace: string, key: string): ReturnType<StateView['get']> {
    const value = this.#view.get(namespace, key);
    this.#namespace(namespace).reads.set(key, value?.version);
    return value;
  }

  #touchedNames(): string[] {
    return [...new Set([...this.#namespaces.keys(), ...this.privateData.namespaces])];
  }

  /** As Fabric, which reads all of a definition to find a collection in it. */
  #readDefinition(name: string): void {
    if (name === LIFECYCLE || this.#definitionsRead.has(name)) return;
    this.#definitionsRead.add(name);
    for (const key of definitionKeys(name)) this.getState(LIFECYCLE, key);
  }

  #beforeWrite(): void {
    if (this.#queriedPrivately) {
      this.#refuse('Transaction has already performed queries on pvt data. Writes are not allowed');
    }
    if (this.#paginated) {
      this.#refuse('Transaction has already performed a paginated query. Writes are not allowed');
    }
    this.#wrote = true;
  }

  /** Fabric's words, its spelling included: clients may match on them. */
  #refuse(reason: string): never {
    throw new SimulationError(`txid [${this.#txId}]: unsuppored transaction. ${reason}`);
  }

  #namespace(namespace: string): NamespaceRecord {
    let record = this.#namespaces.get(namespace);
    if (record === undefined) {
      record = { reads: new Map(), ranges: [], writes: new Map(), metadataWrites: new Map() };
      this.#namespaces.set(namespace, record);
    }
    return record;
  }
}

/** The results of a range query, one by one. */
export class RangeIterator {
  readonly #scan: RangeScan;
  readonly #startKey: string;
  readonly #queryEnd: string;
  readonly #results = new RangeQueryResults();
  #endKey = '';
  #exhausted = false;
  #fetched: readonly VersionedKV[] = [];
  #position = 0;
  #closed = false;

  constructor(scan: RangeScan, startKey: string, endKey: string) {
    this.#scan = scan;
    this.#startKey = startKey;
    this.#queryEnd = endKey;
  }

  /** The next result, recorded as read; undefined at the end, which is recorded too. */
  async next(): Promise<VersionedKV | undefined> {
    const result = await this.#peek();
    if (result === undefined) {
      this.#exhausted = true;
      this.#endKey = this.#queryEnd;
      return undefined;
    }
    this.#position += 1;
    this.#results.add({ key: result.key, version: result.version });
    this.#endKey = result.key;
    return result;
  }

  /** The key of the next result, not recorded as read: where a next page begins. Empty at the end. */
  async bookmark(): Promise<string> {
    return (await this.#peek())?.key ?? '';
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#scan.close();
  }

  get startKey(): string {
    return this.#startKey;
  }

  get endKey(): string {
    return this.#endKey;
  }

  get exhausted(): boolean {
    return this.#exhausted;
  }

  info(): RangeQueryInfo {
    return {
      startKey: this.#startKey,
      endKey: this.#endKey,
      exhausted: this.#exhausted,
      reads: this.#results.done(),
    };
  }

  async #peek(): Promise<VersionedKV | undefined> {
    if (this.#position >= this.#fetched.length) {
      if (this.#closed) return undefined;
      this.#fetched = await this.#scan.next(FETCH);
      this.#position = 0;
    }
    return this.#fetched[this.#position];
  }
}

// Loops and functions that stay, not callbacks, where each key comes by: the machine code of a callback is forgotten with it, and compiled anew for
// each transaction.

function sortedReads(reads: ReadonlyMap<string, KVRead['version']>): readonly KVRead[] {
  const sorted: KVRead[] = [];
  for (const key of [...reads.keys()].sort(compareKeys)) sorted.push({ key, version: reads.get(key) });
  return sorted;
}

function sortedValues<T extends { readonly key: string }>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map.values()].sort(byKey);
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return compareKeys(a.key, b.key);
}

/** In the order they were asked; of queries of the same range the first counts, as in Fabric. */
function distinctRanges(iterators: readonly RangeIterator[]): readonly RangeQueryInfo[] {
  const seen = new Set<string>();
  const infos: RangeQueryInfo[] = [];
  for (const iterator of iterators) {
    const identity = JSON.stringify([iterator.startKey, iterator.endKey, iterator.exhausted]);
    if (seen.has(identity)) continue;
    seen.add(identity);
    infos.push(iterator.info());
  }
  return infos;
}
