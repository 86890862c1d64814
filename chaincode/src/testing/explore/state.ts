/** A ledger's state as a value: transactions read one and make another, and two are one where no rule can tell them apart. */
import { createHash } from 'node:crypto';
import type { EvidenceRecord, PartyRecord, Pledge, Receivable } from '../../domain/records';
import { evidenceCodec, partyCodec, pledgeCodec, receivableCodec, type Codec } from '../../ledger/codec';
import type { StateAccess, StateWrite } from '../../ledger/state-access';
import { decodeStored, type StoredChange } from '../../ledger/stored';
import type { StoredState } from '../stored-state';

/** What stands under a key. */
export type Entry = Readonly<{
  value: Uint8Array;
  policy: Uint8Array | undefined;
  /** The number of what of it rules can read; 0 where that is nothing. */
  meaning: number;
}>;

export class State {
  readonly #entries: ReadonlyMap<string, Entry>;
  /** Which of the scope's instants it is; time only goes on. */
  readonly time: number;
  #id: string | undefined;
  #stored: StoredState | undefined;

  constructor(entries: ReadonlyMap<string, Entry>, time: number) {
    this.#entries = entries;
    this.time = time;
  }

  /** The same for states that no rule can tell apart. */
  get id(): string {
    this.#id ??= this.#digest();
    return this.#id;
  }

  /** Its records, decoded once. */
  get stored(): StoredState {
    this.#stored ??= {
      receivables: this.#records('receivable', receivableCodec),
      pledges: this.#records('claim', pledgeCodec),
      evidence: this.#records('evidence', evidenceCodec),
      parties: this.#records('party', partyCodec),
    };
    return this.#stored;
  }

  value(key: string): Uint8Array | undefined {
    return this.#entries.get(key)?.value;
  }

  policy(key: string): Uint8Array | undefined {
    return this.#entries.get(key)?.policy;
  }

  /** The same number where rules read the same under the key. */
  meaning(key: string): number {
    return this.#entries.get(key)?.meaning ?? 0;
  }

  /** The state after some writes: a policy stays until another is written. */
  with(writes: readonly StateWrite[]): State {
    const entries = new Map(this.#entries);
    for (const { key, value, policy = entries.get(key)?.policy } of writes) {
      entries.set(key, { value, policy, meaning: meaningOf(key, value, policy) });
    }
    return new State(entries, this.time);
  }

  at(time: number): State {
    return new State(this.#entries, time);
  }

  #records<T extends EvidenceRecord | PartyRecord | Pledge | Receivable>(
    objectType: string,
    codec: Codec<T>,
  ): readonly T[] {
    const prefix = `\u0000${objectType}\u0000`;
    return [...this.#entries].flatMap(([key, entry]) => (key.startsWith(prefix) ? [decoded(entry, codec)] : []));
  }

  #digest(): string {
    const digest = createHash('sha256').update(String(this.time));
    for (const key of [...this.#entries.keys()].sort()) {
      const meaning = this.meaning(key);
      if (meaning !== 0) digest.update(`\n${key}=${meaning}`);
    }
    return digest.digest('base64url');
  }
}

/** One transaction on a state: its reads are of what was committed, its writes are kept apart, as in Fabric. */
export class Transaction implements StateAccess {
  readonly reads = new Set<string>();
  readonly writes: StateWrite[] = [];
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  read(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    for (const key of keys) this.reads.add(key);
    return Promise.resolve(keys.map((key) => this.#state.value(key)));
  }

  write(writes: readonly StateWrite[]): Promise<void> {
    this.writes.push(...writes);
    return Promise.resolve();
  }
}

const records = new WeakMap<Entry, unknown>();

function decoded<T>(entry: Entry, codec: Codec<T>): T {
  const known = records.get(entry) as T | undefined;
  if (known !== undefined) return known;
  const { record } = decodeStored(codec, entry.value);
  records.set(entry, record);
  return record;
}

// Instants that are only shown. What rules read of time are days and lapses.
const SHOWN = new Set(['at', 'registeredAt', 'proposedAt']);

const meanings = new Map<string, number>();

/** Indexes mean nothing to rules. Changes, sequences and instants are for histories. */
function meaningOf(key: string, value: Uint8Array, policy: Uint8Array | undefined): number {
  if (key.startsWith('\u0000index.')) return 0;
  const { record } = JSON.parse(Buffer.from(value).toString('utf8')) as { record: unknown };
  const text = JSON.stringify(
    [record, policy === undefined ? null : Buffer.from(policy).toString('base64')],
    (name, item: unknown) => {
      if (SHOWN.has(name) || name === 'sequence') return undefined;
      return name === 'acceptedAt' ? true : item;
    },
  );
  const number = meanings.get(text) ?? meanings.size + 1;
  meanings.set(text, number);
  return number;
}

/** The changes that a value was written with. */
export function changesIn(value: Uint8Array): readonly StoredChange[] {
  const { changes } = JSON.parse(Buffer.from(value).toString('utf8')) as { changes?: readonly StoredChange[] };
  return changes ?? [];
}
