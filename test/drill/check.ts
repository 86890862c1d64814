/** Whether a ledger holds exactly what was answered: each 201 once, and nothing else. */
import { END } from '../crash/story';
import type { Settled } from '../crash/submission';
import type { Client, Receivable } from '../support/client';
import type { LoadResult } from './load';
import type { LedgerEvent } from './peer-ledger';

export interface Verdict {
  readonly answers: number;
  readonly refused: number;
  /** Answered with 201, and not on the ledger in the transaction and block of the answer. */
  readonly lost: number;
  /** On the ledger more often than it was answered: a second time, or in spite of a refusal. */
  readonly doubled: number;
  /** The longest time without any final answer, in milliseconds. */
  readonly longestPause: number;
  readonly wrong: readonly string[];
}

/**
 * Compares.
 * @param events what the ledger says that happened since the load began
 * @param auditor who may see all assets
 */
export async function check(
  load: LoadResult,
  events: readonly LedgerEvent[],
  since: number,
  auditor: Client,
): Promise<Verdict> {
  const wrong = [...load.wrong];
  const open = new Map<string, number>();
  for (const event of events) if (event.type !== MEMBERS_ENROLLED) count(open, keyOf(event), 1);
  for (const event of load.direct) count(open, keyOf(event), -1);
  let lost = 0;
  for (const step of load.steps) {
    if (step.answer.status !== 201) continue;
    const key = keyOf(eventOf(step));
    const left = open.get(key) ?? 0;
    if (left > 0) count(open, key, -1);
    else {
      lost += 1;
      wrong.push(`not on the ledger: ${key}`);
    }
  }
  const unanswered = [...open].filter(([, left]) => left > 0);
  for (const [key, left] of open) if (left < 0) wrong.push(`done and not on the ledger: ${key}`);
  for (const [key] of unanswered) wrong.push(`on the ledger and not answered: ${key}`);
  for (const { asset } of load.stories) {
    const now = await auditor.receivable(asset.id);
    if (!holdsEnd(now)) wrong.push(`not as its story ended: ${JSON.stringify(now)}`);
  }
  return {
    answers: load.steps.length,
    refused: load.steps.filter(({ answer }) => answer.status !== 201).length,
    lost,
    doubled: unanswered.reduce((sum, [, left]) => sum + left, 0),
    longestPause: longestPause(load.steps, since),
    wrong,
  };
}

/** The gateway's own act. */
const MEMBERS_ENROLLED = 'MEMBERS_ENROLLED';

const EVENTS: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/receivables$/, 'RECEIVABLE_REGISTERED'],
  [/^\/v1\/pledges$/, 'PLEDGE_PROPOSED'],
  [/\/acceptance$/, 'PLEDGE_ACCEPTED'],
  [/\/release$/, 'PLEDGE_RELEASED'],
  [/\/settlements$/, 'RECEIVABLE_SETTLED'],
];

function eventOf({ path, answer }: Settled): LedgerEvent {
  const type = EVENTS.find(([pattern]) => pattern.test(path))?.[1] ?? path;
  const { id, transaction } = answer.json<Receivable>();
  return { transactionId: transaction.id, block: transaction.block, type, id };
}

const keyOf = ({ type, id, transactionId, block }: LedgerEvent): string =>
  `${type} ${id} in ${transactionId} of block ${block}`;

function count(counts: Map<string, number>, key: string, change: number): void {
  counts.set(key, (counts.get(key) ?? 0) + change);
}

function holdsEnd(asset: object): boolean {
  return Object.entries(END).every(
    ([name, value]) => JSON.stringify((asset as Readonly<Record<string, unknown>>)[name]) === JSON.stringify(value),
  );
}

function longestPause(steps: readonly Settled[], since: number): number {
  const times = [since, ...steps.map(({ at }) => at).filter((at) => at > since)].sort((a, b) => a - b);
  return Math.max(0, ...times.slice(1).map((at, i) => at - (times[i] ?? at)));
}
