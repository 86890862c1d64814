/** Requests whose storing failed, and that may be stored all the same, now or in a moment: looked for until that is known. */
import { backOff } from './group';
import type { NewIntent } from './intent';
import { pause } from './pause';
import type { OutboxStore } from './store';

/** The database ends every statement sooner: what it has not stored by then, it never will. */
const DOUBT_MS = 40_000;

export class Doubts {
  readonly #store: OutboxStore;
  readonly #send: (found: ReadonlySet<NewIntent>) => void;
  readonly #signal: AbortSignal;
  /** By id. */
  readonly #missing = new Map<string, NewIntent>();

  /**
   * @param send carries out those that are stored; it tells `sent` of each
   * @param signal ends the search, when the gateway stops
   */
  constructor(store: OutboxStore, send: (found: ReadonlySet<NewIntent>) => void, signal: AbortSignal) {
    this.#store = store;
    this.#send = send;
    this.#signal = signal;
  }

  /** Looks for so long as the database may still be about them, and as long as it is away. Never rejects. */
  async lookFor(intents: Iterable<NewIntent>): Promise<void> {
    const sought = [...intents];
    for (const intent of sought) this.#missing.set(intent.id, intent);
    const missing = (): readonly NewIntent[] => sought.filter((intent) => this.#missing.get(intent.id) === intent);
    let answered = Number.POSITIVE_INFINITY;
    for (let looks = 0; !this.#signal.aborted && missing().length > 0; looks += 1) {
      await pause(backOff(looks, Math.random()), this.#signal);
      try {
        const pending = new Set((await this.#store.pendingIntents()).map(({ id }) => id));
        this.#send(new Set(missing().filter(({ id }) => pending.has(id))));
        answered = Math.min(answered, performance.now());
      } catch {
        // The database is still away.
      }
      if (performance.now() > answered + DOUBT_MS) for (const { id } of missing()) this.#missing.delete(id);
    }
  }

  /** Whether a request of the member's is looked for still. */
  holds(id: string, member: string): boolean {
    return this.#missing.get(id)?.principal.member === member;
  }

  /** A request is on its way, also as it came again: it may end before one who has read that it is pending knows. */
  sent(id: string): void {
    this.#missing.delete(id);
  }
}
