/** A channel's block maker: orders submissions, validates each block, writes it, and tells who waits. */
import { type Logger } from 'pino';
import { type LedgerChannel } from '../channel';
import { LIFECYCLE } from '../scc/lifecycle/definitions';
import { type OwnEndorsements } from '../endorser/endorsements';
import { type TransactionLocation } from '../ledger/ledger';
import { BlockCutter } from '../orderer/blockcutter';
import { type BlockWriter } from '../orderer/blockwriter';
import { isConfigUpdate, processConfigUpdate, processNormalMessage } from '../orderer/standardchannel';
import { BroadcastError, type Submission } from '../orderer/submission';
import { type Block, blockMetadata, dataHash } from '../wire/block';
import { type ChaincodeEvent } from '../wire/transaction';
import { TxValidationCode } from './codes';
import { type OrderedEnvelope } from './msgvalidation';
import { newBundle, type ValidatedTransaction } from './txvalidator';
import { validateAndPrepare } from './validateandprepare';

/** What listeners are told of a committed block. */
export interface CommittedBlock {
  readonly number: number;
  readonly events: readonly ChaincodeEvent[];
}

interface Ordered extends OrderedEnvelope {
  readonly submission: Submission;
  readonly size: number;
  /** Of the configuration that it was checked by. */
  readonly sequence: number;
  /** Present: it is a configuration transaction, made of this update. */
  readonly update?: Submission;
}

/** Events of so many latest blocks are kept for listeners, so that these do not read the blocks again. */
const RECENT_BLOCKS = 16;

export class Committer {
  readonly #channel: LedgerChannel;
  readonly #writer: BlockWriter;
  readonly #own: OwnEndorsements;
  readonly #logger: Logger;
  readonly #cutter: BlockCutter<Ordered>;
  readonly #statusWaiters = new Map<string, Set<(location: TransactionLocation) => void>>();
  readonly #heightWaiters = new Set<() => void>();
  readonly #recent = new Map<number, CommittedBlock>();
  readonly #afterBlock: ((block: number) => Promise<void>)[] = [];
  /** Blocks that are not committed yet. */
  #queued = 0;
  #tail: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #closed = false;

