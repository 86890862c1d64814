/** Commands without a stored end: who waits for them is told as soon as it is known. */
import type { Metrics } from '../metrics';
import type { Outcome } from './intent';
import { withinTime } from './pause';

type Live = {
  promise: Promise<Outcome>;
  resolve: (outcome: Outcome) => void;
  outcome: Outcome | undefined;
  since: number;
};

type Ended = Readonly<{ id: string; outcome: Outcome }>;

export class LiveCommands {
  readonly #commands = new Map<string, Live>();
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  get size(): number {
    return this.#commands.size;
  }

  has(id: string): boolean {
    return this.#commands.has(id);
  }

  /** Takes a command in; once. */
  add(id: string): void {
    if (this.#commands.has(id)) return;
    let resolve: (outcome: Outcome) => void = () => undefined;
    const promise = new Promise<Outcome>((done) => {
      resolve = done;
    });
    this.#commands.set(id, { promise, resolve, outcome: undefined, since: Date.now() });
    this.#measure();
  }

  /** How a command has ended; undefined where that is not known yet, and for one that is not here. */
  outcome(id: string): Outcome | undefined {
    return this.#commands.get(id)?.outcome;
  }

  /** How a command that is here ends; undefined when that takes longer. @param patience milliseconds */
  async end(id: string, patience: number): Promise<Outcome | undefined> {
    const live = this.#commands.get(id);
    return live === undefined ? undefined : (live.outcome ?? (await withinTime(live.promise, patience)));
  }

  /** Tells who waits; the first end of a command counts. */
  answer(ended: readonly Ended[]): void {
    for (const { id, outcome } of ended) {
      const live = this.#commands.get(id);
      if (live === undefined || live.outcome !== undefined) continue;
      live.outcome = outcome;
      live.resolve(outcome);
    }
  }

  /** Lets commands go whose ends are stored. */
  remove(ended: readonly Ended[]): void {
    for (const { id } of ended) this.#commands.delete(id);
    this.#measure();
  }

  #measure(): void {
    const { pending, oldest } = this.#metrics;
    pending.set(this.#commands.size);
    // A map keeps the order in which they came.
    const [first] = this.#commands.values();
    oldest.set(first === undefined ? 0 : first.since / 1000);
  }
}
