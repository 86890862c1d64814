/** Fabric's read-write sets: what a simulation read (with versions) and what it would write. */
import {
  type CollectionHashedReadWriteSet,
  decodeCollectionHashedRWSet,
  encodeCollectionHashedRWSet,
} from './hashedrwset';
import { bytesField, NO_BYTES, Reader, varintField, WireError, Writer } from './protobuf';
import {
  decodeMetadataEntry,
  decodeVersion,
  encodeMetadataEntry,
  encodeVersion,
  type MetadataEntry,
  type Version,
} from './rwset-parts';

export { decodeMetadataEntry, encodeMetadataEntry, type MetadataEntry, type Version } from './rwset-parts';

export interface KVRead {
  readonly key: string;
  /** Undefined: the key did not exist. */
  readonly version: Version | undefined;
}

export interface KVWrite {
  readonly key: string;
  readonly isDelete: boolean;
  readonly value: Buffer;
}

export interface KVMetadataWrite {
  readonly key: string;
  /** Empty: the key's metadata are deleted. */
  readonly entries: readonly MetadataEntry[];
}

export interface MerkleSummary {
  readonly maxDegree: number;
  readonly maxLevel: number;
  readonly maxLevelHashes: readonly Buffer[];
}

export interface RangeQueryInfo {
  readonly startKey: string;
  /** The query's own end when it was read to the end, else the last key that was read. */
  readonly endKey: string;
  readonly exhausted: boolean;
  readonly reads: readonly KVRead[] | MerkleSummary;
}

/** Fabric's kvrwset.KVRWSet: what was read and would be written, of public keys or of one collection's own. */
export interface KVReadWriteSet {
  readonly reads: readonly KVRead[];
  readonly rangeQueries: readonly RangeQueryInfo[];
  readonly writes: readonly KVWrite[];
  readonly metadataWrites: readonly KVMetadataWrite[];
}

/** The read-write set of one namespace (one chaincode's keys). */
export interface NamespaceReadWriteSet extends KVReadWriteSet {
  readonly namespace: string;
  /** What it touches of private data collections, as hashes. */
  readonly collections: readonly CollectionHashedReadWriteSet[];
}

export function isMerkleSummary(reads: readonly KVRead[] | MerkleSummary): reads is MerkleSummary {
  return 'maxLevelHashes' in reads;
}

/** @throws WireError when the bytes are not a TxReadWriteSet. */
export function decodeTxReadWriteSet(bytes: Uint8Array): readonly NamespaceReadWriteSet[] {
  const reader = new Reader(bytes);
  const namespaces: NamespaceReadWriteSet[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) {
      if (reader.integer() !== 0) throw new WireError('unknown data model of a read-write set');
    } else if (key === bytesField(2)) namespaces.push(decodeNamespace(reader.bytes()));
    else reader.skip(key);
  }
  return namespaces;
}

/** Encodes namespaces in the order given; the caller has sorted everything, so that equal sets are equal bytes. */
export function encodeTxReadWriteSet(namespaces: readonly NamespaceReadWriteSet[]): Buffer {
  const writer = new Writer(1024);
  for (const set of namespaces) {
    const rwset = encodeKVRWSet(set);
    const message = new Writer(rwset.length + 128).string(1, set.namespace).bytes(2, rwset);
    for (const collection of set.collections) message.message(3, encodeCollectionHashedRWSet(collection));
    writer.message(2, message.finish());
  }
  return writer.finish();
}

/** The bytes of kvrwset.QueryReads, which Merkle hashes of long range reads are made over. */
export function encodeQueryReads(reads: readonly KVRead[]): Buffer {
  const writer = new Writer(reads.length * 64 + 16);
  for (const read of reads) writer.message(1, encodeRead(read));
  return writer.finish();
}

function decodeNamespace(bytes: Uint8Array): NamespaceReadWriteSet {
  const reader = new Reader(bytes);
  let namespace = '';
  let rwset = NO_BYTES;
  const collections: CollectionHashedReadWriteSet[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) namespace = reader.string();
    else if (key === bytesField(2)) rwset = reader.bytes();
    else if (key === bytesField(3)) collections.push(decodeCollectionHashedRWSet(reader.bytes()));
    else reader.skip(key);
  }
  return { namespace, collections, ...decodeKVRWSet(rwset) };
}

/** @throws WireError when the bytes are not a KVRWSet. */
export function decodeKVRWSet(bytes: Uint8Array): KVReadWriteSet {
  const reader = new Reader(bytes);
  const reads: KVRead[] = [];
  const rangeQueries: RangeQueryInfo[] = [];
  const writes: KVWrite[] = [];
  const metadataWrites: KVMetadataWrite[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) reads.push(decodeRead(reader.bytes()));
    else if (key === bytesField(2)) rangeQueries.push(decodeRangeQuery(reader.bytes()));
    else if (key === bytesField(3)) writes.push(decodeWrite(reader.bytes()));
    else if (key === bytesField(4)) metadataWrites.push(decodeMetadataWrite(reader.bytes()));
    else reader.skip(key);
  }
  return { reads, rangeQueries, writes, metadataWrites };
}

