/** The private data of a simulation: reads from the peer's own copy, and what the transaction would write, hashed and plain. */
import { compareKeys } from '../ledger/keys';
import { type RangeScan, type StateView, type VersionedKV, type VersionedValue } from '../ledger/state';
import { type Collections, isMember } from '../privdata/collection';
import { hashedKey, hashedNamespace, privateNamespace, sha256 } from '../privdata/namespaces';
import { type CollectionHashedReadWriteSet } from '../wire/hashedrwset';
import { NO_BYTES } from '../wire/protobuf';
import { type CollectionPvtReadWriteSet } from '../wire/pvtrwset';
import { encodeKVRWSet, type MetadataEntry, type Version } from '../wire/rwset';
import { decodeMetadata } from './metadata';
import { SimulationError } from './errors';

/** What the simulation as a whole allows: it throws when something asked before forbids this. */
export interface SimulationGate {
  beforeWrite(): void;
  beforePrivateQuery(): void;
  /** Takes the chaincode's definition for read: its collections are looked up in it. */
  readDefinition(namespace: string): void;
}

/** A collection, as far as a transaction touched it. */
export interface TouchedCollection {
  readonly collection: string;
  /** Keys whose value or metadata it would write. */
  readonly written: ReadonlySet<string>;
  /** Whether its data (not only their hashes) were read. */
  readonly isRead: boolean;
}

interface CollectionRecord {
  readonly reads: Map<string, Version | undefined>;
  readonly writes: Map<string, { readonly value: Buffer; readonly isPurge: boolean }>;
  readonly metadataWrites: Map<string, readonly MetadataEntry[]>;
}

/** Every method throws a SimulationError when the chaincode has no such collection. */
export class PrivateDataSimulator {
  readonly #view: StateView;
  readonly #collections: Collections;
  readonly #gate: SimulationGate;
  readonly #records = new Map<string, Map<string, CollectionRecord>>();
  /** Collections whose data (not only hashes) were read, by namespace. */
  readonly reads = new Map<string, Set<string>>();

  constructor(view: StateView, collections: Collections, gate: SimulationGate) {
    this.#view = view;
    this.#collections = collections;
    this.#gate = gate;
  }

  /** Namespaces with anything private, in no order. */
  get namespaces(): Iterable<string> {
    return this.#records.keys();
  }

  /**
   * The committed value; undefined when there is none.
   * @throws SimulationError when there is a value and this peer does not have it.
   */
  get(namespace: string, collection: string, key: string): Buffer | undefined {
    this.#require(namespace, collection);
    const found = this.#plain(namespace, collection, key);
    const hashed = this.#hashed(namespace, collection, key);
    if (!sameVersion(found?.version, hashed?.version)) {
      throw new SimulationError(
        'private data matching public hash version is not available. ' +
          `Public hash version = ${versionText(hashed?.version)}, Private data version = ${versionText(found?.version)}`,
      );
    }
    this.#recordRead(namespace, collection, key, found?.version);
    return found?.value;
  }

  /** Several values at once. As in Fabric, one that this peer does not have reads as none. */
  getMultiple(namespace: string, collection: string, keys: readonly string[]): readonly (Buffer | undefined)[] {
    this.#require(namespace, collection);
    return keys.map((key) => {
      const found = this.#plain(namespace, collection, key);
      this.#recordRead(namespace, collection, key, found?.version);
      return found?.value;
    });
  }

  /** SHA-256 of the committed value, which every member of the channel has. */
  getHash(namespace: string, collection: string, key: string): Buffer | undefined {
    return this.#readHash(namespace, collection, key)?.value;
  }

  /** A key's metadata; they stand with the hash. */
  getMetadata(namespace: string, collection: string, key: string): readonly MetadataEntry[] {
    return decodeMetadata(this.#readHash(namespace, collection, key)?.metadata ?? NO_BYTES);
  }

  /** @throws SimulationError after a query of private data or a paginated one. */
  set(namespace: string, collection: string, key: string, value: Buffer): void {
    this.#require(namespace, collection);
    this.#gate.beforeWrite();
    this.#record(namespace, collection).writes.set(key, { value, isPurge: false });
  }

  /** @throws SimulationError as `set`. */
  delete(namespace: string, collection: string, key: string): void {
    this.set(namespace, collection, key, NO_BYTES);
  }

  /**
   * Deletes the key, and its earlier values wherever they are kept.
   * @throws SimulationError as `set`.
   */
  purge(namespace: string, collection: string, key: string): void {
    this.#require(namespace, collection);
    this.#gate.beforeWrite();
    this.#record(namespace, collection).writes.set(key, { value: NO_BYTES, isPurge: true });
  }

  /** @throws SimulationError as `set`. */
  setMetadata(namespace: string, collection: string, key: string, entries: readonly MetadataEntry[]): void {
    this.#require(namespace, collection);
    this.#gate.beforeWrite();
    this.#record(namespace, collection).metadataWrites.set(key, entries);
  }

  /**
   * Reads a range of what this peer has. It is not recorded: such a transaction can write nothing.
   * @throws SimulationError after a write.
   */
  range(namespace: string, collection: string, startKey: string, endKey: string): RangeScan {
    this.requireQueries(namespace, collection);
    const scan = this.#view.range(privateNamespace(namespace, collection), startKey, endKey);
    return this.#isMember(namespace, collection)
      ? scan
      : only(scan, ({ version }) => this.#collections.wasMember(namespace, collection, version));
  }

  /**
   * A query of the collection follows: the transaction writes nothing.
   * @throws SimulationError when it has written, or the chaincode has no such collection.
   */
  requireQueries(namespace: string, collection: string): void {
    this.#gate.beforePrivateQuery();
    this.#require(namespace, collection);
  }

  /** What was touched of a namespace's collections, sorted. */
  touched(namespace: string): readonly TouchedCollection[] {
    return sorted(this.#records.get(namespace)).map(([collection, { writes, metadataWrites }]) => ({
      collection,
      written: new Set([...writes.keys(), ...metadataWrites.keys()]),
      isRead: this.reads.get(namespace)?.has(collection) === true,
    }));
  }

