/**
 * Verifies a whole ledger: every block's hashes and signature, every transaction again from its bytes (form, signatures,
 * endorsement policies, versions and ranges read), and that the state, its history and the index of transactions are exactly what the
 * valid ones lead to. For that the blocks are committed once more, to a ledger of its own.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { stageLedger } from '../backup/stage';
import { LedgerChannel } from '../channel';
import { ConfigError } from '../channelconfig/errors';
import { newBundle } from '../committer/txvalidator';
import { validateAndPrepare } from '../committer/validateandprepare';
import { OwnEndorsements } from '../endorser/endorsements';
import { Ledger, LedgerError } from '../ledger/ledger';
import { LedgerDefinitions } from '../scc/lifecycle/definitions';
import { type Block, commitHashOf, dataHash, headerHash, lastConfigOf, validationCodes } from '../wire/block';
import { WireError } from '../wire/protobuf';
import { readGenesis } from './configuration';
import { isSignedByOrderers } from './orderersignature';
import { PrivateValues } from './privatevalues';
import { differences } from './tables';
import { nameOf } from './names';

/** Something that is not as the blocks and the rules say. */
export interface Fault {
  readonly code:
    | 'BLOCK_MISSING'
    | 'BLOCK_HASH'
    | 'DATA_HASH'
    | 'BLOCK_SIGNATURE'
    | 'LAST_CONFIG'
    | 'VALIDATION_CODE'
    | 'COMMIT_HASH'
    | 'STATE'
    | 'HISTORY'
    | 'TRANSACTION_INDEX'
    | 'PRIVATE_DATA';
  readonly block?: number;
  readonly tx?: number;
  /** The key in the state, as `namespace/key`; of other tables as it is on disk. */
  readonly key?: string;
  readonly detail: string;
}

export interface Verification {
  readonly channel: string;
  /** Number of blocks. */
  readonly height: number;
  /** The hash of the last block's header, in hex. */
  readonly lastHash: string;
  readonly transactions: number;
  readonly valid: number;
  /** Keys that were compared: of the state, its history and the index of transactions. */
  readonly keys: number;
  /** The first ones; none when the ledger is whole. */
  readonly faults: readonly Fault[];
  /** Whether there are more faults than are listed. */
  readonly more: boolean;
}

export interface VerifyOptions {
  /** Where the ledger that is replayed goes for the time being; it needs as much room as the one that is verified. */
  readonly temporary: string;
  /** Most faults to list; default 20. */
  readonly mostFaults?: number;
  /** Called after each block with the number of those that are done, of so many. */
  readonly onBlock?: (done: number, height: number) => void;
  readonly logger?: Logger;
}

const MOST_FAULTS = 20;

/**
 * Verifies the ledger in a directory as it is now, whether or not a network has it open. Nothing in it is changed.
 * @throws LedgerError when there is none, or it cannot be read at all.
 */
export async function verifyLedger(directory: string, options: VerifyOptions): Promise<Verification> {
  const stage = await stageLedger(directory, options.temporary);
  try {
    return await verifyStaged(stage.folder, options);
  } finally {
    stage.remove();
  }
}

