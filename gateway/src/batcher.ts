/** Work in batches without a timer: what arrives while one batch is under way waits and goes together in the next. */
import { setImmediate as nextTurn } from 'node:timers/promises';

type Waiting<T, R> = Readonly<{ item: T; resolve: (result: R) => void; reject: (reason: unknown) => void }>;

export class Batcher<T, R> {
  readonly #run: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #limit: number;
  readonly #idle: () => void;
  #queue: Waiting<T, R>[] = [];
  #running = false;

  /**
   * @param run answers a batch: one result an item, in order
   * @param limit the most items of a batch
   * @param idle called when nothing is left to do
   */
  constructor(run: (items: readonly T[]) => Promise<readonly R[]>, limit: number, idle: () => void = () => undefined) {
    this.#run = run;
    this.#limit = limit;
    this.#idle = idle;
  }

  /** @throws what the batch throws that the item is in. */
  add(item: T): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      void this.#drain();
    });
  }

  /** Never rejects: a failure goes to those who wait. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // What arrives in the same turn of the event loop is one batch; work that blocks the loop, as PGlite does, would never find two else.
      await nextTurn();
      const batch = this.#queue.slice(0, this.#limit);
      this.#queue = this.#queue.slice(this.#limit);
      await this.#answer(batch);
    }
    this.#running = false;
    this.#idle();
  }

  async #answer(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error('a batch was answered with another number of results');
      for (const [i, result] of results.entries()) batch[i]?.resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
