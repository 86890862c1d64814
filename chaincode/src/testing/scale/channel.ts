/** One channel of many, as far as its state counts: committed values with versions, and transactions that fail when what they read has changed. */
import type { ValidationCode } from '../world-state';

/** A key of the state, and by its type what stands under it. */
export type Key<T> = string & { readonly holds?: T };

type Version = Readonly<{ height: number; value: unknown }>;

export class Channel {
  readonly #versions = new Map<string, Version[]>();
  readonly #transactions = new Set<string>();
  #height = 0;

  /** How many transactions were ordered. */
  get height(): number {
    return this.#height;
  }

  /** A transaction that reads what is committed now. */
  begin(id: string): Transaction {
    return new Transaction(this, id);
  }

  /** What stood under a key at a height: a peer that lags answers from an earlier one. */
  at<T>(key: Key<T>, height = this.#height): T | undefined {
    return this.#versions.get(key)?.findLast((version) => version.height <= height)?.value as T | undefined;
  }

  /** The version of a key that is committed now. */
  version(key: string): number | undefined {
    return this.#versions.get(key)?.at(-1)?.height;
  }

  /** All committed values whose keys begin so. */
  *all<T>(prefix: Key<T>): Iterable<T> {
    for (const [key, versions] of this.#versions) {
      const value = versions.at(-1)?.value;
      if (key.startsWith(prefix) && value !== undefined) yield value as T;
    }
  }

  /** Orders a transaction: it stands only when nothing that it read has changed since. */
  commit({ id, reads, writes }: Transaction): ValidationCode {
    this.#height += 1;
    if (this.#transactions.has(id)) return 'DUPLICATE_TXID';
    this.#transactions.add(id);
    for (const [key, version] of reads) if (this.version(key) !== version) return 'MVCC_READ_CONFLICT';
    for (const [key, value] of writes) {
      const versions = this.#versions.get(key) ?? [];
      versions.push({ height: this.#height, value });
      this.#versions.set(key, versions);
    }
    return 'VALID';
  }
}

/** What a transaction has read and would write. */
export class Transaction {
  readonly id: string;
  readonly reads = new Map<string, number | undefined>();
  readonly writes = new Map<string, unknown>();
  readonly #channel: Channel;

  constructor(channel: Channel, id: string) {
    this.#channel = channel;
    this.id = id;
  }

  get<T>(key: Key<T>): T | undefined {
    this.reads.set(key, this.#channel.version(key));
    return this.#channel.at(key);
  }

  put<T>(key: Key<T>, value: T): void {
    this.writes.set(key, value);
  }

  remove(key: Key<unknown>): void {
    this.writes.set(key, undefined);
  }
}
