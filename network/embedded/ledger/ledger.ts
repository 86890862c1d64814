/** A channel's ledger on disk: blocks, state, history and the index of transactions, one atomic write a block. */
import { mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { type Block, commitHashOf, encodeBlockHeader, encodeRepeatedBytes, headerHash } from '../wire/block';
import { NO_BYTES, Reader, Writer } from '../wire/protobuf';
import {
  checkTail,
  decodeLocation,
  encodeLocation,
  hashOfBlock,
  LedgerError,
  readBlock,
  readWithoutData,
  type TransactionLocation,
} from './blockstore';
import {
  blockHashKey,
  blockKey,
  envelopeKey,
  historyKey,
  META_KEY,
  METADATA_HINT,
  metadataHintKey,
  stateKey,
  transactionKey,
  TRANSACTIONS,
} from './keys';
import { type PrivateBlock, PvtDataStore, type TxPrivateData } from './pvtdatastore';
import { TransientStore } from './transientstore';
import { type Database, encodeVersionedValue, StateView, type VersionedValue } from './state';

export { LedgerError, type TransactionLocation };

/** A validated block with all that it changes. */
export interface BlockCommit {
  readonly block: Block;
  /** One a transaction; empty where the envelope has none that could be read. */
  readonly txIds: readonly string[];
  /** One TxValidationCode a transaction. */
  readonly codes: Uint8Array;
  /** Changed keys by namespace; undefined deletes the key. */
  readonly updates: ReadonlyMap<string, ReadonlyMap<string, VersionedValue | undefined>>;
  /** Every write of a valid transaction, also those overwritten in the same block. */
  readonly history: readonly { readonly namespace: string; readonly key: string; readonly tx: number }[];
  /** Private write sets, and what of older ones is to go; undefined: nothing. */
  readonly privateData?: PrivateBlock;
}

/** What a channel begins with. */
export interface Genesis {
  readonly block: Block;
  /** Of the configuration transaction. */
  readonly txId: string;
}

export interface LedgerOptions {
  /** Whether each block is forced to disk; default true. Without, the last blocks may be lost with the power, never one in part. */
  readonly sync?: boolean;
  /** Whether the last blocks are checked when it is opened, default true: who verifies all of it says himself what is wrong. */
  readonly checkTail?: boolean;
}

const FORMAT = 2;
/** What is checked when a ledger is opened. Without the bytes' limit a start would read 160 MB of full blocks. */
const TAIL = { blocks: 16, bytes: 4 * 1024 * 1024 };
/**
 * How the store is opened. Files of 8 MB are four times LevelDB's default: it keeps up to 1,000 of them open, and a read of one that is not
 * takes ten times as long (docs/reference/benchmark.md, "State"). Its other defaults stay: larger caches and buffers cost memory and gain
 * nothing.
 */
export const STORE_OPTIONS = { keyEncoding: 'utf8', valueEncoding: 'buffer', maxFileSize: 8 * 1024 * 1024 } as const;
/** How many entries of a table are read at a time. */
const FETCH = 512;

export class Ledger {
  readonly #database: Database;
  /** Namespaces of which keys have metadata. */
  readonly #withMetadata: Set<string>;
  #view: StateView;
  #lastHash: Buffer;
  #lastCommitHash: Buffer;

  private constructor(
    database: Database,
    height: number,
    lastHash: Buffer,
    withMetadata: Set<string>,
    /** Private write sets of transactions that are not committed yet. */
    readonly transient: TransientStore,
    /** Private write sets of committed transactions. */
    readonly pvtData: PvtDataStore,
    private readonly sync: boolean,
  ) {
    this.#database = database;
    this.#withMetadata = withMetadata;
    this.#view = new StateView(database, height, withMetadata);
    this.#lastHash = lastHash;
    const last = readWithoutData(database, height - 1);
    this.#lastCommitHash = last === undefined ? NO_BYTES : commitHashOf(last);
  }

  /**
   * Opens the ledger in a directory, or makes one that begins with the given block.
   * @throws LedgerError when another process has it open, or its last blocks do not chain.
   */
  static async open(directory: string, genesis: () => Promise<Genesis>, options: LedgerOptions = {}): Promise<Ledger> {
    const sync = options.sync ?? true;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const database: Database = new ClassicLevel(directory, STORE_OPTIONS);
    try {
      await database.open();
    } catch (error) {
      throw openError(directory, error);
    }
    try {
      let height = readHeight(database);
      if (height === 0) {
        await write(database, genesisCommit(await genesis()), new Set(), sync);
        height = readHeight(database);
      }
      const withMetadata = await readMetadataHints(database);
      const transient = await TransientStore.open(database);
      const pvtData = await PvtDataStore.open(database);
      const last = options.checkTail === false ? hashOfBlock(database, height - 1) : checkTail(database, height, TAIL);
      return new Ledger(database, height, last, withMetadata, transient, pvtData, sync);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** The number of blocks, which is the number of the next one. */
  get height(): number {
    return this.#view.height;
  }

  /** The hash of the last block's header. */
  get lastHash(): Buffer {
    return this.#lastHash;
  }

  /** The commit hash in the last block's metadata: of all that has been done to the state. */
  get lastCommitHash(): Buffer {
    return this.#lastCommitHash;
  }

  /** The state as last committed. Release it. */
  acquire(): StateView {
    return this.#view.acquire();
  }

  /** Looks a transaction up; the first one when an identifier was used again. */
  transaction(txId: string): TransactionLocation | undefined {
    const bytes = this.#database.getSync(transactionKey(txId));
    if (bytes === undefined) return undefined;
    const location = decodeLocation(bytes);
    // A block that is just being written must not be told of before `acquire` gives its state.
    return location.block < this.height ? location : undefined;
  }

  block(number: number): Block | undefined {
    return number < this.height ? readBlock(this.#database, number) : undefined;
  }

  /** The number of the block with this header hash. */
  numberOf(hash: Buffer): number | undefined {
    const bytes = this.#database.getSync(blockHashKey(hash));
    return bytes === undefined ? undefined : bytes.readUIntBE(0, 6);
  }

  /** One envelope of a block. */
  envelope(block: number, tx: number): Buffer | undefined {
    return this.#database.getSync(envelopeKey(block, tx));
  }

  /** The private data of a block that an organisation's peers have, by transaction. */
  async privateData(block: number, mspId: string): Promise<readonly TxPrivateData[]> {
    if (block >= this.height) return [];
    return this.pvtData.ofBlock(block, mspId);
  }

  /**
   * Writes the next block and its effects, durably and all or nothing; then it is what `acquire` gives.
   * @throws LedgerError when the block is not the next one.
   */
  async commit(commit: BlockCommit): Promise<void> {
    const { header } = commit.block;
    if (header.number !== this.height || !header.previousHash.equals(this.#lastHash)) {
      throw new LedgerError(`block ${header.number} does not follow block ${this.height - 1}`);
    }
    await write(this.#database, commit, this.#withMetadata, this.sync);
    const { privateData } = commit;
    if (privateData !== undefined) {
      this.transient.forget(privateData.transient);
      await this.pvtData.committed(header.number, privateData.firstExpiry);
    }
    this.#lastHash = headerHash(header);
    this.#lastCommitHash = commitHashOf(commit.block);
    const previous = this.#view;
    this.#view = new StateView(this.#database, header.number + 1, this.#withMetadata);
    previous.release();
  }

  /** The identifiers of all transactions of blocks, in the order of their UTF-8 bytes, each once. */
  async *transactionIds(): AsyncGenerator<string> {
    for await (const [key] of this.entries(TRANSACTIONS)) yield key.slice(TRANSACTIONS.length);
  }

  /**
   * All entries of one table as they are on disk, in order of their keys.
   * @param table the letter that its keys begin with (keys.ts)
   */
  async *entries(table: string): AsyncGenerator<readonly [key: string, value: Buffer]> {
    const iterator = this.#database.iterator({ gte: table, lt: String.fromCharCode(table.charCodeAt(0) + 1) });
    try {
      for (let batch = await iterator.nextv(FETCH); batch.length > 0; batch = await iterator.nextv(FETCH)) yield* batch;
    } finally {
      await iterator.close();
    }
  }

  async close(): Promise<void> {
    this.#view.release();
    await this.#database.close();
  }
}

function openError(directory: string, error: unknown): Error {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code === 'LEVEL_LOCKED'
    ? new LedgerError(`another process has this ledger open: ${directory}`, { cause: error })
    : new LedgerError(`the ledger cannot be opened: ${directory}`, { cause: error });
}

function readHeight(database: Database): number {
  const meta = database.getSync(META_KEY);
  if (meta === undefined) return 0;
  const reader = new Reader(meta);
  let format = 0;
  let height = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === 8) format = reader.integer();
    else if (key === 16) height = reader.integer();
    else reader.skip(key);
  }
  if (format !== FORMAT) {
    throw new LedgerError(
      `the ledger has format ${format} and this program reads format ${FORMAT}: start it in another home, or remove this one`,
    );
  }
  return height;
}

function genesisCommit({ block, txId }: Genesis): BlockCommit {
  return {
    block,
    txIds: [txId],
    codes: new Uint8Array(block.data.length),
    updates: new Map(),
    history: [],
  };
}

async function readMetadataHints(database: Database): Promise<Set<string>> {
  const keys = await database.keys({ gte: METADATA_HINT, lt: `${METADATA_HINT}\uffff` }).all();
  return new Set(keys.map((key) => key.slice(METADATA_HINT.length)));
}

/** Writes all of a block at once, and adds the namespaces whose first metadata it brings. */
async function write(database: Database, commit: BlockCommit, withMetadata: Set<string>, sync: boolean): Promise<void> {
  const { block } = commit;
  const { number } = block.header;
  // A chained batch: a tenth of the time that an array of operations takes.
  const batch = database.batch();
  const stored = new Writer(256)
    .message(1, encodeBlockHeader(block.header))
    .message(2, encodeRepeatedBytes(block.metadata));
  batch.put(blockKey(number), stored.finish());
  const numberBytes = Buffer.alloc(6);
  numberBytes.writeUIntBE(number, 0, 6);
  batch.put(blockHashKey(headerHash(block.header)), numberBytes);
  block.data.forEach((envelope, tx) => {
    batch.put(envelopeKey(number, tx), envelope);
  });
  const seen = new Set<string>();
  commit.txIds.forEach((txId, tx) => {
    if (txId === '' || seen.has(txId) || database.getSync(transactionKey(txId)) !== undefined) return;
    seen.add(txId);
    batch.put(transactionKey(txId), encodeLocation({ block: number, tx, code: commit.codes[tx] ?? 0 }));
  });
  for (const [namespace, changes] of commit.updates) {
    for (const [key, value] of changes) {
      if (value === undefined) batch.del(stateKey(namespace, key));
      else batch.put(stateKey(namespace, key), encodeVersionedValue(value));
      if (value === undefined || value.metadata.length === 0 || withMetadata.has(namespace)) continue;
      withMetadata.add(namespace);
      batch.put(metadataHintKey(namespace), NO_BYTES);
    }
  }
  for (const { namespace, key, tx } of commit.history) batch.put(historyKey(namespace, key, number, tx), NO_BYTES);
  if (commit.privateData !== undefined) {
    const { puts, deletes, transient } = commit.privateData;
    for (const key of deletes) batch.del(key);
    for (const key of transient) batch.del(key);
    for (const [key, value] of puts) batch.put(key, value);
  }
  batch.put(
    META_KEY,
    new Writer(32)
      .integer(1, FORMAT)
      .integer(2, number + 1)
      .finish(),
  );
  await batch.write({ sync });
}
