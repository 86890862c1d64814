/** What a transaction shows of private data: hashes of keys and values, one set a collection. */
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';
import {
  decodeMetadataEntry,
  decodeVersion,
  encodeMetadataEntry,
  encodeVersion,
  type MetadataEntry,
  type Version,
} from './rwset-parts';

export interface KVReadHash {
  /** SHA-256 of the key's UTF-8 bytes. */
  readonly keyHash: Buffer;
  /** Undefined: the key did not exist. */
  readonly version: Version | undefined;
}

export interface KVWriteHash {
  readonly keyHash: Buffer;
  readonly isDelete: boolean;
  /** SHA-256 of the value; empty with a deletion. */
  readonly valueHash: Buffer;
  /** A deletion after which the key's earlier values are forgotten too. */
  readonly isPurge: boolean;
}

export interface KVMetadataWriteHash {
  readonly keyHash: Buffer;
  /** Empty: the key's metadata are deleted. */
  readonly entries: readonly MetadataEntry[];
}

export interface CollectionHashedReadWriteSet {
  readonly collection: string;
  readonly reads: readonly KVReadHash[];
  readonly writes: readonly KVWriteHash[];
  readonly metadataWrites: readonly KVMetadataWriteHash[];
  /** SHA-256 of the bytes of the collection's private KVRWSet; empty when nothing is written. */
  readonly pvtRwsetHash: Buffer;
}

/** @throws WireError when the bytes are not a CollectionHashedReadWriteSet. */
export function decodeCollectionHashedRWSet(bytes: Uint8Array): CollectionHashedReadWriteSet {
  const reader = new Reader(bytes);
  let collection = '';
  let hashedRwset = NO_BYTES;
  let pvtRwsetHash = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) collection = reader.string();
    else if (key === bytesField(2)) hashedRwset = reader.bytes();
    else if (key === bytesField(3)) pvtRwsetHash = reader.bytes();
    else reader.skip(key);
  }
  return { collection, pvtRwsetHash, ...decodeHashedRWSet(hashedRwset) };
}

export function encodeCollectionHashedRWSet(set: CollectionHashedReadWriteSet): Buffer {
  const hashed = new Writer(512);
  for (const read of set.reads) hashed.message(1, encodeReadHash(read));
  for (const write of set.writes) hashed.message(2, encodeWriteHash(write));
  for (const write of set.metadataWrites) hashed.message(3, encodeMetadataWriteHash(write));
  return new Writer(1024).string(1, set.collection).bytes(2, hashed.finish()).bytes(3, set.pvtRwsetHash).finish();
}

function decodeHashedRWSet(
  bytes: Uint8Array,
): Pick<CollectionHashedReadWriteSet, 'reads' | 'writes' | 'metadataWrites'> {
  const reader = new Reader(bytes);
  const reads: KVReadHash[] = [];
  const writes: KVWriteHash[] = [];
  const metadataWrites: KVMetadataWriteHash[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) reads.push(decodeReadHash(reader.bytes()));
    else if (key === bytesField(2)) writes.push(decodeWriteHash(reader.bytes()));
    else if (key === bytesField(3)) metadataWrites.push(decodeMetadataWriteHash(reader.bytes()));
    else reader.skip(key);
  }
  return { reads, writes, metadataWrites };
}

function decodeReadHash(bytes: Uint8Array): KVReadHash {
  const reader = new Reader(bytes);
  let keyHash = NO_BYTES;
  let version: Version | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) keyHash = reader.bytes();
    else if (key === bytesField(2)) version = decodeVersion(reader.bytes());
    else reader.skip(key);
  }
  return { keyHash, version };
}

function encodeReadHash(read: KVReadHash): Buffer {
  const writer = new Writer(80).bytes(1, read.keyHash);
  if (read.version !== undefined) writer.message(2, encodeVersion(read.version));
  return writer.finish();
}

/** SHA-256 of nothing: a write of it is a deletion, as in Fabric. */
const HASH_OF_NOTHING = Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex');

function decodeWriteHash(bytes: Uint8Array): KVWriteHash {
  const reader = new Reader(bytes);
  let keyHash = NO_BYTES;
  let isDelete = false;
  let valueHash = NO_BYTES;
  let isPurge = false;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) keyHash = reader.bytes();
    else if (key === varintField(2)) isDelete = reader.boolean();
    else if (key === bytesField(3)) valueHash = reader.bytes();
    else if (key === varintField(4)) isPurge = reader.boolean();
    else reader.skip(key);
  }
  return {
    keyHash,
    isDelete: isDelete || valueHash.length === 0 || valueHash.equals(HASH_OF_NOTHING),
    valueHash,
    isPurge,
  };
}

function encodeWriteHash(write: KVWriteHash): Buffer {
  return new Writer(96)
    .bytes(1, write.keyHash)
    .boolean(2, write.isDelete)
    .bytes(3, write.valueHash)
    .boolean(4, write.isPurge)
    .finish();
}

function decodeMetadataWriteHash(bytes: Uint8Array): KVMetadataWriteHash {
  const reader = new Reader(bytes);
  let keyHash = NO_BYTES;
  const entries: MetadataEntry[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) keyHash = reader.bytes();
    else if (key === bytesField(2)) entries.push(decodeMetadataEntry(reader.bytes()));
    else reader.skip(key);
  }
  return { keyHash, entries };
}

function encodeMetadataWriteHash(write: KVMetadataWriteHash): Buffer {
  const writer = new Writer(256).bytes(1, write.keyHash);
  for (const entry of write.entries) writer.message(2, encodeMetadataEntry(entry));
  return writer.finish();
}
