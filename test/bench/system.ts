/** A whole system as `npm start` starts it, in a home of its own on ports of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { proportionalMiB, treeCpuSeconds, treeOf, usageOf } from './processes';

/** The project's folder; this file runs from test/dist/bench. */
export const ROOT = resolve(__dirname, '..', '..', '..');

export const PROGRAMS = ['gateway', 'network', 'chaincode'] as const;
export type Program = (typeof PROGRAMS)[number];

/** Memory in MiB: in all and by program, each page counted once; and the sum of the resident sizes. */
export type Memory = Readonly<{ total: number; resident: number; parts: Readonly<Record<string, number>> }>;

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;
const POLL_MS = 10;

const running = new Set<System>();
process.once('exit', () => {
  for (const system of running) system.killAll();
});

/** A new folder for a system's state. */
export function newHome(): string {
  return mkdtempSync(join(tmpdir(), 'onepledge-bench-'));
}

export class System {
  readonly home: string;
  readonly url: string;
  /** Seconds from the command to the first answer of /readyz that says ready. */
  readonly readySeconds: number;
  readonly #npm: ChildProcess;
  #members: readonly number[] = [];

  private constructor(home: string, url: string, npm: ChildProcess, readySeconds: number) {
    this.home = home;
    this.url = url;
    this.readySeconds = readySeconds;
    this.#npm = npm;
  }

  /**
   * Starts it and waits until it is ready.
   * @param environment added to this process's own
   * @throws Error when it is not ready in time; then it has been stopped.
   */
  static async start(home: string, environment: Readonly<Record<string, string>> = {}): Promise<System> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    mkdirSync(home, { recursive: true });
    const log = openSync(join(home, 'npm-start.log'), 'a');
    const started = performance.now();
    const npm = spawn('npm', ['start', '--', '--port', String(port)], {
      cwd: ROOT,
      env: { ...process.env, ...environment, ONEPLEDGE_HOME: home, ONEPLEDGE_PEER_PORTS: 'ephemeral' },
      stdio: ['ignore', log, log],
    });
    const system = new System(home, url, npm, 0);
    running.add(system);
    try {
      await untilReady(url, npm);
    } catch (error) {
      const output = readFileSync(join(home, 'npm-start.log'), 'utf8').split('\n').slice(-15).join('\n');
      await system.stop();
      throw new Error(`the system did not start:\n${output}`, { cause: error });
    }
    running.delete(system);
    const ready = new System(home, url, npm, (performance.now() - started) / 1000);
    running.add(ready);
    return ready;
  }

  /** Its processes, npm's included: memory in MiB, each page counted once, and resident, where pages that processes share count in each. */
  memory(): Memory {
    const all = treeOf(this.#pid);
    const sum = (of: (pid: number) => number): number => all.reduce((total, { pid }) => total + of(pid), 0);
    const total = sum(proportionalMiB);
    const programs = Object.entries(this.#programs()).map(([name, pid]) => [name, proportionalMiB(pid)] as const);
    const others = total - programs.reduce((rest, [, mib]) => rest + mib, 0);
    return {
      total,
      resident: all.reduce((rest, { rssMiB }) => rest + rssMiB, 0),
      parts: { ...Object.fromEntries(programs), 'npm and supervisor': others },
    };
  }

  /** Seconds of processor time that all its processes, npm's included, have used so far. */
  totalCpuSeconds(): number {
    return treeCpuSeconds(this.#pid);
  }

  /** Seconds of processor time that each program has used so far. */
  cpuSeconds(): Readonly<Record<Program, number>> {
    const pids = this.#programs();
    const of = (name: Program): number => usageOf(pids[name])?.cpuSeconds ?? Number.NaN;
    return { gateway: of('gateway'), network: of('network'), chaincode: of('chaincode') };
  }

  /** The gateway's metrics in Prometheus' text form. */
  async metrics(): Promise<string> {
    const response = await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(5_000) });
    return response.text();
  }

  /** A token of the demo issuer. */
  async token(member: string, more: Readonly<{ roles?: readonly string[] }> = {}): Promise<string> {
    const name: string = '@onepledge/gateway/demo-issuer';
    const issuer = (await import(name)) as {
      issueToken: (home: string, claims: { member: string; roles?: readonly string[] }) => Promise<string>;
    };
    return issuer.issueToken(this.home, { member, ...more });
  }

  /** Stops it as Ctrl-C would, and leaves its home. */
  async stop(): Promise<void> {
    this.#members = treeOf(this.#pid).map(({ pid }) => pid);
    if (this.#npm.exitCode === null && this.#npm.signalCode === null) {
      const gone = once(this.#npm, 'exit');
      // To the supervisor itself: npm's shell would die of the signal and not pass it on.
      process.kill(this.#supervisor(), 'SIGTERM');
      await Promise.race([gone, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
    }
    const deadline = Date.now() + STOP_WITHIN_MS;
    while (this.#members.some((pid) => usageOf(pid) !== undefined) && Date.now() < deadline) await sleep(POLL_MS);
    this.killAll();
    running.delete(this);
  }

  /** Stops it and removes its home. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Ends whatever of it still lives, at once. */
  killAll(): void {
    for (const pid of new Set([...this.#members, ...treeOf(this.#pid).map((member) => member.pid)])) {
      if (usageOf(pid) === undefined) continue;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  get #pid(): number {
    return this.#npm.pid ?? -1;
  }

  #supervisor(): number {
    try {
      const text = readFileSync(join(this.home, 'run', 'state.json'), 'utf8');
      return (JSON.parse(text) as { supervisor: { pid: number } }).supervisor.pid;
    } catch {
      return this.#pid;
    }
  }

  #programs(): Readonly<Record<Program, number>> {
    const text = readFileSync(join(this.home, 'run', 'state.json'), 'utf8');
    const { processes } = JSON.parse(text) as { processes: readonly { name: string; pid: number }[] };
    const pidOf = (program: Program): number => processes.find(({ name }) => name === program)?.pid ?? -1;
    return { gateway: pidOf('gateway'), network: pidOf('network'), chaincode: pidOf('chaincode') };
  }
}

async function untilReady(url: string, npm: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (npm.exitCode !== null) throw new Error(`npm start ended with code ${npm.exitCode}`);
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // Nothing listens yet.
    }
    if (Date.now() > deadline) throw new Error(`not ready after ${READY_WITHIN_MS / 1000} s`);
    await sleep(POLL_MS);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
