/**
 * The transient store: private write sets between endorsement and commit. It is on disk, so that a transaction whose endorser
 * restarts before the block comes still has its private data.
 */
import { sha256 } from '../privdata/namespaces';
import { bytesField, NO_BYTES, Reader, varintField, Writer } from '../wire/protobuf';
import { transientKey, TRANSIENT_BOUNDS, txIdOfTransientKey } from './keys';
import { type Database } from './state';

/** Fabric's default: what was endorsed so many blocks ago and never committed is forgotten. */
const RETENTION_BLOCKS = 1000;

export class TransientStore {
  readonly #database: Database;
  /** Database keys with the height of their endorsement, by transaction. */
  readonly #index = new Map<string, Map<string, number>>();

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Reads what an earlier process has left. */
  static async open(database: Database): Promise<TransientStore> {
    const store = new TransientStore(database);
    for await (const [key, value] of database.iterator(TRANSIENT_BOUNDS)) {
      store.#remember(txIdOfTransientKey(key), key, decode(value).height);
    }
    return store;
  }

  /** Keeps the write sets of a transaction, durably; several endorsers' equal ones once. */
  async persist(txId: string, height: number, rwsets: readonly Buffer[]): Promise<void> {
    const known = this.#index.get(txId);
    const batch = this.#database.batch();
    const keys: string[] = [];
    for (const rwset of rwsets) {
      const key = transientKey(txId, sha256(rwset));
      if (known?.has(key) === true || keys.includes(key)) continue;
      batch.put(key, new Writer(rwset.length + 32).integer(1, height).bytes(2, rwset).finish());
      keys.push(key);
    }
    if (keys.length === 0) {
      await batch.close();
      return;
    }
    await batch.write({ sync: true });
    for (const key of keys) this.#remember(txId, key, height);
  }

  /** Whether there is anything of a transaction. */
  has(txId: string): boolean {
    return this.#index.has(txId);
  }

  /** The write set with this hash that some endorser of the transaction has kept. */
  get(txId: string, rwsetHash: Buffer): Buffer | undefined {
    const key = transientKey(txId, rwsetHash);
    if (this.#index.get(txId)?.has(key) !== true) return undefined;
    const bytes = this.#database.getSync(key);
    return bytes === undefined ? undefined : decode(bytes).rwset;
  }

  /** The database keys that a block with these transactions makes needless; every so often, older ones too. */
  obsolete(block: number, txIds: readonly string[]): readonly string[] {
    if (this.#index.size === 0) return [];
    const keys = txIds.flatMap((txId) => [...(this.#index.get(txId)?.keys() ?? [])]);
    if (block % RETENTION_BLOCKS !== 0 || block <= RETENTION_BLOCKS) return keys;
    for (const entries of this.#index.values()) {
      for (const [key, height] of entries) if (height < block - RETENTION_BLOCKS) keys.push(key);
    }
    return keys;
  }

  /** To be called when the keys are gone from the database. */
  forget(keys: readonly string[]): void {
    for (const key of keys) {
      const txId = txIdOfTransientKey(key);
      const entries = this.#index.get(txId);
      entries?.delete(key);
      if (entries?.size === 0) this.#index.delete(txId);
    }
  }

  #remember(txId: string, key: string, height: number): void {
    const entries = this.#index.get(txId);
    if (entries === undefined) this.#index.set(txId, new Map([[key, height]]));
    else entries.set(key, height);
  }
}

function decode(bytes: Buffer): { height: number; rwset: Buffer } {
  const reader = new Reader(bytes);
  let height = 0;
  let rwset = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) height = reader.integer();
    else if (key === bytesField(2)) rwset = reader.bytes();
    else reader.skip(key);
  }
  return { height, rwset };
}
