/** The hash of all that blocks have done to the state, which every peer puts into a block's metadata: equal states, equal hashes. */
import { createHash } from 'node:crypto';
import { compareKeys } from '../ledger/keys';
import { type VersionedValue } from '../ledger/state';
import { hashedPlace } from '../privdata/namespaces';
import { orderPreserving } from '../wire/orderpreserving';
import { NO_BYTES, Writer } from '../wire/protobuf';
import { type Version } from '../wire/rwset';

/** A changed key as it is hashed: undefined where it was deleted. */
interface Write {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
  readonly version: Version;
}

/** What a block's valid transactions change: public keys and hashes of private ones, without what follows from these. */
export interface HashedUpdates {
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, VersionedValue | undefined>>;
  /** The transaction that deleted a key. */
  deletedBy(namespace: string, key: string): Version;
}

/**
 * SHA-256 of the validation codes, the changes and the hash of the block before.
 * @param previous empty for block 1
 */
export function commitHash(codes: Uint8Array, updates: HashedUpdates, previous: Uint8Array): Buffer {
  // A length as a varint, then that many codes: the end of a field of bytes.
  const lengthAndCodes = new Writer(codes.length + 16).message(1, codes).finish().subarray(1);
  return createHash('sha256').update(lengthAndCodes).update(updatesBytes(updates)).update(previous).digest();
}

/**
 * The changes in an order that all peers have in common: by namespace, public keys before collections, then by key. The
 * names of a namespace and of a collection stand at their first key only.
 */
function updatesBytes(updates: HashedUpdates): Buffer {
  const places = [...updates.namespaces.keys()].flatMap((name) => {
    const [namespace, collection] = hashedPlace(name);
    return { name, namespace, collection };
  });
  places.sort((a, b) => compareKeys(a.namespace, b.namespace) || compareKeys(a.collection ?? '', b.collection ?? ''));
  const writer = new Writer(4096);
  let last: string | undefined;
  for (const { name, namespace, collection } of places) {
    const writes = writesOf(updates, name, collection !== undefined);
    let collectionHere = collection ?? '';
    for (const write of writes) {
      writer.message(1, encodeWrite(write, namespace === last ? '' : namespace, collectionHere));
      last = namespace;
      collectionHere = '';
    }
  }
  return writer.finish();
}

function writesOf(updates: HashedUpdates, name: string, isHashed: boolean): readonly Write[] {
  const writes: Write[] = [];
  for (const [key, value] of updates.namespaces.get(name) ?? []) {
    writes.push({
      key: Buffer.from(key, isHashed ? 'base64' : 'utf8'),
      value: value?.value,
      version: value?.version ?? updates.deletedBy(name, key),
    });
  }
  return writes.sort(byKey);
}

function byKey(a: Write, b: Write): number {
  return Buffer.compare(a.key, b.key);
}

function encodeWrite({ key, value, version }: Write, namespace: string, collection: string): Buffer {
  return new Writer(key.length + (value?.length ?? 0) + 256)
    .string(1, namespace)
    .string(2, collection)
    .bytes(3, key)
    .boolean(4, value === undefined)
    .bytes(5, value ?? NO_BYTES)
    .bytes(6, Buffer.concat([orderPreserving(version.block), orderPreserving(version.tx)]))
    .finish();
}
