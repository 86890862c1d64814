/** Whether the gateway can do its work now, and if not, why. */

/** A part that can be asked: resolves when it works, rejects with the reason when it does not. */
export type Check = () => Promise<void>;

export type Report = Readonly<{ ready: boolean; checks: Readonly<Record<string, string>> }>;

export class Readiness {
  readonly #checks = new Map<string, Check>();
  readonly #deadline: number;

  /** @param deadline milliseconds that one check may take */
  constructor(deadline: number) {
    this.#deadline = deadline;
  }

  add(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  /** Asks all parts at once. */
  async report(): Promise<Report> {
    const states = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await this.#state(check)] as const),
    );
    return { ready: states.every(([, state]) => state === 'ok'), checks: Object.fromEntries(states) };
  }

  async #state(check: Check): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, this.#deadline, new Error(`no answer within ${this.#deadline} ms`));
    });
    try {
      await Promise.race([check(), late]);
      return 'ok';
    } catch (error) {
      return error instanceof Error ? error.message : 'failed';
    } finally {
      clearTimeout(timer);
    }
  }
}
