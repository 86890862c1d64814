/** One of Fabric's programs as a child process, which never outlives this one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface NodeProcessOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Added to PATH and HOME: nothing else of this process's environment reaches it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Told when it ends without having been asked to. */
  readonly onEnd: (error: Error) => void;
}

const STOP_WITHIN_MS = 10_000;

export class NodeProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #logFile: string;
  #stopping = false;

  /** Starts it. */
  constructor({ name, program, args, environment, logFile, onEnd }: NodeProcessOptions) {
    this.name = name;
    this.#logFile = logFile;
    const log = openSync(logFile, 'a', 0o600);
    this.#child = spawn(program, args, {
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
      stdio: ['ignore', log, log],
      // A group of its own: a signal from the terminal is for this process, which then stops it in order.
      detached: true,
    });
    closeSync(log);
    const dropGuard = this.#child.pid === undefined ? () => undefined : guard(this.#child.pid);
    this.#gone = new Promise((resolve) => {
      const ended = (how: string): void => {
        dropGuard();
        if (!this.#stopping) onEnd(new Error(`${name} ended by itself: ${how}\n${this.tail()}`));
        resolve();
      };
      this.#child.once('error', (error) => {
        ended(error.message);
      });
      this.#child.once('exit', (code, signal) => {
        ended(signal ?? `code ${code ?? 0}`);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** SIGTERM, and SIGKILL when it does not listen. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    // One that was paused would take no notice.
    this.#child.kill('SIGCONT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  /** The end of its log: of one that panicked the reason and what follows, as its stack may be long. */
  tail(most = 15): string {
    try {
      const lines = readFileSync(this.#logFile, 'utf8').trimEnd().split('\n');
      const panic = lines.findIndex((line) => line.startsWith('panic: '));
      return (panic === -1 ? lines.slice(-most) : lines.slice(panic, panic + most)).join('\n');
    } catch {
      return '';
    }
  }
}

/**
 * Ends the node when this process is gone, also by `kill -9`: the system closes the other end of the pipe.
 * @returns takes the guard away
 */
function guard(pid: number): () => void {
  const watch = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -9 "$0" 2>/dev/null', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => undefined);
  watch.stdin.on('error', () => undefined);
  watch.unref();
  return () => {
    watch.kill('SIGKILL');
  };
}
