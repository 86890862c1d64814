/** Private write sets in plain: what members of a collection get to see of a transaction. */
import { bytesField, NO_BYTES, Reader, Writer } from './protobuf';

/** A collection's part of a transaction. */
export interface CollectionPvtReadWriteSet {
  readonly namespace: string;
  readonly collection: string;
  /** The bytes of a KVRWSet; their hash is in the transaction. */
  readonly rwset: Buffer;
}

/**
 * The bytes of an rwset.TxPvtReadWriteSet.
 * @param sets those of one namespace stand together
 */
export function encodeTxPvtReadWriteSet(sets: readonly CollectionPvtReadWriteSet[]): Buffer {
  const writer = new Writer(1024);
  const namespaces = new Map<string, CollectionPvtReadWriteSet[]>();
  for (const set of sets) {
    const known = namespaces.get(set.namespace);
    if (known === undefined) namespaces.set(set.namespace, [set]);
    else known.push(set);
  }
  for (const [namespace, members] of namespaces) {
    const message = new Writer(512).string(1, namespace);
    for (const { collection, rwset } of members) {
      message.message(2, new Writer(rwset.length + 128).string(1, collection).bytes(2, rwset).finish());
    }
    writer.message(2, message.finish());
  }
  return writer.finish();
}

/** @throws WireError when the bytes are not a TxPvtReadWriteSet. */
export function decodeTxPvtReadWriteSet(bytes: Uint8Array): readonly CollectionPvtReadWriteSet[] {
  const reader = new Reader(bytes);
  const sets: CollectionPvtReadWriteSet[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(2)) sets.push(...decodeNamespace(reader.bytes()));
    else reader.skip(key);
  }
  return sets;
}

function decodeNamespace(bytes: Uint8Array): readonly CollectionPvtReadWriteSet[] {
  const reader = new Reader(bytes);
  let namespace = '';
  const members: { collection: string; rwset: Buffer }[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) namespace = reader.string();
    else if (key === bytesField(2)) members.push(decodeCollection(reader.bytes()));
    else reader.skip(key);
  }
  return members.map((member) => ({ namespace, ...member }));
}

function decodeCollection(bytes: Uint8Array): { collection: string; rwset: Buffer } {
  const reader = new Reader(bytes);
  let collection = '';
  let rwset = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) collection = reader.string();
    else if (key === bytesField(2)) rwset = reader.bytes();
    else reader.skip(key);
  }
  return { collection, rwset };
}
