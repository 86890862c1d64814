/** The way of requests into the database: those of one moment in one statement, each told whether it is new or came before under its key. */
import type { Logger } from 'pino';
import { Batcher } from '../batcher';
import { type Metrics, timed } from '../metrics';
import { problem, ProblemError } from '../problem';
import type { NewIntent, StoredIntent } from './intent';
import { Overtaken } from './overtaken';
import { StatementInDoubt } from './statement-in-doubt';
import { isStorable } from './storable';
import type { OutboxStore } from './store';

/** An intent as it was taken up: the one of this request, or the earlier one under the same key. */
export type Accepted = Readonly<{ id: string; kind: 'COMMAND' | 'IMPORT'; requestId: string; replayed: boolean }>;

/** What the database answers for a request. */
type Inserted = Accepted & Readonly<{ reused: boolean }>;

/** The most requests of one statement. */
const MOST_AT_ONCE = 500;

type Options = Readonly<{ store: OutboxStore; metrics: Metrics; log: Logger }>;

type Events = Readonly<{
  /** They are stored, and may be carried out. */
  stored: (intents: ReadonlySet<NewIntent>) => void;
  /** Storing failed, and they may be stored all the same. */
  inDoubt: (intents: readonly NewIntent[]) => void;
  overtaken: (error: Error) => void;
}>;

export class Intake {
  readonly #options: Options;
  readonly #events: Events;
  readonly #inserts: Batcher<NewIntent, Inserted | ProblemError>;

  constructor(options: Options, events: Events) {
    this.#options = options;
    this.#events = events;
    this.#inserts = new Batcher((intents) => this.#insert(intents), MOST_AT_ONCE);
  }

  /**
   * Stores a request.
   * @throws ProblemError IDEMPOTENCY_KEY_REUSED when the key came with another request; INVALID_INPUT for what no database holds; LEDGER_UNAVAILABLE where it
   * could not be stored
   */
  async add(intent: NewIntent): Promise<Accepted> {
    if (intent.command !== undefined && !isStorable(intent.command)) throw unstorable();
    const inserted = await this.#inserts.add(intent);
    if (inserted instanceof ProblemError) throw inserted;
    const { reused, ...accepted } = inserted;
    if (reused) throw reusedKey();
    return accepted;
  }

  async #insert(intents: readonly NewIntent[]): Promise<readonly (Inserted | ProblemError)[]> {
    const { store, metrics, log } = this.#options;
    let stored: ReadonlySet<string>;
    try {
      stored = await timed(metrics, 'db_insert', () => store.insertIntents(intents));
    } catch (error) {
      log.error({ err: error }, 'the database does not take requests');
      if (error instanceof Overtaken) this.#events.overtaken(error);
      this.#events.inDoubt(intents);
      // Never an error for what may be carried out: whoever asks later is told, and may ask again under the key.
      if (error instanceof StatementInDoubt) {
        return intents.map(({ id, kind, requestId }) => ({ id, kind, requestId, replayed: false, reused: false }));
      }
      throw new ProblemError(
        { code: 'LEDGER_UNAVAILABLE', detail: 'the request could not be stored' },
        { cause: error },
      );
    }
    const own = firstOfEach(intents.filter(({ id }) => stored.has(id)));
    this.#events.stored(own);
    // On their way already: that others' keys cannot be looked up must not become an error of theirs.
    const earlier = await this.#earlier(intents.filter((intent) => !own.has(intent)));
    return intents.map((intent) => {
      const { id, kind, requestId } = intent;
      if (own.has(intent)) return { id, kind, requestId, replayed: false, reused: false };
      if (earlier instanceof ProblemError) return earlier;
      const first = earlier.get(keyOf(intent));
      if (first === undefined) throw new Error(`intent ${id} was neither stored nor found under its key`);
      const reused = first.bodyHash !== intent.bodyHash;
      return { id: first.id, kind: first.kind, requestId: first.requestId, replayed: true, reused };
    });
  }

  /** What came before under the keys; a problem where the database does not tell. */
  async #earlier(intents: readonly NewIntent[]): Promise<ReadonlyMap<string, StoredIntent> | ProblemError> {
    if (intents.length === 0) return new Map();
    const keys = intents.map(({ principal, idempotencyKey }) => ({
      member: principal.member,
      key: idempotencyKey ?? '',
    }));
    try {
      return await this.#options.store.intentsByKey(keys);
    } catch (error) {
      return unknownKey(error);
    }
  }
}

function unstorable(): ProblemError {
  return problem('INVALID_INPUT', 'the request holds a character of value zero, or half of a surrogate pair');
}

/** The refusal of a key that belongs to another request. */
export function reusedKey(): ProblemError {
  return problem('IDEMPOTENCY_KEY_REUSED', 'this idempotency key was used for another request');
}

/** The key came before, and the database does not tell with what: asked again under it, it will. */
export function unknownKey(cause: unknown): ProblemError {
  const detail = 'this idempotency key came before, and what became of it cannot be looked up now: ask again under it';
  return new ProblemError({ code: 'LEDGER_UNAVAILABLE', detail }, { cause });
}

/** A request that came several times at once has one id: its first one counts. */
export function firstOfEach(intents: readonly NewIntent[]): ReadonlySet<NewIntent> {
  return new Set([...new Map([...intents].reverse().map((intent) => [intent.id, intent])).values()].reverse());
}

function keyOf(intent: NewIntent): string {
  return `${intent.principal.member} ${intent.idempotencyKey ?? ''}`;
}