  /** @param onFailure called once when a block cannot be written; nothing is ordered any more after that. */
  constructor(
    channel: LedgerChannel,
    writer: BlockWriter,
    own: OwnEndorsements,
    logger: Logger,
    private readonly onFailure: (error: Error) => void,
  ) {
    this.#channel = channel;
    this.#writer = writer;
    this.#own = own;
    this.#logger = logger;
    this.#cutter = new BlockCutter(
      () => channel.bundle.batch,
      (batch) => {
        this.#enqueue(batch);
      },
    );
  }

  /**
   * Takes an envelope for the next block. It is then ordered, not yet committed.
   * @throws BroadcastError
   */
  submit(submission: Submission, at: Date): void {
    if (this.#closed || this.#failure !== undefined) {
      throw new BroadcastError('SERVICE_UNAVAILABLE', 'the orderer is not taking transactions');
    }
    const { sequence } = this.#channel.bundle.config;
    if (!isConfigUpdate(submission)) {
      processNormalMessage(submission, this.#channel, at);
      this.#cutter.add(ordered(submission, sequence));
      return;
    }
    const config = processConfigUpdate(submission, this.#channel, this.#writer, at);
    // A block of its own, after all that was taken before it.
    this.#cutter.flush();
    this.#enqueue([{ ...ordered(config.submission, sequence), update: submission }]);
  }

  /** Makes a block of what has been taken, without waiting for more. */
  flush(): void {
    this.#cutter.flush();
  }

  /** Where the transaction was committed; waits for it until the signal. */
  async status(txId: string, signal: AbortSignal): Promise<TransactionLocation> {
    const known = this.#channel.ledger.transaction(txId);
    if (known !== undefined) return known;
    return new Promise((resolve, reject) => {
      const waiters = this.#statusWaiters.get(txId) ?? new Set();
      this.#statusWaiters.set(txId, waiters);
      const forget = (): void => {
        signal.removeEventListener('abort', cancel);
        waiters.delete(found);
        if (waiters.size === 0) this.#statusWaiters.delete(txId);
      };
      const found = (location: TransactionLocation): void => {
        forget();
        resolve(location);
      };
      const cancel = (): void => {
        forget();
        reject(new Error('cancelled'));
      };
      waiters.add(found);
      signal.addEventListener('abort', cancel);
      if (signal.aborted) cancel();
    });
  }

  /** Resolves when the ledger has more than `height` blocks, or at the signal. */
  async whenHigherThan(height: number, signal: AbortSignal): Promise<void> {
    while (this.#channel.ledger.height <= height && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#heightWaiters.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#heightWaiters.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  /** The events of a block that was committed lately; undefined when it must be read from the ledger. */
  recent(block: number): CommittedBlock | undefined {
    return this.#recent.get(block);
  }

  /** Whether no block is under way. */
  get isIdle(): boolean {
    return this.#queued === 0;
  }

  /** Acts after each block, when whoever waits for it has been told; the next block waits. */
  afterBlock(act: (block: number) => Promise<void>): void {
    this.#afterBlock.push(act);
  }

  /** Acts once, after the blocks that are under way; the next one waits. */
  betweenBlocks(act: () => Promise<void>): void {
    this.#tail = this.#tail.then(act);
  }

  /** Commits what has been taken, then takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cutter.flush();
    await this.#tail;
  }

  #enqueue(batch: readonly Ordered[]): void {
    this.#queued += 1;
    this.#tail = this.#tail.then(async () => {
      const { height } = this.#channel.ledger;
      await this.#commitSafely(batch);
      this.#queued -= 1;
      if (this.#channel.ledger.height > height) for (const act of this.#afterBlock) await act(height);
    });
  }

  async #commitSafely(batch: readonly Ordered[]): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      const current = this.#current(batch);
      if (current.length > 0) await this.#commit(current);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.onFailure(this.#failure);
    }
  }

  /**
   * What is still to be ordered: what was checked by a configuration that counts no more is checked again, as Fabric's orderers
   * do, and dropped where it does not pass. Its sender has been told that it was taken, and finds it in no block.
   */
  #current(batch: readonly Ordered[]): readonly Ordered[] {
    const { sequence } = this.#channel.bundle.config;
    if (batch.every((one) => one.sequence === sequence)) return batch;
    return batch.flatMap((one) => {
      try {
        if (one.update === undefined) {
          processNormalMessage(one.submission, this.#channel, new Date());
          return [one];
        }
        const config = processConfigUpdate(one.update, this.#channel, this.#writer, new Date());
        return [{ ...ordered(config.submission, sequence), update: one.update }];
      } catch (error) {
        if (!(error instanceof BroadcastError)) throw error;
        this.#logger.info(
          { txId: one.submission.channelHeader.txId, reason: error.message },
          'no longer acceptable: dropped',
        );
        return [];
      }
    });
  }

  async #commit(batch: readonly Ordered[]): Promise<void> {
    const { ledger } = this.#channel;
    const number = ledger.height;
    const started = performance.now();
    const prepared = await validateAndPrepare(batch, this.#channel, this.#own, this.#logger);
    const { transactions, codes, updates, privateData, commitHash } = prepared;
    const data = batch.map((ordered) => ordered.bytes);
    const header = { number, previousHash: ledger.lastHash, dataHash: dataHash(data) };
    const bundle = newBundle(transactions, codes);
    const lastConfig = bundle === undefined ? this.#channel.configBlock : number;
    const orderer = this.#writer.metadata(header, lastConfig);
    const block: Block = { header, data, metadata: blockMetadata(codes, orderer, commitHash) };
    const txIds = transactions.map((transaction) => transaction.txId);
    const validated = performance.now();
    const { namespaces, history } = updates;
    await ledger.commit({ block, txIds, codes, updates: namespaces, history, privateData });
    if (bundle !== undefined) this.#channel.switchTo(bundle, number);
    if (namespaces.has(LIFECYCLE)) await this.#channel.chaincodes.refresh();
    this.#announce(number, transactions, codes);
    this.#log(number, transactions, codes, { validate: validated - started, write: performance.now() - validated });
  }

  #announce(number: number, transactions: readonly ValidatedTransaction[], codes: Uint8Array): void {
    const events = transactions.flatMap(({ event }, index) =>
      // Copied: the payload is a view on the whole transaction, which would be kept with it.
      codes[index] === TxValidationCode.VALID && event !== undefined
        ? [{ ...event, payload: Buffer.from(event.payload) }]
        : [],
    );
    this.#recent.set(number, { number, events });
    this.#recent.delete(number - RECENT_BLOCKS);
    for (const [index, { txId }] of transactions.entries()) {
      const location = { block: number, tx: index, code: codes[index] ?? 0 };
      for (const found of [...(this.#statusWaiters.get(txId) ?? [])]) found(location);
    }
    for (const wake of [...this.#heightWaiters]) wake();
  }

  #log(
    number: number,
    transactions: readonly ValidatedTransaction[],
    codes: Uint8Array,
    times: { validate: number; write: number },
  ): void {
    const invalid = codes.reduce((sum, code) => (code === 0 ? sum : sum + 1), 0);
    this.#logger.debug({ block: number, transactions: codes.length, invalid, ...times }, 'block committed');
    if (invalid === 0) return;
    for (const [index, { txId, reason }] of transactions.entries()) {
      const code = codes[index] ?? 0;
      if (code !== 0) this.#logger.info({ block: number, txId, code, reason }, 'transaction invalid');
    }
  }
}

function ordered(submission: Submission, sequence: number): Ordered {
  const { bytes, envelope } = submission;
  return { bytes, submission, sequence, size: envelope.payload.length + envelope.signature.length };
}
