/** Kills programs with -9 while work goes on, at points that a seed chooses, and starts them again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@onepledge/scripts/dist/samples';
import type { Program } from '../support/program';

export type Kill = Readonly<{ program: Program; afterSteps: number; pauseMs: number; downMs: number }>;

/**
 * Plans kills of all programs in turn, in an order by the seed, spread over the steps.
 * @param steps how many there will be in all
 */
export function planKills(programs: readonly Program[], kills: number, steps: number, random: Random): readonly Kill[] {
  const order: Program[] = [];
  while (order.length < kills) {
    const round = [...programs];
    while (round.length > 0) order.push(...round.splice(random.below(round.length), 1));
  }
  const share = steps / (kills + 1);
  return order.slice(0, kills).map((program, i) => ({
    program,
    afterSteps: Math.floor(share * (i + 0.5) + random.below(Math.max(1, Math.floor(share)))),
    pauseMs: random.below(40),
    downMs: random.below(500),
  }));
}

/** Counts steps, and kills when the time has come. */
export class Killer {
  readonly #plan: Kill[];
  readonly #running: Promise<void>[] = [];
  #steps = 0;
  #killed = 0;

  constructor(plan: readonly Kill[]) {
    this.#plan = [...plan].sort((a, b) => a.afterSteps - b.afterSteps);
  }

  get killed(): number {
    return this.#killed;
  }

  /** To be called at every step. */
  step(): void {
    this.#steps += 1;
    const [next] = this.#plan;
    if (next === undefined || next.afterSteps > this.#steps) return;
    this.#plan.shift();
    // One after the other, so that each finds its program running.
    const before = this.#running.at(-1) ?? Promise.resolve();
    this.#running.push(before.then(() => this.#kill(next)));
  }

  /** Resolves when all programs that were killed run again. */
  async done(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #kill({ program, pauseMs, downMs }: Kill): Promise<void> {
    await sleep(pauseMs);
    await program.kill();
    this.#killed += 1;
    process.stderr.write(`  killed ${program.name} at step ${this.#steps}\n`);
    await sleep(downMs);
    program.start();
  }
}
