/** Starts programs, keeps them running, says when the gateway is ready, and stops them all. */
import { UserError } from '../cli/errors';
import { logFile } from './home';
import { rotate, tail } from './logs';
import { ManagedProcess, type ProgramSpec, RESTART, type RestartPolicy } from './managed-process';
import { waitUntilReady } from './readiness';
import { removeState, type RunState, self, writeState } from './state';

export type SupervisorOptions = Readonly<{
  home: string;
  /** Name of the state file below `run/`. */
  stateFile: string;
  /** In the order of starting; they are stopped in the opposite order, the last one first. */
  programs: readonly ProgramSpec[];
  /** The gateway's URL. */
  gateway: string;
  readyWithinMs: number;
  note: (line: string) => void;
  restart?: RestartPolicy;
}>;

/** One set of programs under supervision. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #processes: readonly ManagedProcess[];
  readonly #startedAt = new Date().toISOString();
  readonly #stopped = new AbortController();
  #ready = false;
  #failed: (error: Error) => void = () => undefined;
  readonly #failure: Promise<never>;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#failure = new Promise<never>((_, reject) => {
      this.#failed = reject;
    });
    // It is raced with what goes on; when nothing does, it must not end the process.
    this.#failure.catch(() => undefined);
    this.#processes = options.programs.map((spec) => this.#manage(spec));
  }

  /**
   * Starts all programs at once and waits until the gateway is ready.
   * @throws UserError when one keeps ending or it is not ready in time; then everything has been stopped.
   */
  async start(): Promise<void> {
    const { gateway, readyWithinMs } = this.#options;
    for (const managed of this.#processes) {
      rotate(managed.log);
      managed.start();
    }
    try {
      const answer = await Promise.race([waitUntilReady(gateway, readyWithinMs, this.#stopped.signal), this.#failure]);
      if (this.#stopped.signal.aborted) return;
      if (!answer.ready) throw this.#notReady(answer.why);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#ready = true;
    this.#publish();
  }

  /** Resolves when `stop` was called. @throws UserError when a program keeps ending; then everything has been stopped. */
  async untilStopped(): Promise<void> {
    const { signal } = this.#stopped;
    if (signal.aborted) return;
    try {
      await Promise.race([
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            resolve();
          });
        }),
        this.#failure,
      ]);
    } finally {
      await this.stop();
    }
  }

  /** Stops all: the last first, as it uses the others; those together. May be called again. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    const [last, ...others] = [...this.#processes].reverse();
    await last?.stop();
    await Promise.all(others.map((managed) => managed.stop()));
    removeState(this.#options.home, this.#options.stateFile);
  }

  #manage(spec: ProgramSpec): ManagedProcess {
    const { home, note, restart = RESTART } = this.#options;
    const log = logFile(home, spec.name);
    const events = {
      onChange: () => {
        this.#publish();
      },
      onCrash: (how: string, delayMs: number) => {
        note(`${spec.name} ${how}; starting it again in ${delayMs / 1000} s (log: ${log})`);
      },
      onGiveUp: (how: string) => {
        const times = `${restart.crashes} times within ${restart.withinMs / 1000} s`;
        const lines = tail(log, 8).map((line) => `\n  ${line}`);
        const message = `${spec.name} ${how}, ${times}: giving up. Its log: ${log}${lines.join('')}`;
        this.#failed(new UserError(message, { code: 'CRASH_LOOP' }));
      },
    };
    return new ManagedProcess(spec, log, events, restart);
  }

  #publish(): void {
    if (this.#stopped.signal.aborted) return;
    const processes = this.#processes.flatMap(({ id, spec, restarts }) =>
      id === undefined ? [] : [{ ...id, name: spec.name, restarts }],
    );
    const { home, stateFile, gateway } = this.#options;
    const state: RunState = { supervisor: self(), gateway, ready: this.#ready, startedAt: this.#startedAt, processes };
    writeState(home, stateFile, state);
  }

  #notReady(why: string): UserError {
    const { readyWithinMs } = this.#options;
    const logs = this.#processes.map(({ log }) => `\n  ${log}`).join('');
    return new UserError(`not ready after ${readyWithinMs / 1000} s: ${why}. The logs:${logs}`, { code: 'NOT_READY' });
  }
}
