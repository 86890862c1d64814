/** Starts programs, keeps them running, says when the gateway is ready, and stops them all. */
import { unwatchFile, watchFile } from 'node:fs';
import { UserError } from '../cli/errors';
import { logFile } from './home';
import { rotate, tail } from './logs';
import { ManagedProcess, type ProgramSpec, RESTART, type RestartPolicy } from './managed-process';
import { askReady, type Readiness, waitUntilReady } from './readiness';
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
  /** Asked instead of the gateway, where readiness is something else. */
  isReady?: () => Promise<Readiness>;
  note: (line: string) => void;
  restart?: RestartPolicy;
  /** Where programs come and go while it runs. */
  changing?: ChangingPrograms;
}>;

/** All programs that are to run, told anew whenever a file has changed. */
export type ChangingPrograms = Readonly<{ file: string; programs: () => Promise<readonly ProgramSpec[]> }>;

const LOOK_MS = 300;

/** One set of programs under supervision. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #processes: readonly ManagedProcess[];
  readonly #startedAt = new Date().toISOString();
  readonly #stopped = new AbortController();
  #ready = false;
  #changing: Promise<void> = Promise.resolve();
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
    const { gateway, readyWithinMs, isReady = () => askReady(gateway) } = this.#options;
    for (const managed of this.#processes) {
      rotate(managed.log);
      managed.start();
    }
    try {
      const answer = await Promise.race([waitUntilReady(isReady, readyWithinMs, this.#stopped.signal), this.#failure]);
      if (this.#stopped.signal.aborted) return;
      if (!answer.ready) throw this.#notReady(answer.why);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#ready = true;
    this.#publish();
    this.#watch();
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
    const { changing } = this.#options;
    if (changing !== undefined) unwatchFile(changing.file);
    await this.#changing;
    const [last, ...others] = [...this.#processes].reverse();
    await last?.stop();
    await Promise.all(others.map((managed) => managed.stop()));
    removeState(this.#options.home, this.#options.stateFile);
  }

  #watch(): void {
    const { changing, note } = this.#options;
    if (changing === undefined) return;
    watchFile(changing.file, { interval: LOOK_MS }, () => {
      this.#changing = this.#changing
        .then(async () => this.#change(await changing.programs()))
        .catch((error: unknown) => {
          note(`${changing.file}: ${error instanceof Error ? error.message : String(error)}`);
        });
    });
  }

  /** Starts what is new and stops what is not wanted any more; the last program stays the last. */
  async #change(wanted: readonly ProgramSpec[]): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const gone = this.#processes.filter(({ spec }) => wanted.every(({ name }) => name !== spec.name));
    const added = wanted
      .filter(({ name }) => this.#processes.every(({ spec }) => spec.name !== name))
      .map((spec) => this.#manage(spec));
    const kept = this.#processes.filter((managed) => !gone.includes(managed));
    this.#processes = [...kept.slice(0, -1), ...added, ...kept.slice(-1)];
    for (const managed of added) {
      rotate(managed.log);
      managed.start();
    }
    await Promise.all(gone.map((managed) => managed.stop()));
    for (const { spec } of added) this.#options.note(`${spec.name} started`);
    for (const { spec } of gone) this.#options.note(`${spec.name} stopped`);
    this.#publish();
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
      onRefusal: () => {
        this.#failed(refusalIn(log, spec.name));
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

/** What a program has said that refused to work: the last lines of its log, from the one with the code on. */
function refusalIn(log: string, name: string): UserError {
  const text = tail(log, 20).join('\n');
  const [, code = 'NOT_POSSIBLE', detail = `${name} cannot start: see ${log}`] =
    /^([A-Z][A-Z_]+): ((?:(?!^\{|^[A-Z][A-Z_]+: )[^])*)$(?![^])/m.exec(text) ?? [];
  return new UserError(detail, { code });
}
