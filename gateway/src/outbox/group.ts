/** How commands that wait are put together into one transaction. Pure. */
import type { Queued } from './intent';

export type GroupLimits = Readonly<{
  /** The most commands of a group. */
  commands: number;
  /** The most bytes of commands of a group; one command alone may have more. */
  bytes: number;
}>;

export type Cut = Readonly<{ group: readonly Queued[]; rest: readonly Queued[] }>;

/**
 * Takes the next group from the front of a queue. Two commands on one asset are never in one group, and those on one asset keep their
 * order; a command that lost races limits the size of the group that it is in.
 */
export function cutGroup(queue: readonly Queued[], limits: GroupLimits): Cut {
  const group: Queued[] = [];
  const rest: Queued[] = [];
  const assets = new Set<string>();
  let cap = limits.commands;
  let bytes = 0;
  for (const [i, item] of queue.entries()) {
    if (group.length >= cap) {
      rest.push(...queue.slice(i));
      break;
    }
    const taken = item.asset !== undefined && assets.has(item.asset);
    const fits = group.length === 0 || (group.length < item.cap && bytes + item.command.length <= limits.bytes);
    // Later ones on the same asset wait behind one that is left out.
    if (item.asset !== undefined) assets.add(item.asset);
    if (taken || !fits) {
      rest.push(item);
      continue;
    }
    group.push(item);
    bytes += item.command.length;
    cap = Math.min(cap, item.cap);
  }
  return { group, rest };
}

/**
 * Validation codes of transactions that others were faster than. An endorsement policy fails where another claimant came onto the asset, or a
 * claim was accepted on it in the same block: the policy of its key is another one since then, and that is checked before versions are.
 */
export const LOST_RACES: ReadonlySet<string> = new Set([
  'MVCC_READ_CONFLICT',
  'PHANTOM_READ_CONFLICT',
  'ENDORSEMENT_POLICY_FAILURE',
]);

/**
 * The commands of a group that lost a race, as they are tried again: at the second loss and later in groups of half the size,
 * so that the one command that collides ends up alone.
 */
export function afterLoss(group: readonly Queued[]): readonly Queued[] {
  const half = Math.max(1, Math.ceil(group.length / 2));
  return group.map((item) => ({ ...item, tries: item.tries + 1, cap: item.tries === 0 ? item.cap : half }));
}

/** The commands of a group that was refused as a whole, to be tried in halves. */
export function inHalves(group: readonly Queued[]): readonly Queued[] {
  const half = Math.max(1, Math.ceil(group.length / 2));
  return group.map((item) => ({ ...item, cap: Math.min(item.cap, half) }));
}

/**
 * Full jitter: a wait anywhere between nothing and an exponential bound, in milliseconds.
 * @param random in [0, 1)
 */
export function jitter(tries: number, random: number): number {
  return Math.floor(random * Math.min(1000, 10 * 2 ** tries));
}

/** The wait before the ledger is tried again after it could not be reached `failures` times, in milliseconds. */
export function backOff(failures: number, random: number): number {
  const bound = Math.min(5000, 100 * 2 ** Math.min(failures, 10));
  return Math.floor(bound / 2 + (random * bound) / 2);
}
