/** The private data store: write sets of committed transactions in plain, which keys they wrote, and when they expire. */
import { hashedKey, sha256 } from '../privdata/namespaces';
import { bytesField, NO_BYTES, Reader, Writer } from '../wire/protobuf';
import { decodeKVRWSet, encodeKVRWSet, type Version } from '../wire/rwset';
import { type CollectionPvtReadWriteSet, encodeTxPvtReadWriteSet } from '../wire/pvtrwset';
import {
  blocksOfExpiryKey,
  expiriesFrom,
  expiryBounds,
  hashedIndexBounds,
  partsOfPrivateDataKey,
  privateDataBounds,
  versionOfHistoryKey,
} from './keys';
import { type Database } from './state';

/** A private write set as stored. */
export interface StoredWriteSet {
  /** The organisations that were members of the collection when it was committed. */
  readonly members: readonly string[];
  /** The bytes of a KVRWSet. */
  readonly rwset: Buffer;
}

/** A key of a collection that expires. */
export interface ExpiringKey {
  readonly namespace: string;
  readonly collection: string;
  readonly hashedKey: string;
  /** Undefined: the block was committed without the private data. */
  readonly key: string | undefined;
}

/** What a block wrote that expires with one later block. */
export interface ExpiryEntry {
  readonly keys: readonly ExpiringKey[];
  /** Database keys of write sets. */
  readonly writeSets: readonly string[];
}

/** What a block writes besides its public part. */
export interface PrivateBlock {
  readonly puts: ReadonlyMap<string, Buffer>;
  readonly deletes: ReadonlySet<string>;
  /** Keys of the transient store that it makes needless. */
  readonly transient: readonly string[];
  /** The first block with which any of it expires, or infinity. */
  readonly firstExpiry: number;
}

/** The private data of one transaction that an organisation's peer has. */
export interface TxPrivateData {
  /** The transaction's position in its block. */
  readonly tx: number;
  /** The bytes of a TxPvtReadWriteSet. */
  readonly writeSet: Buffer;
}

export class PvtDataStore {
  readonly #database: Database;
  /** The first block with which anything expires. */
  #nextExpiry: number;

  private constructor(database: Database, nextExpiry: number) {
    this.#database = database;
    this.#nextExpiry = nextExpiry;
  }

  static async open(database: Database): Promise<PvtDataStore> {
    return new PvtDataStore(database, await firstExpiry(database, 0));
  }

  /** What an organisation's peer has of a block's private data; those that hold nothing for it are left out. */
  async ofBlock(block: number, mspId: string): Promise<readonly TxPrivateData[]> {
    const byTx = new Map<number, CollectionPvtReadWriteSet[]>();
    for (const [key, bytes] of await this.#database.iterator(privateDataBounds(block)).all()) {
      const { members, rwset } = decodeWriteSet(bytes);
      if (!members.includes(mspId)) continue;
      const { tx, namespace, collection } = partsOfPrivateDataKey(key);
      byTx.set(tx, [...(byTx.get(tx) ?? []), { namespace, collection, rwset }]);
    }
    return [...byTx].map(([tx, sets]) => ({ tx, writeSet: encodeTxPvtReadWriteSet(sets) }));
  }

  writeSet(databaseKey: string): StoredWriteSet | undefined {
    const bytes = this.#database.getSync(databaseKey);
    return bytes === undefined ? undefined : decodeWriteSet(bytes);
  }

  /** The committed transactions that wrote a private key, oldest first, each with the key in plain. */
  async writers(
    namespace: string,
    collection: string,
    hashed: string,
  ): Promise<readonly { readonly databaseKey: string; readonly version: Version; readonly key: string }[]> {
    const entries = await this.#database.iterator(hashedIndexBounds(namespace, collection, hashed)).all();
    return entries.map(([databaseKey, value]) => ({
      databaseKey,
      version: versionOfHistoryKey(databaseKey),
      key: value.toString('utf8'),
    }));
  }

  /** What expires with a block. */
  async expiring(
    block: number,
  ): Promise<readonly { readonly databaseKey: string; readonly committing: number; readonly entry: ExpiryEntry }[]> {
    if (block < this.#nextExpiry) return [];
    const entries = await this.#database.iterator(expiryBounds(block)).all();
    return entries.map(([databaseKey, value]) => ({
      databaseKey,
      committing: blocksOfExpiryKey(databaseKey).committing,
      entry: decodeExpiryEntry(value),
    }));
  }

  /** To be called when a block is committed that other blocks' data expired with, or that put expiring data. */
  async committed(block: number, firstExpiryPut: number): Promise<void> {
    this.#nextExpiry = Math.min(this.#nextExpiry, firstExpiryPut);
    if (this.#nextExpiry <= block) this.#nextExpiry = await firstExpiry(this.#database, block + 1);
  }
}

async function firstExpiry(database: Database, from: number): Promise<number> {
  const [first] = await database.keys({ ...expiriesFrom(from), limit: 1 }).all();
  return first === undefined ? Number.POSITIVE_INFINITY : blocksOfExpiryKey(first).expiring;
}

export function encodeWriteSet(set: StoredWriteSet): Buffer {
  const writer = new Writer(set.rwset.length + 256);
  for (const member of set.members) writer.element(1, member);
  return writer.bytes(2, set.rwset).finish();
}

function decodeWriteSet(bytes: Buffer): StoredWriteSet {
  const reader = new Reader(bytes);
  const members: string[] = [];
  let rwset = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) members.push(reader.string());
    else if (key === bytesField(2)) rwset = reader.bytes();
    else reader.skip(key);
  }
  return { members, rwset };
}

/** The write set without the writes of a key that was purged; it stays, though it may be empty, as in Fabric. */
export function withoutKey(set: StoredWriteSet, purged: string): StoredWriteSet {
  const rwset = decodeKVRWSet(set.rwset);
  const writes = rwset.writes.filter(({ key }) => hashedKey(sha256(key)) !== purged);
  return { ...set, rwset: encodeKVRWSet({ ...rwset, writes }) };
}

export function encodeExpiryEntry(entry: ExpiryEntry): Buffer {
  const writer = new Writer(512);
  for (const { namespace, collection, hashedKey: hashed, key } of entry.keys) {
    const message = new Writer(256).string(1, namespace).string(2, collection).string(3, hashed);
    if (key !== undefined) message.element(4, key);
    writer.message(1, message.finish());
  }
  for (const databaseKey of entry.writeSets) writer.element(2, databaseKey);
  return writer.finish();
}

function decodeExpiryEntry(bytes: Buffer): ExpiryEntry {
  const reader = new Reader(bytes);
  const keys: ExpiringKey[] = [];
  const writeSets: string[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) keys.push(decodeExpiringKey(reader.bytes()));
    else if (key === bytesField(2)) writeSets.push(reader.string());
    else reader.skip(key);
  }
  return { keys, writeSets };
}

function decodeExpiringKey(bytes: Buffer): ExpiringKey {
  const reader = new Reader(bytes);
  let namespace = '';
  let collection = '';
  let hashed = '';
  let plain: string | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) namespace = reader.string();
    else if (key === bytesField(2)) collection = reader.string();
    else if (key === bytesField(3)) hashed = reader.string();
    else if (key === bytesField(4)) plain = reader.string();
    else reader.skip(key);
  }
  return { namespace, collection, hashedKey: hashed, key: plain };
}
