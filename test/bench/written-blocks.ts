/**
 * Writes blocks straight onto a stopped network's ledger, by the network's own ledger: each one whole, with state, history, index of
 * transactions, hashes and height in one step, so that a start finds what it would find after as many transactions. What is left out
 * is the way there: transactions are unsigned.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type * as commitHashModule from '../../network/dist/embedded/committer/commithash';
import type * as ledgerModule from '../../network/dist/embedded/ledger/ledger';
import type * as blockModule from '../../network/dist/embedded/wire/block';
import type * as commonModule from '../../network/dist/embedded/wire/common';
import type * as rwsetModule from '../../network/dist/embedded/wire/rwset';
import { compiled } from '../support/compiled';

/** What one transaction writes, by key. */
export type Writes = readonly (readonly [key: string, value: Uint8Array])[];

const CHANNEL = 'onepledge';
const NAMESPACE = 'onepledge';
const EMPTY = Buffer.alloc(0);

const embedded = (...path: readonly string[]): unknown => compiled('network', 'dist', 'embedded', ...path);
const { commitHash } = embedded('committer', 'commithash.js') as typeof commitHashModule;
const { Ledger, STORE_OPTIONS } = embedded('ledger', 'ledger.js') as typeof ledgerModule;
const { blockMetadata, dataHash } = embedded('wire', 'block.js') as typeof blockModule;
const { encodeEnvelope, encodePayload } = embedded('wire', 'common.js') as typeof commonModule;
const { encodeTxReadWriteSet } = embedded('wire', 'rwset.js') as typeof rwsetModule;

/** The folder of the ledger in a home. */
export function ledgerFolder(home: string): string {
  return join(home, 'network', 'ledger', CHANNEL);
}

/** A ledger that is being filled. */
export class WrittenLedger {
  readonly #directory: string;
  readonly #ledger: ledgerModule.Ledger;

  private constructor(directory: string, ledger: ledgerModule.Ledger) {
    this.#directory = directory;
    this.#ledger = ledger;
  }

  /** @throws Error when the network was never started in the home */
  static async open(home: string): Promise<WrittenLedger> {
    const none = (): never => {
      throw new Error(`no ledger in ${home}: start the system there once`);
    };
    return new WrittenLedger(ledgerFolder(home), await Ledger.open(ledgerFolder(home), none, { sync: false }));
  }

  /** Values by their keys, as last committed. */
  read(keys: readonly string[]): readonly (Buffer | undefined)[] {
    const state = this.#ledger.acquire();
    try {
      return keys.map((key) => state.get(NAMESPACE, key)?.value);
    } finally {
      state.release();
    }
  }

  /** Commits a block of transactions, each of which is valid and writes keys. */
  async write(transactions: readonly Writes[]): Promise<void> {
    const ledger = this.#ledger;
    const { height: number } = ledger;
    const updates = new Map<string, { version: { block: number; tx: number }; value: Buffer; metadata: Buffer }>();
    const history: { namespace: string; key: string; tx: number }[] = [];
    const data = transactions.map((entries, tx) => {
      const writes = entries.map(([key, bytes]) => {
        const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        updates.set(key, { version: { block: number, tx }, value, metadata: EMPTY });
        history.push({ namespace: NAMESPACE, key, tx });
        return { key, isDelete: false, value };
      });
      const set = { namespace: NAMESPACE, reads: [], rangeQueries: [], writes, metadataWrites: [], collections: [] };
      const results = encodeTxReadWriteSet([set]);
      return encodeEnvelope({ payload: encodePayload(EMPTY, results), signature: EMPTY });
    });
    const txIds = data.map((_, tx) => createHash('sha256').update(`written ${number} ${tx}`).digest('hex'));
    const codes = new Uint8Array(data.length);
    const header = { number, previousHash: ledger.lastHash, dataHash: dataHash(data) };
    const namespaces = new Map([[NAMESPACE, updates]]);
    const deletedBy = (): never => {
      throw new Error('nothing is deleted here');
    };
    const hash = commitHash(codes, { namespaces, deletedBy }, ledger.lastCommitHash);
    const block = { header, data, metadata: blockMetadata(codes, undefined, hash) };
    await ledger.commit({ block, txIds, codes, updates: namespaces, history });
  }

  /** Closes it, and finishes the compaction that so many writes leave open: it would go on for minutes beside the measurements that follow. */
  async close(): Promise<void> {
    await this.#ledger.close();
    const database = new ClassicLevel(this.#directory, STORE_OPTIONS);
    await database.open();
    await database.compactRange('', '\uffff');
    await database.close();
  }
}
