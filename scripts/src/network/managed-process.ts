/** A program that is kept running: started again when it ends, given up when it keeps ending. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { REFUSED } from '@onepledge/network/exit-code';
import { ROOT } from '../root';
import { openLog } from './logs';
import { identify, type ProcessId } from './process-identity';

export type ProgramSpec = Readonly<{
  name: string;
  /** JavaScript file. */
  file: string;
  /** Added to this process's own environment. */
  environment: Readonly<Record<string, string>>;
  /** By how many percent of what is in use the old generation grows before it is collected; absent: 40. */
  heapGrowth?: number;
  /** Runs before every start, such as to take a stale socket away. */
  beforeStart?: () => void;
  /** Runs when it has ended because it was asked to. */
  afterStop?: () => void;
}>;

export type RestartPolicy = Readonly<{
  firstDelayMs: number;
  maxDelayMs: number;
  /** This many ends within the time are a crash loop. */
  crashes: number;
  withinMs: number;
}>;

export const RESTART: RestartPolicy = { firstDelayMs: 200, maxDelayMs: 5_000, crashes: 5, withinMs: 30_000 };

type Events = Readonly<{
  /** It was started or has ended. */
  onChange: () => void;
  /** It ended without being asked to and will be started again. */
  onCrash: (how: string, delayMs: number) => void;
  onGiveUp: (how: string) => void;
  /** It has said that it cannot work as things are. */
  onRefusal: () => void;
}>;

// What the programs' heaps may grow to. The first is the MiB of each half of the young generation: with 16 they take 60 MiB more under load and are no
// faster; with 4 they take a tenth more of the processor, because requests under way are copied again and again. The other collects the old generation
// when it has grown by so many percent of what was in use: by default the gateway lets 100 MiB come together of which 35 are in use, and is no faster.
const HEAP = ['--max-semi-space-size=8', ...helpers(availableParallelism())];
const HEAP_GROWTH = 40;
// glibc gives free memory back to the system above 128 KiB, until it meets its first large block: from then on what compilers and the database used for
// a moment stays with the programs, some 50 MiB in the gateway. With both limits fixed it is given back as before; with less than 1 MiB the store's
// blocks would come fresh from the system each time, which costs a twentieth of all the work. Other C libraries do not read these.
const MALLOC = { MALLOC_TRIM_THRESHOLD_: '1048576', MALLOC_MMAP_THRESHOLD_: '1048576' };
const KILL_AFTER_MS = 10_000;
// As it was built, also when this file runs from source.
const LIFELINE = join(ROOT, 'scripts', 'dist', 'network', 'lifeline.js');

/**
 * Threads that help to collect garbage pay where cores are idle; where the programs share few, they cost an eighth of all the work. Without them one thread
 * that compiles is enough: each of four keeps what it once had for a moment, some 20 MiB in the gateway.
 */
function helpers(cores: number): readonly string[] {
  return cores < 4 ? ['--single-threaded-gc', '--v8-pool-size=1'] : [];
}

/** One program under supervision. */
export class ManagedProcess {
  readonly spec: ProgramSpec;
  readonly log: string;
  readonly #policy: RestartPolicy;
  readonly #events: Events;
  #child: ChildProcess | undefined;
  #id: ProcessId | undefined;
  #restarts = 0;
  #crashes: number[] = [];
  #restart: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(spec: ProgramSpec, log: string, events: Events, policy: RestartPolicy = RESTART) {
    this.spec = spec;
    this.log = log;
    this.#events = events;
    this.#policy = policy;
  }

  /** The running process, undefined between an end and the next start. */
  get id(): ProcessId | undefined {
    return this.#id;
  }

  get restarts(): number {
    return this.#restarts;
  }

  start(): void {
    this.spec.beforeStart?.();
    const log = openLog(this.log);
    const heapGrowth = `--heap-growing-percent=${this.spec.heapGrowth ?? HEAP_GROWTH}`;
    // A session of its own: Ctrl-C reaches the supervisor alone, which stops the programs in order.
    const child = spawn(process.execPath, [...HEAP, heapGrowth, '-r', LIFELINE, this.spec.file], {
      env: { ...MALLOC, ...process.env, ...this.spec.environment },
      stdio: ['pipe', log, log],
      detached: true,
      windowsHide: true,
    });
    closeSync(log);
    this.#child = child;
    this.#id = child.pid === undefined ? undefined : identify(child.pid);
    // Writing never happens; a broken pipe only says that the child is gone, which its exit says too.
    child.stdin?.on('error', () => undefined);
    let over = false;
    const ended = (how: string, refused = false): void => {
      if (over) return;
      over = true;
      this.#ended(how, refused);
    };
    child.once('error', (error) => {
      ended(`could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      ended(signal === null ? `ended with code ${code ?? 0}` : `was ended by ${signal}`, code === REFUSED);
    });
    this.#events.onChange();
  }

  /** Ends it: SIGTERM, and SIGKILL when it does not listen. Resolves when it is gone. */
  async stop(killAfterMs = KILL_AFTER_MS): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = new Promise<void>((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    await gone;
    clearTimeout(kill);
  }

  #ended(how: string, refused: boolean): void {
    this.#id = undefined;
    this.#events.onChange();
    if (this.#stopping) {
      this.spec.afterStop?.();
      return;
    }
    if (refused) {
      this.#events.onRefusal();
      return;
    }
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < this.#policy.withinMs), now];
    if (this.#crashes.length >= this.#policy.crashes) {
      this.#events.onGiveUp(how);
      return;
    }
    const delay = Math.min(this.#policy.firstDelayMs * 2 ** (this.#crashes.length - 1), this.#policy.maxDelayMs);
    this.#events.onCrash(how, delay);
    this.#restart = setTimeout(() => {
      this.#restarts += 1;
      this.start();
    }, delay);
  }
}
