import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../root';
import { withFolder } from '../testing/folder';
import { freePort } from './ports';
import { identify, isAlive, signal, waitForEnd } from './process-identity';
import { NETWORK_STATE, readState, type RunState } from './state';
import { Supervisor, type SupervisorOptions } from './supervisor';

const READY = `require('node:http').createServer((q, r) => r.end('{}')).listen(process.env.PORT, '127.0.0.1');`;
const IDLE = `setInterval(() => undefined, 1000);`;
const FAILING = `console.error('no such thing'); process.exit(3);`;
const RESTART = { firstDelayMs: 10, maxDelayMs: 20, crashes: 3, withinMs: 30_000 };

type Programs = Readonly<Record<string, string>>;

describe('a supervisor', () => {
  test('is ready when the gateway is, and says what runs', async () => {
    await withPrograms({ idle: IDLE, gateway: READY }, async (options) => {
      const supervisor = new Supervisor(options);
      await supervisor.start();
      const state = stateOf(options.home);
      expect(state).toMatchObject({ ready: true, gateway: options.gateway, supervisor: { pid: process.pid } });
      expect(state.processes.map(({ name }) => name)).toEqual(['idle', 'gateway']);
      await supervisor.stop();
      expect(state.processes.filter(isAlive)).toEqual([]);
      expect(readState(options.home, NETWORK_STATE)).toBeUndefined();
    });
  });

  test('starts again what was killed', async () => {
    await withPrograms({ idle: IDLE, gateway: READY }, async (options) => {
      const supervisor = new Supervisor(options);
      await supervisor.start();
      const [killed] = stateOf(options.home).processes;
      if (killed === undefined) throw new Error('nothing runs');
      signal(killed, 'SIGKILL');
      const again = await until(() =>
        stateOf(options.home).processes.find(({ name, restarts }) => name === 'idle' && restarts === 1),
      );
      expect(again.pid).not.toBe(killed.pid);
      expect(isAlive(again)).toBe(true);
      await supervisor.stop();
    });
  });

  test('tells what is to be tidied up once a program was stopped, and not when it ends by itself', async () => {
    await withPrograms({ idle: IDLE, gateway: READY }, async (options) => {
      let tidied = 0;
      const afterStop = (): void => {
        tidied += 1;
      };
      const programs = options.programs.map((spec) => (spec.name === 'idle' ? { ...spec, afterStop } : spec));
      const supervisor = new Supervisor({ ...options, programs });
      await supervisor.start();
      const [killed] = stateOf(options.home).processes;
      if (killed === undefined) throw new Error('nothing runs');
      signal(killed, 'SIGKILL');
      await until(() => stateOf(options.home).processes.find(({ restarts }) => restarts === 1));
      expect(tidied).toBe(0);
      await supervisor.stop();
      expect(tidied).toBe(1);
    });
  });

  test('gives up on what keeps ending, stops the rest and shows the end of its log', async () => {
    await withPrograms({ failing: FAILING, gateway: IDLE }, async (options) => {
      const notes: string[] = [];
      const supervisor = new Supervisor({ ...options, note: (line) => notes.push(line) });
      await expect(supervisor.start()).rejects.toThrow(/failing ended with code 3, 3 times .*\n {2}no such thing/);
      expect(notes).toHaveLength(2);
      expect(readState(options.home, NETWORK_STATE)).toBeUndefined();
    });
  });

  test('gives up when the gateway is not ready in time', async () => {
    await withPrograms({ gateway: IDLE }, async (options) => {
      const supervisor = new Supervisor({ ...options, readyWithinMs: 300 });
      await expect(supervisor.start()).rejects.toThrow(/^not ready after 0.3 s: nothing listens there yet/);
    });
  });

  test('that is stopped while it starts does not fail', async () => {
    await withPrograms({ gateway: IDLE }, async (options) => {
      const supervisor = new Supervisor(options);
      const started = supervisor.start();
      await supervisor.stop();
      await started;
      await supervisor.untilStopped();
    });
  });

  test('that is killed leaves no program behind', async () => {
    await withPrograms({ idle: IDLE, gateway: READY }, async ({ home, gateway, programs }) => {
      // Given a supervisor in a process of its own
      const module = join(ROOT, 'scripts', 'dist', 'network', 'supervisor.js');
      const options = JSON.stringify({ home, stateFile: NETWORK_STATE, gateway, programs, readyWithinMs: 20_000 });
      const code = `const { Supervisor } = require(${JSON.stringify(module)});
        const supervisor = new Supervisor({ ...${options}, note: () => undefined });
        supervisor.start().then(() => supervisor.untilStopped());`;
      const child = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
      const state = await until(() => {
        const found = readState(home, NETWORK_STATE);
        return found?.ready === true ? found : undefined;
      });
      // When
      child.kill('SIGKILL');
      // Then
      expect(await waitForEnd(state.processes, 15_000)).toEqual([]);
    });
  });
});

test('logs of earlier runs are kept', async () => {
  await withPrograms({ gateway: READY }, async (options) => {
    for (let run = 0; run < 2; run += 1) {
      const supervisor = new Supervisor(options);
      await supervisor.start();
      await supervisor.stop();
    }
    expect(existsSync(join(options.home, 'run', 'gateway.log.1'))).toBe(true);
    expect(readFileSync(join(options.home, 'run', 'gateway.log'), 'utf8')).toBe('');
  });
});

test('a process id that was given again is another process', () => {
  const own = identify(process.pid);
  expect(isAlive(own)).toBe(true);
  if (process.platform === 'linux') expect(isAlive({ ...own, started: '1' })).toBe(false);
});

async function withPrograms(programs: Programs, run: (options: SupervisorOptions) => Promise<void>): Promise<void> {
  await withFolder(async (home) => {
    const port = await freePort('127.0.0.1');
    const specs = Object.entries(programs).map(([name, code]) => {
      const file = join(home, `${name}.cjs`);
      writeFileSync(file, code);
      return { name, file, environment: { PORT: String(port) } };
    });
    const gateway = `http://127.0.0.1:${port}`;
    await run({
      home,
      stateFile: NETWORK_STATE,
      programs: specs,
      gateway,
      readyWithinMs: 20_000,
      note: () => undefined,
      restart: RESTART,
    });
  });
}

function stateOf(home: string): RunState {
  const state = readState(home, NETWORK_STATE);
  if (state === undefined) throw new Error('there is no state file');
  return state;
}

async function until<T>(find: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await sleep(20);
  }
}
