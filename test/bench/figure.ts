/** A figure of the benchmark: its rounds, and what it should be. */
import { median } from './statistics';

/** What the median has to reach. */
export type Target = Readonly<{ atMost: number }> | Readonly<{ atLeast: number }>;

export type Figure = Readonly<{
  name: string;
  unit: string;
  /** One a round. */
  rounds: readonly number[];
  target?: Target;
}>;

/** A part of the benchmark with its figures and what is to be said about how they came about. */
export type Section = Readonly<{
  title: string;
  figures: readonly Figure[];
  /** Shown to people in place of the figures, its first row being the head. */
  table?: readonly (readonly string[])[];
  notes?: readonly string[];
}>;

/** Whether the median reaches the target; undefined where there is none. */
export function isMet({ rounds, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  const value = median(rounds);
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

/** Makes a figure. */
export function figure(name: string, unit: string, rounds: readonly number[], target?: Target): Figure {
  return { name, unit, rounds, ...(target === undefined ? {} : { target }) };
}