  /** What the transaction shows of a namespace's collections, sorted. */
  hashedSets(namespace: string): readonly CollectionHashedReadWriteSet[] {
    return sorted(this.#records.get(namespace)).map(([collection, record]) => ({
      collection,
      reads: sorted(record.reads).map(([key, version]) => ({ keyHash: sha256(key), version })),
      writes: sorted(record.writes).map(([key, { value, isPurge }]) => ({
        keyHash: sha256(key),
        isDelete: value.length === 0,
        valueHash: value.length === 0 ? NO_BYTES : sha256(value),
        isPurge,
      })),
      metadataWrites: sorted(record.metadataWrites).map(([key, entries]) => ({ keyHash: sha256(key), entries })),
      pvtRwsetHash: isWritten(record) ? sha256(plainSet(record)) : NO_BYTES,
    }));
  }

  /** What the members of the written collections are to be given; sorted. */
  plainSets(): readonly CollectionPvtReadWriteSet[] {
    return sorted(this.#records).flatMap(([namespace, collections]) =>
      sorted(collections)
        .filter(([, record]) => isWritten(record))
        .map(([collection, record]) => ({ namespace, collection, rwset: plainSet(record) })),
    );
  }

  #readHash(namespace: string, collection: string, key: string): VersionedValue | undefined {
    this.#require(namespace, collection);
    const hashed = this.#hashed(namespace, collection, key);
    this.#record(namespace, collection).reads.set(key, hashed?.version);
    return hashed;
  }

  #plain(namespace: string, collection: string, key: string): VersionedValue | undefined {
    const found = this.#view.get(privateNamespace(namespace, collection), key);
    return found !== undefined && this.#holds(namespace, collection, found.version) ? found : undefined;
  }

  #hashed(namespace: string, collection: string, key: string): VersionedValue | undefined {
    return this.#view.get(hashedNamespace(namespace, collection), hashedKey(sha256(key)));
  }

  /** All peers of this process share one copy: one whose organisation is no member, and was none then, answers as if it had none. */
  #holds(namespace: string, collection: string, version: Version): boolean {
    return this.#isMember(namespace, collection) || this.#collections.wasMember(namespace, collection, version);
  }

  #isMember(namespace: string, collection: string): boolean {
    const config = this.#collections.config(namespace, collection);
    return config !== undefined && isMember(config, this.#collections.mspId);
  }

  #require(namespace: string, collection: string): void {
    this.#gate.readDefinition(namespace);
    if (this.#collections.isDefined(namespace, collection)) return;
    throw new SimulationError(
      `collection [${collection}] not defined in the collection config for chaincode [${namespace}]`,
    );
  }

  #recordRead(namespace: string, collection: string, key: string, version: Version | undefined): void {
    this.#record(namespace, collection).reads.set(key, version);
    const collections = this.reads.get(namespace);
    if (collections === undefined) this.reads.set(namespace, new Set([collection]));
    else collections.add(collection);
  }

  #record(namespace: string, collection: string): CollectionRecord {
    let collections = this.#records.get(namespace);
    if (collections === undefined) {
      collections = new Map();
      this.#records.set(namespace, collections);
    }
    let record = collections.get(collection);
    if (record === undefined) {
      record = { reads: new Map(), writes: new Map(), metadataWrites: new Map() };
      collections.set(collection, record);
    }
    return record;
  }
}

/** The results of a scan that fit. */
function only(scan: RangeScan, fits: (result: VersionedKV) => boolean): RangeScan {
  return {
    next: async (count) => {
      const fitting: VersionedKV[] = [];
      while (fitting.length < count) {
        const wanted = count - fitting.length;
        const results = await scan.next(wanted);
        fitting.push(...results.filter(fits));
        if (results.length < wanted) break;
      }
      return fitting;
    },
    close: () => scan.close(),
  };
}

function isWritten(record: CollectionRecord): boolean {
  return record.writes.size > 0 || record.metadataWrites.size > 0;
}

/** Of metadata only the keys: their content is public. The keys tell members whose version the transaction raises. */
function plainSet(record: CollectionRecord): Buffer {
  return encodeKVRWSet({
    reads: [],
    rangeQueries: [],
    writes: sorted(record.writes).map(([key, { value }]) => ({ key, isDelete: value.length === 0, value })),
    metadataWrites: sorted(record.metadataWrites).map(([key]) => ({ key, entries: [] })),
  });
}

function sorted<T>(map: ReadonlyMap<string, T> | undefined): [string, T][] {
  return [...(map ?? [])].sort(([a], [b]) => compareKeys(a, b));
}

function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.tx === b?.tx;
}

/** As Fabric's peers print heights. */
function versionText(version: Version | undefined): string {
  return version === undefined ? '<nil>' : `{BlockNum: ${version.block}, TxNum: ${version.tx}}`;
}
