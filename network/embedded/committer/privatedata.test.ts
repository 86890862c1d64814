import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { parsePolicy } from '../../identity/policy';
import { type CollectionConfig } from '../channel';
import { TxSimulator } from '../endorser/simulator';
import { Ledger } from '../ledger/ledger';
import { hashedKey, hashedNamespace, sha256 } from '../privdata/namespaces';
import { fixedDefinitions } from '../testing/definitions';
import { blockMetadata, dataHash } from '../wire/block';
import { decodeTxPvtReadWriteSet } from '../wire/pvtrwset';
import { decodeKVRWSet, decodeTxReadWriteSet } from '../wire/rwset';
import { BlockUpdates } from './mvcc';
import { preparePrivateData } from './privatedata';

const NAMESPACE = 'basic';
const BLOCK_TO_LIVE = 1;

function collection(name: string, blockToLive: number): CollectionConfig {
  return {
    ...{ name, blockToLive, requiredPeerCount: 0, maximumPeerCount: 1, memberOnlyRead: false, memberOnlyWrite: false },
    memberOrgsPolicy: parsePolicy("OR('OneMSP.member')"),
    endorsementPolicy: undefined,
  };
}

const COLLECTIONS = [collection('lasting', 0), collection('brief', BLOCK_TO_LIVE)];
const DEFINITION = {
  ...{ name: NAMESPACE, version: '1.0', collections: COLLECTIONS, initRequired: false },
  endorsementPolicy: { kind: 'signature' as const, policy: parsePolicy("OR('OneMSP.peer')") },
};

type Operation = Readonly<{ collection: string; key: string; kind: 'put' | 'delete' | 'purge'; value: string }>;
/** A transaction; `lost`: its private data are not there when it is committed; `valid`: as its validation says. */
type Transaction = Readonly<{ operations: readonly Operation[]; lost: boolean; valid: boolean }>;

/** A chain of blocks with private data, without endorsements. */
class Chain {
  readonly directory = mkdtempSync(join(tmpdir(), 'privatedata-'));
  #ledger: Ledger | undefined;
  #transactions = 0;

  get ledger(): Ledger {
    if (this.#ledger === undefined) throw new Error('the chain is not open');
    return this.#ledger;
  }

  async open(): Promise<void> {
    const data = [Buffer.from('genesis')];
    const header = { number: 0, previousHash: Buffer.alloc(0), dataHash: dataHash(data) };
    const block = { header, data, metadata: blockMetadata(new Uint8Array(1)) };
    this.#ledger = await Ledger.open(this.directory, () => Promise.resolve({ block, txId: '' }));
  }

  async reopen(): Promise<void> {
    await this.ledger.close();
    await this.open();
  }

  async close(): Promise<void> {
    await this.#ledger?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  simulator(mspId = 'OneMSP'): TxSimulator {
    const find = (name: string): CollectionConfig | undefined => COLLECTIONS.find((each) => each.name === name);
    return new TxSimulator(this.ledger.acquire(), 'tx', {
      channelId: 'test',
      mspId,
      config: (_namespace, name) => find(name),
      isDefined: (_namespace, name) => find(name) !== undefined,
      wasMember: () => false,
    });
  }

  async commit(transactions: readonly Transaction[]): Promise<void> {
    const { ledger } = this;
    const number = ledger.height;
    const view = ledger.acquire();
    const updates = new BlockUpdates(view, number);
    const endorsed = [];
    for (const [tx, { operations, lost, valid }] of transactions.entries()) {
      const simulator = this.simulator();
      for (const { collection: name, key, kind, value } of operations) {
        if (kind === 'put') simulator.privateData.set(NAMESPACE, name, key, Buffer.from(value));
        else if (kind === 'delete') simulator.privateData.delete(NAMESPACE, name, key);
        else simulator.privateData.purge(NAMESPACE, name, key);
      }
      const namespaces = decodeTxReadWriteSet(simulator.results());
      const plain = simulator.privateResults().map(({ rwset }) => rwset);
      simulator.view.release();
      const txId = String((this.#transactions += 1));
      if (!lost) await ledger.transient.persist(txId, number, plain);
      if (valid) updates.apply(namespaces, tx);
      endorsed.push({ txId, namespaces, isValid: valid, envelope: Buffer.from(txId) });
    }
    const channel = { ledger, chaincodes: fixedDefinitions(DEFINITION) };
    const privateData = await preparePrivateData(endorsed, number, updates, channel, pino({ level: 'silent' }));
    view.release();
    const data = endorsed.map(({ envelope }) => envelope);
    const codes = Uint8Array.from(transactions, ({ valid }) => (valid ? 0 : 11));
    await ledger.commit({
      block: {
        header: { number, previousHash: ledger.lastHash, dataHash: dataHash(data) },
        ...{ data, metadata: blockMetadata(codes) },
      },
      ...{ txIds: endorsed.map(({ txId }) => txId), codes, privateData },
      ...{ updates: updates.namespaces, history: updates.history },
    });
  }

  /** A block of one valid transaction. */
  async write(kind: Operation['kind'], name: string, key: string, value = ''): Promise<void> {
    await this.commit([{ operations: [{ collection: name, key, kind, value }], lost: false, valid: true }]);
  }

  read(name: string, key: string): string | undefined {
    const simulator = this.simulator();
    try {
      return simulator.privateData.get(NAMESPACE, name, key)?.toString();
    } finally {
      simulator.view.release();
    }
  }

  /** The value that members have, whether or not it is the one that the hash is of. */
  valueOf(name: string, key: string): string | undefined {
    const simulator = this.simulator();
    try {
      return simulator.privateData.getMultiple(NAMESPACE, name, [key])[0]?.toString();
    } finally {
      simulator.view.release();
    }
  }

  /** The block that wrote the hash. */
  hashedBlockOf(name: string, key: string): number | undefined {
    const view = this.ledger.acquire();
    try {
      return view.get(hashedNamespace(NAMESPACE, name), hashedKey(sha256(key)))?.version.block;
    } finally {
      view.release();
    }
  }

  /** Keys and values of the write sets that an organisation has of a block, by transaction. */
  async written(block: number, mspId = 'OneMSP'): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const { tx, writeSet } of await this.ledger.privateData(block, mspId)) {
      for (const { collection: name, rwset } of decodeTxPvtReadWriteSet(writeSet)) {
        const writes = decodeKVRWSet(rwset).writes.map(({ key, value }) => `${key}=${value.toString()}`);
        found[`${tx} ${name}`] = writes;
      }
    }
    return found;
  }
}

type Versioned = Readonly<{ value: string; block: number }>;

/** What the rules come to, written plainly: the state, and which plain writes are kept, in maps by `collection/key`. */
class Model {
  readonly hashes = new Map<string, Versioned>();
  readonly values = new Map<string, Versioned>();
  #kept: { block: number; tx: number; collection: string; writes: Map<string, string> }[] = [];
  /** Keys whose plain writes expire, with the block that wrote them. */
  readonly #expiring: { block: number; place: string; plain: boolean }[] = [];