/** The bytes of a kvrwset.KVRWSet, members in the order given. */
export function encodeKVRWSet(set: KVReadWriteSet): Buffer {
  const writer = new Writer(1024);
  for (const read of set.reads) writer.message(1, encodeRead(read));
  for (const query of set.rangeQueries) writer.message(2, encodeRangeQuery(query));
  for (const write of set.writes) writer.message(3, encodeWrite(write));
  for (const write of set.metadataWrites) writer.message(4, encodeMetadataWrite(write));
  return writer.finish();
}

function decodeRead(bytes: Uint8Array): KVRead {
  const reader = new Reader(bytes);
  let name = '';
  let version: Version | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) name = reader.string();
    else if (key === bytesField(2)) version = decodeVersion(reader.bytes());
    else reader.skip(key);
  }
  return { key: name, version };
}

function encodeRead(read: KVRead): Buffer {
  const writer = new Writer(read.key.length * 3 + 32).string(1, read.key);
  if (read.version !== undefined) {
    writer.message(2, encodeVersion(read.version));
  }
  return writer.finish();
}

function decodeWrite(bytes: Uint8Array): KVWrite {
  const reader = new Reader(bytes);
  let name = '';
  let isDelete = false;
  let value = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) name = reader.string();
    else if (key === varintField(2)) isDelete = reader.boolean();
    else if (key === bytesField(3)) value = reader.bytes();
    else reader.skip(key);
  }
  return { key: name, isDelete: isDelete || value.length === 0, value };
}

function encodeWrite(write: KVWrite): Buffer {
  return new Writer(write.key.length * 3 + write.value.length + 32)
    .string(1, write.key)
    .boolean(2, write.isDelete)
    .bytes(3, write.value)
    .finish();
}

function decodeMetadataWrite(bytes: Uint8Array): KVMetadataWrite {
  const reader = new Reader(bytes);
  let name = '';
  const entries: MetadataEntry[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) name = reader.string();
    else if (key === bytesField(2)) entries.push(decodeMetadataEntry(reader.bytes()));
    else reader.skip(key);
  }
  return { key: name, entries };
}

function encodeMetadataWrite(write: KVMetadataWrite): Buffer {
  const writer = new Writer(256).string(1, write.key);
  for (const entry of write.entries) writer.message(2, encodeMetadataEntry(entry));
  return writer.finish();
}

function decodeRangeQuery(bytes: Uint8Array): RangeQueryInfo {
  const reader = new Reader(bytes);
  let startKey = '';
  let endKey = '';
  let exhausted = false;
  let reads: readonly KVRead[] | MerkleSummary = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) startKey = reader.string();
    else if (key === bytesField(2)) endKey = reader.string();
    else if (key === varintField(3)) exhausted = reader.boolean();
    else if (key === bytesField(4)) reads = decodeQueryReads(reader.bytes());
    else if (key === bytesField(5)) reads = decodeMerkleSummary(reader.bytes());
    else reader.skip(key);
  }
  return { startKey, endKey, exhausted, reads };
}

function encodeRangeQuery(query: RangeQueryInfo): Buffer {
  const writer = new Writer(512).string(1, query.startKey).string(2, query.endKey).boolean(3, query.exhausted);
  if (isMerkleSummary(query.reads)) {
    const summary = new Writer(512).integer(1, query.reads.maxDegree).integer(2, query.reads.maxLevel);
    for (const hash of query.reads.maxLevelHashes) summary.message(3, hash);
    return writer.message(5, summary.finish()).finish();
  }
  return writer.message(4, encodeQueryReads(query.reads)).finish();
}

function decodeQueryReads(bytes: Uint8Array): readonly KVRead[] {
  const reader = new Reader(bytes);
  const reads: KVRead[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) reads.push(decodeRead(reader.bytes()));
    else reader.skip(key);
  }
  return reads;
}

function decodeMerkleSummary(bytes: Uint8Array): MerkleSummary {
  const reader = new Reader(bytes);
  let maxDegree = 0;
  let maxLevel = 0;
  const maxLevelHashes: Buffer[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) maxDegree = reader.integer();
    else if (key === varintField(2)) maxLevel = reader.integer();
    else if (key === bytesField(3)) maxLevelHashes.push(reader.bytes());
    else reader.skip(key);
  }
  return { maxDegree, maxLevel, maxLevelHashes };
}
