/** One submission, driven until its answer is final, through whatever breaks on the way. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Client, TransactionView } from '../support/client';

export type Act = Readonly<{
  client: Client;
  path: string;
  body: unknown;
  /** One key for all tries. */
  key: string;
}>;

/** What was asked, and what was answered to it at last. */
export type Settled = Act &
  Readonly<{
    answer: Answer;
    tries: number;
    /** When it was there, by performance.now(). */
    at: number;
  }>;

const DEADLINE_MS = 120_000;
const PAUSE_MS = 100;

/**
 * Submits until there is a final answer: again with the same key when the connection breaks or the gateway is not ready, and by asking
 * at Location or with the same key again when the outcome is not known yet.
 * @throws Error for an answer that the contract does not allow, or when there is no final one in time
 */
export async function settle(act: Act): Promise<Settled> {
  const { client, path, body, key } = act;
  const end = performance.now() + DEADLINE_MS;
  let why = '';
  for (let tries = 1; performance.now() < end; tries += 1) {
    try {
      const answer = await client.post(path, body, { key, prefer: 'wait=2', timeoutMs: 15_000 });
      if (answer.status === 202) await askedAt(client, answer, end);
      else if (answer.status !== 503) return { ...act, answer, tries, at: performance.now() };
      else if (answer.problem.code !== 'LEDGER_UNAVAILABLE') throw new UnexpectedAnswer(answer.toString());
      why = answer.toString();
    } catch (error) {
      if (error instanceof UnexpectedAnswer) throw error;
      why = String(error);
    }
    await sleep(PAUSE_MS);
  }
  throw new Error(`no final answer to ${path} under ${key}: ${why}`);
}

class UnexpectedAnswer extends Error {}

/** Follows Location while it says PENDING; returns when it is final or cannot be asked. */
async function askedAt(client: Client, answer: Answer, end: number): Promise<void> {
  const location = answer.headers['location'];
  if (location === undefined) throw new UnexpectedAnswer(`no Location: ${answer.toString()}`);
  while (performance.now() < end) {
    const asked = await client.get(location, { timeoutMs: 15_000 });
    if (asked.status >= 500) return;
    // What was once taken in must never be forgotten.
    if (asked.status !== 200) throw new UnexpectedAnswer(asked.toString());
    if (asked.json<TransactionView>().status !== 'PENDING') return;
    await sleep(PAUSE_MS);
  }
}