async function verifyStaged(directory: string, options: VerifyOptions): Promise<Verification> {
  const ledger = await openExisting(directory);
  try {
    const folder = await mkdtemp(join(options.temporary, 'onepledge-verify-'));
    try {
      return await new Verifier(ledger, options).run(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    await ledger.close();
  }
}

async function openExisting(directory: string): Promise<Ledger> {
  const empty = (): Promise<never> => Promise.reject(new LedgerError(`the ledger in ${directory} is empty`));
  return Ledger.open(directory, empty, { checkTail: false });
}

class Verifier {
  readonly #ledger: Ledger;
  readonly #options: VerifyOptions;
  readonly #mostFaults: number;
  readonly #faults: Fault[] = [];
  #more = false;
  #transactions = 0;
  #valid = 0;
  #keys = 0;

  constructor(ledger: Ledger, options: VerifyOptions) {
    this.#ledger = ledger;
    this.#options = options;
    this.#mostFaults = options.mostFaults ?? MOST_FAULTS;
  }

  async run(folder: string): Promise<Verification> {
    const first = this.#block(0);
    if (first === undefined) throw new LedgerError('block 0 is missing or cannot be read');
    const { name, txId } = readGenesis(first);
    const replayed = await Ledger.open(folder, () => Promise.resolve({ block: first, txId }), { sync: false });
    try {
      const channel = openChannel(name, replayed);
      this.#checkHashes(first, undefined);
      this.#transactions = this.#valid = first.data.length;
      const whole = await this.#replay(channel, first);
      // After a block that cannot be committed again there is nothing to compare with.
      if (whole) await this.#compare(replayed);
    } finally {
      await replayed.close();
    }
    return {
      channel: name,
      height: this.#ledger.height,
      lastHash: this.#ledger.lastHash.toString('hex'),
      transactions: this.#transactions,
      valid: this.#valid,
      keys: this.#keys,
      faults: this.#faults,
      more: this.#more,
    };
  }

  /** Commits all blocks anew. @returns whether all could be. */
  async #replay(channel: LedgerChannel, first: Block): Promise<boolean> {
    const logger = this.#options.logger ?? pino({ level: 'silent' });
    const own = new OwnEndorsements(0);
    let previous = first;
    for (let number = 1; number < this.#ledger.height; number += 1) {
      const block = this.#block(number);
      if (block === undefined) return false;
      const chained = this.#checkHashes(block, previous);
      if (!isSignedByOrderers(block, channel)) {
        this.#fault({
          code: 'BLOCK_SIGNATURE',
          block: number,
          detail: "the channel's orderers have not signed this block",
        });
      }
      if (!chained) return false;
      const prepared = await validateAndPrepare(
        block.data.map((bytes) => ({ bytes })),
        channel,
        own,
        logger,
      );
      this.#checkCodes(block, prepared.codes);
      if (!commitHashOf(block).equals(prepared.commitHash)) {
        this.#fault({ code: 'COMMIT_HASH', block: number, detail: 'its commit hash is not that of what it changes' });
      }
      const { codes, updates, privateData } = prepared;
      const txIds = prepared.transactions.map(({ txId }) => txId);
      const { namespaces, history } = updates;
      await channel.ledger.commit({ block, txIds, codes, updates: namespaces, history, privateData });
      // From the next block on: each is judged by the configuration that counted when it was made.
      const bundle = newBundle(prepared.transactions, codes);
      if (bundle !== undefined) channel.switchTo(bundle, number);
      this.#checkLastConfig(block, channel.configBlock);
      previous = block;
      this.#options.onBlock?.(number + 1, this.#ledger.height);
    }
    return true;
  }

  #block(number: number): Block | undefined {
    try {
      const block = this.#ledger.block(number);
      if (block?.header.number === number) return block;
      this.#fault({ code: 'BLOCK_MISSING', block: number, detail: 'the block is missing' });
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'the block cannot be read';
      this.#fault({ code: 'BLOCK_MISSING', block: number, detail });
    }
    return undefined;
  }

  /** @returns whether the block follows the one before. */
  #checkHashes({ header, data }: Block, previous: Block | undefined): boolean {
    if (!dataHash(data).equals(header.dataHash)) {
      this.#fault({
        code: 'DATA_HASH',
        block: header.number,
        detail: 'its transactions are not those that its header names',
      });
    }
    if (previous === undefined || headerHash(previous.header).equals(header.previousHash)) return true;
    this.#fault({
      code: 'BLOCK_HASH',
      block: header.number,
      detail: `it does not follow block ${previous.header.number}`,
    });
    return false;
  }

  #checkLastConfig(block: Block, expected: number): void {
    let found: number | undefined;
    try {
      found = lastConfigOf(block);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
    if (found === expected) return;
    const detail = `it names block ${found ?? 'none'} as the last configuration, which is in block ${expected}`;
    this.#fault({ code: 'LAST_CONFIG', block: block.header.number, detail });
  }

  #checkCodes(block: Block, expected: Uint8Array): void {
    const stored = validationCodes(block);
    this.#transactions += expected.length;
    for (const [tx, code] of expected.entries()) {
      if (code === 0) this.#valid += 1;
      if (stored[tx] === code) continue;
      const detail = `the ledger says validation code ${stored[tx] ?? 'none'}, the rules say ${code}`;
      this.#fault({ code: 'VALIDATION_CODE', block: block.header.number, tx, detail });
    }
  }

  async #compare(replayed: Ledger): Promise<void> {
    await this.#compareTable(replayed, 'STATE', 'S');
    await this.#compareTable(replayed, 'HISTORY', 'H');
    await this.#compareTable(replayed, 'TRANSACTION_INDEX', 'T');
    const values = new PrivateValues(replayed);
    try {
      for await (const [key, value] of this.#ledger.entries('S')) {
        const detail = values.faultOf(key, value);
        if (detail !== undefined) this.#fault({ code: 'PRIVATE_DATA', key: nameOf(key), detail });
      }
    } finally {
      values.close();
    }
  }

  async #compareTable(replayed: Ledger, code: Fault['code'], table: string): Promise<void> {
    const own = PrivateValues.without(this.#ledger.entries(table));
    const expected = PrivateValues.without(replayed.entries(table));
    const visited = (): void => {
      this.#keys += 1;
    };
    for await (const difference of differences(own, expected, visited)) {
      const { key, found } = difference;
      const detail =
        found === undefined
          ? 'it is missing'
          : difference.expected === undefined
            ? 'no valid transaction leads to it'
            : `it holds ${digest(found)}, the valid transactions lead to ${digest(difference.expected)}`;
      this.#fault({ code, key: nameOf(key), detail });
    }
  }

  #fault(fault: Fault): void {
    if (this.#faults.length < this.#mostFaults) this.#faults.push(fault);
    else this.#more = true;
  }
}

/** @throws LedgerError when block 0 is no configuration that a channel could go by */
function openChannel(name: string, ledger: Ledger): LedgerChannel {
  try {
    return new LedgerChannel(name, ledger, new LedgerDefinitions(ledger));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new LedgerError(`block 0 is no configuration of a channel: ${error.message}`, { cause: error });
  }
}

/** Names bytes in a message, without showing them. */
function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex').slice(0, 16)} (${bytes.length} bytes)`;
}
