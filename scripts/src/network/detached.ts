/** Starts the network in the background and waits until it is ready. */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../cli/context';
import { UserError } from '../cli/errors';
import { ROOT } from '../root';
import { logFile } from './home';
import { openLog, rotate, tail } from './logs';
import { NETWORK_STATE, readState } from './state';

const POLL_MS = 50;

/**
 * @param args of `network up`, which the background process runs
 * @throws UserError when it ended or was not ready in time
 */
export async function startDetached(context: Context, readyWithinMs: number, args: readonly string[]): Promise<void> {
  const { home, output } = context;
  const file = logFile(home, 'supervisor');
  rotate(file);
  const log = openLog(file);
  const bin = join(ROOT, 'scripts', 'bin', 'onepledge.mjs');
  const within = ['--ready-within', String(readyWithinMs / 1000)];
  const child = spawn(process.execPath, [bin, 'network', 'up', ...args, ...within], {
    env: { ...process.env, ONEPLEDGE_HOME: home },
    stdio: ['ignore', log, log],
    detached: true,
    windowsHide: true,
  });
  closeSync(log);
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code) => {
    failure = `it ended with code ${code ?? 'none'}`;
  });
  child.unref();
  // The supervisor has its own deadline, after which it ends with its reasons.
  const deadline = Date.now() + readyWithinMs + 15_000;
  for (;;) {
    const state = readState(home, NETWORK_STATE);
    if (state?.ready === true && state.supervisor.pid === child.pid) {
      const { gateway } = state;
      const text = `ready at ${gateway} (process ${child.pid}); "onepledge network down" stops it`;
      output.show({ ready: true, gateway, home, pid: child.pid }, () => text);
      return;
    }
    if (failure === undefined && Date.now() > deadline) failure = 'it was not ready in time';
    if (failure !== undefined) {
      const lines = tail(file, 20).map((line) => `\n  ${line}`);
      throw new UserError(`the network did not start: ${failure}${lines.join('')}`, { code: 'NOT_STARTED' });
    }
    await sleep(POLL_MS);
  }
}
