/** Waiting for nodes that start: all waits of one start have one deadline, and end when it fails. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '@hyperledger/fabric-gateway';

const EVERY_MS = 100;

/** What was waited for has not come in time; with the last reason. */
export class LateError extends Error {
  override readonly name = 'LateError';
}

export class Patience {
  readonly #withinMs: number;
  readonly #end: number;
  readonly #given = new AbortController();

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
    this.#end = performance.now() + withinMs;
  }

  /** Ends all waiting. */
  giveUp(): void {
    this.#given.abort();
  }

  /**
   * Tries again and again until it works.
   * @param what for the message
   * @throws LateError when the time is over
   */
  async until<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const reason = reasonOf(error);
        if (this.#given.signal.aborted) throw new Error(`given up: ${what} (${reason})`, { cause: error });
        if (performance.now() > this.#end) {
          throw new LateError(`not within ${this.#withinMs / 1000} s: ${what} (${reason})`, { cause: error });
        }
        await sleep(EVERY_MS);
      }
    }
  }
}

/** With what the peers themselves said. */
function reasonOf(error: unknown): string {
  if (error instanceof GatewayError) return [error.message, ...error.details.map(({ message }) => message)].join('; ');
  return error instanceof Error ? error.message : String(error);
}
