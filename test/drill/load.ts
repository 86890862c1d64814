/** A load whose every answer is known beforehand: clients that register, pledge, are refused, release, one story after the other. */
import { Sequence } from '../support/sequences';
import { type Actors, type Chapter, tell } from '../crash/story';
import { type Act, settle, type Settled } from '../crash/submission';
import type { LedgerEvent } from './peer-ledger';
import type { World } from './world';

/** What a load has done. */
export interface LoadResult {
  readonly stories: readonly Chapter[];
  readonly steps: readonly Settled[];
  /** What was done at the ledger itself, without the gateway. */
  readonly direct: readonly LedgerEvent[];
  /** What went otherwise than the rules say. */
  readonly wrong: readonly string[];
}

export class Load {
  readonly #actors: Actors;
  readonly #sequence: Sequence;
  readonly #steps: Settled[] = [];
  readonly #stories: Chapter[] = [];
  readonly #direct: LedgerEvent[] = [];
  readonly #wrong: string[] = [];
  #clients: readonly Promise<void>[] = [];
  #stopped = false;

  /** @param name names the sequence of invoices, so that no two loads present the same */
  static async of(world: World, name: string): Promise<Load> {
    const [platform, bankA, bankB] = await Promise.all(
      ['platform', 'bank-a', 'bank-b'].map((member) => world.as(member)),
    );
    if (platform === undefined || bankA === undefined || bankB === undefined) throw new Error('three clients');
    return new Load({ platform, bankA, bankB }, name);
  }

  constructor(actors: Actors, name: string) {
    this.#actors = actors;
    this.#sequence = new Sequence(name);
  }

  start(clients: number): void {
    this.#clients = Array.from({ length: clients }, () => this.#client());
  }

  /** How many answers there have been. */
  get answers(): number {
    return this.#steps.length;
  }

  /** Invoices that nobody else presents. */
  get sequence(): Sequence {
    return this.#sequence;
  }

  /** One more submission, of a drill's own, whose answer is checked like the others. */
  async submit(act: Act): Promise<Settled> {
    const settled = await settle(act);
    this.#steps.push(settled);
    return settled;
  }

  /** Takes note of what a drill has done at the ledger itself. */
  note(event: LedgerEvent): void {
    this.#direct.push(event);
  }

  /** Begins no more stories, and waits for the ends of those that were begun. */
  async stop(): Promise<LoadResult> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    return { stories: this.#stories, steps: this.#steps, direct: this.#direct, wrong: this.#wrong };
  }

  /** Never rejects. */
  async #client(): Promise<void> {
    while (!this.#stopped) {
      try {
        this.#stories.push(await tell(this.#actors, this.#sequence, () => undefined, this.#steps));
      } catch (error) {
        this.#wrong.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
}
