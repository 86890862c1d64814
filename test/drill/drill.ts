/** A drill: something is done to the system while it works, and what was answered is compared with the ledger afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import { check, type Verdict } from './check';
import { Load } from './load';
import type { World } from './world';

export interface Drill {
  /** For --only. */
  readonly name: string;
  readonly title: string;
  /** Does it, and undoes it where the next drill needs the system whole. @returns what was done, in words */
  readonly act: (world: World, load: Load) => Promise<string>;
}

export type DrillResult = Readonly<{ name: string; title: string; done: string; seconds: number }> & Verdict;

/** Clients at a time. */
const CLIENTS = 6;
const BEFORE_MS = 3_000;
const AFTER_MS = 5_000;

/** Holds a drill under load. @throws Error when what is to be done cannot be done */
export async function hold({ name, title, act }: Drill, world: World): Promise<DrillResult> {
  const from = await world.agreement();
  const load = await Load.of(world, `${name}-${process.pid}`);
  load.start(CLIENTS);
  const started = performance.now();
  const since = started + BEFORE_MS;
  const acting = sleep(BEFORE_MS).then(() => act(world, load));
  // Ends the clients, also when the drill failed.
  const acted = acting.then(() => sleep(AFTER_MS)).finally(() => load.stop());
  await acted;
  const done = await acting;
  const result = await load.stop();
  const to = await world.agreement();
  const auditor = await world.as('regulator');
  const verdict = await check(result, await world.ledger('regulator').events(from, to), since, auditor);
  return { name, title, done, seconds: (performance.now() - started) / 1000, ...verdict };
}
