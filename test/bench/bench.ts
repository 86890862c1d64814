/** What every case of the benchmark is given. */
import type { Section } from './figure';
import type { LoadProcess } from './load-process';

export type Plan = Readonly<{
  /** Rounds of each figure. */
  rounds: number;
  /** Seconds of each round of load. */
  seconds: number;
  /** Seconds of load before the first round: in the first ten thousand requests a tenth of the processor goes into optimizing functions. */
  warmUpSeconds: number;
  /** Documents of one import. */
  documents: number;
  /** Receivables on the two ledgers whose duplicate checks are compared. */
  ledgers: Readonly<{ small: number; large: number }>;
  /** Keys of the states that are compared, the smallest first. */
  keys: readonly number[];
  /** Reads of one measurement on a store. */
  stateReads: number;
}>;

export const FULL: Plan = {
  ...{ rounds: 5, seconds: 5, warmUpSeconds: 20, documents: 2_000, ledgers: { small: 10_000, large: 1_000_000 } },
  ...{ keys: [10_000, 1_000_000, 10_000_000], stateReads: 20_000 },
};
export const QUICK: Plan = {
  ...{ rounds: 2, seconds: 1, warmUpSeconds: 1, documents: 500, ledgers: { small: 500, large: 5_000 } },
  ...{ keys: [1_000, 10_000, 100_000], stateReads: 5_000 },
};

export type Bench = Readonly<{
  plan: Plan;
  load: LoadProcess;
  /** Serial numbers that nobody has used; `count` is the most that will be needed. */
  serials: (count: number) => number;
  /** Says on stderr what goes on. */
  note: (line: string) => void;
}>;

export type Case = Readonly<{ name: string; run: (bench: Bench) => Promise<readonly Section[]> }>;

// Beyond the serials of prefilled ledgers and of the samples of XML documents.
const FIRST_SERIAL = 1_000_000_000;

/** Hands out serial numbers, each once. */
export function serialSource(): (count: number) => number {
  let next = FIRST_SERIAL;
  return (count) => {
    const first = next;
    next += count;
    return first;
  };
}