  commit(block: number, transactions: readonly Transaction[]): void {
    const changedHashes = new Set<string>();
    const changedValues = new Map<string, number>();
    const purges: { tx: number; collection: string; key: string }[] = [];
    for (const [tx, { operations, lost, valid }] of transactions.entries()) {
      const last = new Map(operations.map((operation) => [`${operation.collection}/${operation.key}`, operation]));
      for (const [place, { collection: name, key, kind, value }] of last) {
        const isDelete = kind !== 'put';
        const written = { value, block };
        if (!lost) this.#keep(block, tx, name, key, isDelete ? '' : value);
        if (!valid) continue;
        changedHashes.add(place);
        if (isDelete) this.hashes.delete(place);
        else this.hashes.set(place, written);
        if (kind === 'purge') purges.push({ tx, collection: name, key });
        if (lost) continue;
        changedValues.set(place, tx);
        if (isDelete) this.values.delete(place);
        else this.values.set(place, written);
      }
    }
    for (const { tx, collection: name, key } of purges) {
      const place = `${name}/${key}`;
      const writtenLater = this.values.get(place)?.block === block && (changedValues.get(place) ?? -1) > tx;
      if (!writtenLater) this.values.delete(place);
      for (const each of this.#kept) {
        if (each.collection === name && (each.block < block || each.tx <= tx)) each.writes.delete(key);
      }
    }
    this.#expire(block, changedHashes, changedValues);
    for (const place of changedHashes) {
      if (!place.startsWith('brief/') || !this.hashes.has(place)) continue;
      this.#expiring.push({ block, place, plain: changedValues.has(place) });
    }
  }

  written(block: number): Record<string, string[]> {
    const kept = this.#kept.filter((each) => each.block === block);
    return Object.fromEntries(
      kept.map(({ tx, collection: name, writes }) => [
        `${tx} ${name}`,
        [...writes].map(([key, value]) => `${key}=${value}`).sort(),
      ]),
    );
  }

  #keep(block: number, tx: number, name: string, key: string, value: string): void {
    let entry = this.#kept.find((each) => each.block === block && each.tx === tx && each.collection === name);
    if (entry === undefined) this.#kept.push((entry = { block, tx, collection: name, writes: new Map() }));
    entry.writes.set(key, value);
  }

  #expire(block: number, changedHashes: ReadonlySet<string>, changedValues: ReadonlyMap<string, number>): void {
    const written = block - BLOCK_TO_LIVE - 1;
    for (const { block: committing, place, plain } of this.#expiring) {
      if (committing !== written) continue;
      if (!changedHashes.has(place) && this.hashes.get(place)?.block === written) this.hashes.delete(place);
      const isStale = plain && !changedValues.has(place) && this.values.get(place)?.block === written;
      if (isStale) this.values.delete(place);
    }
    this.#kept = this.#kept.filter((each) => each.collection !== 'brief' || each.block !== written);
  }
}

