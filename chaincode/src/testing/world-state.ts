/** A peer's world state in memory: committed values with versions, and simulations that read one height of it, as Fabric's do. */
import type { StateAccess, StateWrite } from '../ledger/state-access';

type Version = Readonly<{
  height: number;
  transactionId: string;
  at: string;
  value: Uint8Array;
  policy: Uint8Array | undefined;
}>;

/** What became of a transaction in its block, by Fabric's names. */
export type ValidationCode = 'VALID' | 'MVCC_READ_CONFLICT' | 'DUPLICATE_TXID';

/** The committed values of one channel. */
export class WorldState {
  readonly #versions = new Map<string, Version[]>();
  readonly #transactions = new Set<string>();
  #height = 0;
  #historyFrom = 0;

  /** Begins a transaction on what is committed now. @param at its time, UTC */
  simulate(transactionId: string, at = '1970-01-01T00:00:00.000Z'): Simulation {
    return new Simulation(this, transactionId, at, this.#height);
  }

  /** The newest version of a key at a height, undefined where there is none. */
  at(key: string, height: number): Version | undefined {
    return this.#versions.get(key)?.findLast((version) => version.height <= height);
  }

  /** The committed value of a key. */
  value(key: string): Uint8Array | undefined {
    return this.#versions.get(key)?.at(-1)?.value;
  }

  /** The endorsement policy of a key, undefined where it has none of its own. */
  policy(key: string): Uint8Array | undefined {
    return this.#versions.get(key)?.at(-1)?.policy;
  }

  /** The versions of a key, newest first, as a peer gives them: one that began with a snapshot has those since. */
  history(key: string): readonly Version[] {
    return (this.#versions.get(key) ?? []).filter(({ height }) => height > this.#historyFrom).reverse();
  }

  /** From now on this is the world of a peer that began with a snapshot of what is committed. */
  forgetHistory(): void {
    this.#historyFrom = this.#height;
  }

  /** The committed keys from `start` on and before `end`, in the order of their UTF-8 bytes. */
  range(start: string, end: string): readonly string[] {
    const [first, last] = [Buffer.from(start), Buffer.from(end)];
    return [...this.#versions.keys()]
      .map((key) => ({ key, bytes: Buffer.from(key) }))
      .filter(({ bytes }) => Buffer.compare(bytes, first) >= 0 && Buffer.compare(bytes, last) < 0)
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ key }) => key);
  }

  /** All that is committed, as text, for comparison. */
  dump(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#versions].sort().map(([key, versions]) => [key, Buffer.from(versions.at(-1)?.value ?? []).toString()]),
    );
  }

  /** Commits one block: each transaction stands only if nothing that it read has changed since, in this block or before. */
  commit(block: readonly Simulation[]): readonly ValidationCode[] {
    const codes: ValidationCode[] = [];
    for (const simulation of block) {
      this.#height += 1;
      codes.push(this.#commitOne(simulation));
    }
    return codes;
  }

  #commitOne(simulation: Simulation): ValidationCode {
    const { transactionId, at } = simulation;
    if (this.#transactions.has(transactionId)) return 'DUPLICATE_TXID';
    this.#transactions.add(transactionId);
    for (const [key, height] of simulation.reads) {
      if (this.#versions.get(key)?.at(-1)?.height !== height) return 'MVCC_READ_CONFLICT';
    }
    for (const { key, value, policy } of simulation.writes) {
      const versions = this.#versions.get(key) ?? [];
      // A policy stays until another is written.
      versions.push({ height: this.#height, transactionId, at, value, policy: policy ?? versions.at(-1)?.policy });
      this.#versions.set(key, versions);
    }
    return 'VALID';
  }
}

/** One transaction: reads see what was committed when it began, never its own writes. */
export class Simulation implements StateAccess {
  readonly transactionId: string;
  readonly at: string;
  /** The version of every key that was read. */
  readonly reads = new Map<string, number | undefined>();
  /** What it wants written. */
  readonly writes: StateWrite[] = [];
  readonly #world: WorldState;
  readonly #height: number;

  constructor(world: WorldState, transactionId: string, at: string, height: number) {
    this.#world = world;
    this.transactionId = transactionId;
    this.at = at;
    this.#height = height;
  }

  read(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    return Promise.resolve(
      keys.map((key) => {
        if (key === '') throw new Error('an empty key');
        const version = this.#world.at(key, this.#height);
        this.reads.set(key, version?.height);
        return version?.value;
      }),
    );
  }

  write(writes: readonly StateWrite[]): Promise<void> {
    if (this.writes.length > 0) throw new Error('written twice in one transaction');
    if (writes.some(({ key }) => key === '')) throw new Error('an empty key');
    this.writes.push(...writes.map((write) => ({ ...write, value: Uint8Array.from(write.value) })));
    return Promise.resolve();
  }
}
