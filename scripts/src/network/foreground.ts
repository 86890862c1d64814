/** Runs a supervisor in the foreground: until a signal, with exit code 0 after a clean stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../cli/errors';
import { isFree } from './ports';
import { onStopSignal } from './signals';
import { allStates } from './state';
import { signal } from './process-identity';
import { Supervisor, type SupervisorOptions } from './supervisor';

/**
 * Starts, calls `onReady`, and returns when it was stopped.
 * @throws UserError as the supervisor does
 */
export async function runInForeground(options: SupervisorOptions, onReady: () => void): Promise<void> {
  const supervisor = new Supervisor(options);
  const hurry = (): void => {
    const own = allStates(options.home).find(({ file }) => file === options.stateFile);
    for (const id of own?.state.processes ?? []) signal(id, 'SIGKILL');
    process.exit(130);
  };
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping = supervisor.stop();
  };
  const removeHandlers = onStopSignal(stop, hurry);
  try {
    await supervisor.start();
    if (stopping === undefined) onReady();
    await supervisor.untilStopped();
    await stopping;
  } finally {
    removeHandlers();
  }
}

/**
 * @param patienceMs how long to wait for it: a program of an earlier run may be about to end
 * @throws UserError when the port is taken
 */
export async function requireFreePort(port: number, host: string, otherwise: string, patienceMs = 0): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await isFree(port, host))) {
    if (performance.now() >= end) throw portInUse(port, otherwise);
    await sleep(100);
  }
}

function portInUse(port: number, otherwise: string): UserError {
  return new UserError(`port ${port} is in use: stop what listens there, or choose another: ${otherwise}`, {
    code: 'PORT_IN_USE',
  });
}

/** The URL at which a gateway that listens on a host is reached from this machine. */
export function gatewayUrl(host: string, port: number): string {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}
