/**
 * The private part of a block: what its valid transactions wrote in plain, out of the transient store, and what expires or is
 * purged with it. All of it goes into the block's one atomic write.
 */
import { type Logger } from 'pino';
import { expiryKey, hashedIndexKey, LAST_BLOCK, partsOfPrivateDataKey, privateDataKey } from '../ledger/keys';
import { type Ledger } from '../ledger/ledger';
import {
  encodeExpiryEntry,
  encodeWriteSet,
  type ExpiringKey,
  type PrivateBlock,
  type StoredWriteSet,
  withoutKey,
} from '../ledger/pvtdatastore';
import { organizationsOf } from '../../identity/policy';
import { type Channel, type CollectionConfig } from '../channel';
import { collectionOf } from '../privdata/collection';
import { hashedKey, hashedNamespace, privateNamespace, sha256 } from '../privdata/namespaces';
import { type CollectionHashedReadWriteSet } from '../wire/hashedrwset';
import { NO_BYTES, WireError } from '../wire/protobuf';
import { readWriteSets } from '../wire/results';
import { decodeKVRWSet, type NamespaceReadWriteSet } from '../wire/rwset';
import { type BlockUpdates } from './mvcc';

/** A transaction of the block, valid or not. */
export interface PrivateTransaction {
  readonly txId: string;
  readonly isValid: boolean;
  /** As far as its validation came. */
  readonly namespaces: readonly NamespaceReadWriteSet[];
  readonly envelope: Buffer;
}

interface WriteSet extends StoredWriteSet {
  readonly tx: number;
  readonly namespace: string;
  readonly collection: string;
}

/** A collection that a transaction writes, with its hashes. */
interface WrittenCollection {
  readonly tx: number;
  readonly isValid: boolean;
  readonly txId: string;
  readonly namespace: string;
  readonly set: CollectionHashedReadWriteSet;
  readonly config: CollectionConfig;
}

/**
 * Adds the block's private values, expiries and purges to its updates, and gives what else is to be written with it. To be
 * called when all valid transactions are applied.
 */
export async function preparePrivateData(
  transactions: readonly PrivateTransaction[],
  block: number,
  updates: BlockUpdates,
  channel: Pick<Channel, 'ledger' | 'chaincodes'>,
  logger: Logger,
): Promise<PrivateBlock> {
  const written = writtenCollections(transactions, channel);
  const preparation = new Preparation(block, updates, channel.ledger);
  if (written.length > 0) {
    for (const collection of written) preparation.addWriteSet(collection, logger);
    preparation.raiseVersions();
    preparation.scheduleExpiry(written);
    await preparation.purge(written);
  }
  await preparation.expire();
  return preparation.finish(transactions.map(({ txId }) => txId));
}

/** Of valid transactions; and of invalid ones whose private data are here, as these are kept too. */
function writtenCollections(
  transactions: readonly PrivateTransaction[],
  channel: Pick<Channel, 'ledger' | 'chaincodes'>,
): readonly WrittenCollection[] {
  const written: WrittenCollection[] = [];
  for (const [tx, transaction] of transactions.entries()) {
    const { txId, isValid } = transaction;
    if (!isValid && !channel.ledger.transient.has(txId)) continue;
    for (const { namespace, collections: sets } of isValid ? transaction.namespaces : claimedSets(transaction)) {
      for (const set of sets) {
        if (set.pvtRwsetHash.length === 0 && set.writes.length === 0) continue;
        const config = collectionOf(channel, namespace, set.collection);
        if (config !== undefined) written.push({ tx, txId, isValid, namespace, set, config });
      }
    }
  }
  return written;
}

/** The read-write sets of a transaction that is not valid, whatever is wrong with it. */
function claimedSets({ namespaces, envelope }: PrivateTransaction): readonly NamespaceReadWriteSet[] {
  if (namespaces.length > 0) return namespaces;
  try {
    return readWriteSets(envelope);
  } catch (error) {
    if (error instanceof WireError) return [];
    throw error;
  }
}

