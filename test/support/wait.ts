/** Waiting, always with a deadline. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until there is an answer.
 * @param what for the message
 * @throws Error when the deadline has passed
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  options: Readonly<{ withinMs?: number; everyMs?: number }> = {},
): Promise<T> {
  const { withinMs = 60_000, everyMs = 50 } = options;
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await sleep(everyMs);
  }
}
