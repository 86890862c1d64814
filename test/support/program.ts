/** One program of a system under test: started, killed, started again; it ends with this process, however that ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root';

// Ends the program when the other end of its standard input is closed, also by `kill -9` of this process.
const LIFELINE = join(ROOT, 'scripts', 'dist', 'network', 'lifeline.js');
// Longer than the programs themselves wait for what is under way.
const KILL_AFTER_MS = 15_000;

export type ProgramOptions = Readonly<{
  name: string;
  /** JavaScript file, relative to the project. */
  file: string;
  environment: Readonly<Record<string, string>>;
  logFile: string;
  /** Arguments of node before the file, such as those of a profiler. */
  nodeArguments?: readonly string[];
  /** Runs before every start. */
  beforeStart?: () => void;
}>;

export class Program {
  readonly name: string;
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();
  #expected = false;
  #crash: string | undefined;

  constructor(options: ProgramOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** The process's id. @throws Error when it does not run. */
  get pid(): number {
    const pid = this.#running()?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  /** How it ended without having been asked to; undefined when it never did. */
  get crash(): string | undefined {
    return this.#crash;
  }

  /** Starts it; what it needs of others it waits for by itself. */
  start(): void {
    if (this.#running() !== undefined) throw new Error(`${this.name} runs already`);
    const { file, environment, logFile, nodeArguments = [], beforeStart } = this.#options;
    const path = join(ROOT, file);
    if (!existsSync(path)) throw new Error(`${file} is not built: npm run build`);
    beforeStart?.();
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [...nodeArguments, '-r', LIFELINE, path], {
      // Nothing of the caller's own configuration reaches the system.
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...environment },
      stdio: ['pipe', log, log],
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    this.#expected = false;
    child.stdin?.on('error', () => undefined);
    this.#gone = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#crash = error.message;
        resolve();
      });
      child.once('exit', (code, signal) => {
        if (!this.#expected) this.#crash = `${this.name} ended by itself: ${signal ?? `code ${code ?? 0}`}`;
        resolve();
      });
    });
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#expected = true;
    this.#running()?.kill('SIGKILL');
    await this.#gone;
  }

  /** SIGTERM, and SIGKILL when it does not listen. @returns the exit code, null when it had to be killed. */
  async stop(): Promise<number | null> {
    const child = this.#running();
    this.#expected = true;
    if (child === undefined) return this.#child?.exitCode ?? null;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await this.#gone;
    clearTimeout(timer);
    return child.exitCode;
  }

  /** Waits until it ends by itself, as it is expected to. @returns the exit code @throws Error when it does not in time */
  async ended(withinMs = 30_000): Promise<number | null> {
    this.#expected = true;
    const late = AbortSignal.timeout(withinMs);
    await Promise.race([this.#gone, once(late, 'abort')]);
    if (this.#running() !== undefined) throw new Error(`${this.name} has not ended within ${withinMs / 1000} s`);
    return this.#child?.exitCode ?? null;
  }

  /** The end of its log. */
  tail(lines = 30): string {
    const { logFile } = this.#options;
    if (!existsSync(logFile)) return '';
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  #running(): ChildProcess | undefined {
    const child = this.#child;
    return child === undefined || child.exitCode !== null || child.signalCode !== null ? undefined : child;
  }
}