class Preparation {
  readonly #block: number;
  readonly #updates: BlockUpdates;
  readonly #ledger: Ledger;
  /** By database key: this block's write sets, and older ones that a purge changes. */
  readonly #writeSets = new Map<string, StoredWriteSet>();
  readonly #own: WriteSet[] = [];
  readonly #metadataWrites: { readonly namespace: string; readonly collection: string; readonly key: string }[] = [];
  /** Plain keys that this block writes, by where their hashes are. */
  readonly #plainKeys = new Map<string, string>();
  readonly #puts = new Map<string, Buffer>();
  readonly #deletes = new Set<string>();
  #firstExpiry = Number.POSITIVE_INFINITY;

  constructor(block: number, updates: BlockUpdates, ledger: Ledger) {
    this.#block = block;
    this.#updates = updates;
    this.#ledger = ledger;
  }

  /** Takes up a collection's private writes; where they are missing, only the hashes are committed. */
  addWriteSet(written: WrittenCollection, logger: Logger): void {
    const { tx, txId, namespace, set, config } = written;
    const { collection, pvtRwsetHash } = set;
    const rwset = this.#ledger.transient.get(txId, pvtRwsetHash);
    if (rwset === undefined) {
      logger.warn({ block: this.#block, txId, namespace, collection }, 'committed without its private data');
      return;
    }
    for (const { key } of decodeKVRWSet(rwset).writes) {
      const index = hashedIndexKey(namespace, collection, hashedKey(sha256(key)), this.#block, tx);
      this.#puts.set(index, Buffer.from(key, 'utf8'));
    }
    const own = { tx, namespace, collection, rwset, members: organizationsOf(config.memberOrgsPolicy) };
    this.#own.push(own);
    this.#writeSets.set(privateDataKey(this.#block, tx, namespace, collection), own);
    if (written.isValid) this.#apply(own);
  }

  #apply({ tx, namespace, collection, rwset }: WriteSet): void {
    const version = { block: this.#block, tx };
    const { writes, metadataWrites } = decodeKVRWSet(rwset);
    for (const { key, isDelete, value } of writes) {
      const change = isDelete ? undefined : { version, value, metadata: NO_BYTES };
      this.#updates.put(privateNamespace(namespace, collection), key, change);
      this.#plainKeys.set(placeOf(namespace, collection, hashedKey(sha256(key))), key);
    }
    for (const { key } of metadataWrites) this.#metadataWrites.push({ namespace, collection, key });
  }

  /** A transaction that writes only metadata gives its version to the value too, if that is the one that was hashed. */
  raiseVersions(): void {
    for (const { namespace, collection, key } of this.#metadataWrites) {
      const place = hashedNamespace(namespace, collection);
      const hashed = hashedKey(sha256(key));
      const latestHash = this.#updates.changes(place, hashed) ? this.#updates.latest(place, hashed) : undefined;
      const latest = this.#updates.latest(privateNamespace(namespace, collection), key);
      if (latestHash === undefined || latest === undefined) continue;
      if (!sha256(latest.value).equals(latestHash.value)) continue;
      this.#updates.put(privateNamespace(namespace, collection), key, { ...latest, version: latestHash.version });
    }
  }

  /** Notes when what this block leaves in the state of collections with a block-to-live goes away. */
  scheduleExpiry(written: readonly WrittenCollection[]): void {
    const schedule = new Map<number, { keys: Map<string, ExpiringKey>; writeSets: string[] }>();
    for (const { tx, isValid, namespace, set, config } of written) {
      const expiring = this.#block + config.blockToLive + 1;
      if (config.blockToLive === 0 || expiring > LAST_BLOCK) continue;
      let entry = schedule.get(expiring);
      if (entry === undefined) schedule.set(expiring, (entry = { keys: new Map(), writeSets: [] }));
      const { collection } = set;
      for (const { keyHash } of isValid ? [...set.writes, ...set.metadataWrites] : []) {
        const hashed = hashedKey(keyHash);
        if (this.#updates.latest(hashedNamespace(namespace, collection), hashed) === undefined) continue;
        const place = placeOf(namespace, collection, hashed);
        const key = this.#plainKeys.get(place);
        entry.keys.set(place, { namespace, collection, hashedKey: hashed, key });
      }
      const databaseKey = privateDataKey(this.#block, tx, namespace, collection);
      if (this.#writeSets.has(databaseKey)) entry.writeSets.push(databaseKey);
    }
    for (const [expiring, { keys, writeSets }] of schedule) {
      this.#puts.set(expiryKey(expiring, this.#block), encodeExpiryEntry({ keys: [...keys.values()], writeSets }));
      this.#firstExpiry = Math.min(this.#firstExpiry, expiring);
    }
  }

  /** Forgets purged keys: their values in the state, and in all write sets up to the purging transaction's own. */
  async purge(written: readonly WrittenCollection[]): Promise<void> {
    for (const { tx, isValid, namespace, set } of written) {
      for (const { keyHash, isPurge } of set.writes) {
        if (isPurge && isValid) await this.#purgeKey(namespace, set.collection, hashedKey(keyHash), tx);
      }
    }
  }

  async #purgeKey(namespace: string, collection: string, hashed: string, tx: number): Promise<void> {
    const writers = await this.#ledger.pvtData.writers(namespace, collection, hashed);
    for (const { version, databaseKey } of writers) {
      this.#strip(privateDataKey(version.block, version.tx, namespace, collection), hashed);
      this.#deletes.add(databaseKey);
    }
    for (const own of this.#own) {
      if (own.namespace !== namespace || own.collection !== collection || own.tx > tx) continue;
      this.#strip(privateDataKey(this.#block, own.tx, namespace, collection), hashed);
      this.#puts.delete(hashedIndexKey(namespace, collection, hashed, this.#block, own.tx));
    }
    const key = this.#plainKeys.get(placeOf(namespace, collection, hashed)) ?? writers.at(-1)?.key;
    if (key === undefined) return;
    const place = privateNamespace(namespace, collection);
    const change = this.#updates.changes(place, key) ? this.#updates.latest(place, key) : undefined;
    // A later transaction of this block may have written it again.
    if (change === undefined || change.version.tx < tx) this.#updates.put(place, key, undefined);
  }

  #strip(databaseKey: string, hashed: string): void {
    const writeSet = this.#writeSets.get(databaseKey) ?? this.#ledger.pvtData.writeSet(databaseKey);
    if (writeSet !== undefined) this.#writeSets.set(databaseKey, withoutKey(writeSet, hashed));
  }

  /** Takes away what expires with this block, unless it was written anew since. */
  async expire(): Promise<void> {
    for (const { databaseKey, committing, entry } of await this.#ledger.pvtData.expiring(this.#block)) {
      this.#deletes.add(databaseKey);
      for (const key of entry.keys) this.#expireKey(key, committing);
      for (const writeSet of entry.writeSets) this.#expireWriteSet(writeSet, committing);
    }
  }

  /** What this block has written has its number as its version, so that it stays. */
  #expireKey({ namespace, collection, hashedKey: hashed, key }: ExpiringKey, committing: number): void {
    const hashes = hashedNamespace(namespace, collection);
    if (this.#updates.latest(hashes, hashed)?.version.block === committing) {
      this.#updates.put(hashes, hashed, undefined);
    }
    if (key === undefined) return;
    const values = privateNamespace(namespace, collection);
    if (this.#updates.latest(values, key)?.version.block === committing) this.#updates.put(values, key, undefined);
  }

  #expireWriteSet(databaseKey: string, committing: number): void {
    const writeSet = this.#writeSets.get(databaseKey) ?? this.#ledger.pvtData.writeSet(databaseKey);
    this.#writeSets.delete(databaseKey);
    this.#deletes.add(databaseKey);
    if (writeSet === undefined) return;
    const { tx, namespace, collection } = partsOfPrivateDataKey(databaseKey);
    for (const { key } of decodeKVRWSet(writeSet.rwset).writes) {
      this.#deletes.add(hashedIndexKey(namespace, collection, hashedKey(sha256(key)), committing, tx));
    }
  }

  finish(txIds: readonly string[]): PrivateBlock {
    for (const [databaseKey, writeSet] of this.#writeSets) this.#puts.set(databaseKey, encodeWriteSet(writeSet));
    return {
      puts: this.#puts,
      deletes: this.#deletes,
      transient: this.#ledger.transient.obsolete(this.#block, txIds),
      firstExpiry: this.#firstExpiry,
    };
  }
}

function placeOf(namespace: string, collection: string, hashed: string): string {
  return `${hashedNamespace(namespace, collection)}\u0000${hashed}`;
}