const operation: fc.Arbitrary<Operation> = fc.record({
  collection: fc.constantFrom('lasting', 'brief'),
  key: fc.constantFrom('a', 'b', 'c'),
  kind: fc.constantFrom('put', 'put', 'put', 'delete', 'purge'),
  value: fc.stringMatching(/^[0-9]{3}$/),
});
const transaction: fc.Arbitrary<Transaction> = fc.record({
  operations: fc.array(operation, { minLength: 1, maxLength: 4 }),
  lost: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
  valid: fc.integer({ min: 0, max: 5 }).map((number) => number > 0),
});
const blocks = fc.array(fc.array(transaction, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 });

describe('the private data of blocks', () => {
  let chain: Chain;

  beforeEach(async () => {
    chain = new Chain();
    await chain.open();
  });
  afterEach(() => chain.close());

  test('come to what the rules say, whatever is written, lost, purged and expires', async () => {
    await fc.assert(
      fc.asyncProperty(blocks, async (program) => {
        await chain.close();
        chain = new Chain();
        await chain.open();
        const model = new Model();
        for (const [index, transactions] of program.entries()) {
          await chain.commit(transactions);
          model.commit(index + 1, transactions);
          for (const name of ['lasting', 'brief']) {
            for (const key of ['a', 'b', 'c']) {
              const place = `${name}/${key}`;
              expect([place, chain.valueOf(name, key)]).toEqual([place, model.values.get(place)?.value]);
              expect([place, chain.hashedBlockOf(name, key)]).toEqual([place, model.hashes.get(place)?.block]);
            }
          }
          for (let block = 1; block <= index + 1; block += 1) {
            expect([block, await chain.written(block)]).toEqual([block, model.written(block)]);
          }
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test('are given to members by block, and to nobody else', async () => {
    await chain.write('put', 'lasting', 'k', 'v');
    expect(await chain.written(1)).toEqual({ '0 lasting': ['k=v'] });
    expect(await chain.written(1, 'TwoMSP')).toEqual({});
    expect(await chain.written(2)).toEqual({});
  });

  test('of an invalid transaction are kept, and are not in the state', async () => {
    const operations = [{ collection: 'lasting', key: 'k', kind: 'put', value: 'v' } as const];
    await chain.commit([{ operations, lost: false, valid: false }]);
    expect(await chain.written(1)).toEqual({ '0 lasting': ['k=v'] });
    expect(chain.read('lasting', 'k')).toBeUndefined();
  });

  test('that a purge meets are gone from all blocks, as is the purged key itself', async () => {
    await chain.write('put', 'lasting', 'k', 'first');
    await chain.write('put', 'lasting', 'k', 'second');
    await chain.write('purge', 'lasting', 'k');
    await chain.write('put', 'lasting', 'k', 'third');
    expect(await Promise.all([1, 2, 3, 4].map((block) => chain.written(block)))).toEqual([
      { '0 lasting': [] },
      { '0 lasting': [] },
      { '0 lasting': [] },
      { '0 lasting': ['k=third'] },
    ]);
  });

  test('that were not there at the commit are missed when they are read', async () => {
    const operations = [{ collection: 'lasting', key: 'k', kind: 'put', value: 'v' } as const];
    await chain.commit([{ operations, lost: true, valid: true }]);
    expect(() => chain.read('lasting', 'k')).toThrow('private data matching public hash version is not available');
    expect(await chain.written(1)).toEqual({});
  });

  test('wait on disk for their transaction, and are forgotten with it', async () => {
    await chain.ledger.transient.persist('waiting', 1, [Buffer.from('rwset')]);
    await chain.reopen();
    expect(chain.ledger.transient.has('waiting')).toBe(true);
    expect(chain.ledger.transient.obsolete(5, ['waiting', 'other'])).toHaveLength(1);
    expect(chain.ledger.transient.obsolete(5, ['other'])).toEqual([]);
    await chain.write('put', 'lasting', 'k', 'v');
    expect(chain.ledger.transient.has('1')).toBe(false);
    await chain.reopen();
    expect(chain.ledger.transient.has('1')).toBe(false);
  });

  test('that were endorsed long ago and never committed are forgotten', async () => {
    await chain.ledger.transient.persist('old', 999, [Buffer.from('rwset')]);
    await chain.ledger.transient.persist('new', 1000, [Buffer.from('rwset')]);
    expect(chain.ledger.transient.obsolete(1999, [])).toEqual([]);
    expect(chain.ledger.transient.obsolete(2000, [])).toHaveLength(1);
  });
});
