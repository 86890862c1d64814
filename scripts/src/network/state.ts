/** What runs in a home: `run/state.json` of the network, `run/gateway-<port>.json` of each further gateway. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from './home';
import { identify, isAlive, type ProcessId } from './process-identity';

export type ProcessState = ProcessId & Readonly<{ name: string; restarts: number }>;

/** `supervisor` starts the processes again when they end. `ready` once the gateway has said so. */
export type RunState = Readonly<{
  supervisor: ProcessId;
  gateway: string;
  ready: boolean;
  startedAt: string;
  processes: readonly ProcessState[];
}>;

export const NETWORK_STATE = 'state.json';

/** The state file of a further gateway. */
export function gatewayState(port: number): string {
  return `gateway-${port}.json`;
}

/** Writes a state file in one step. */
export function writeState(home: string, file: string, state: RunState): void {
  mkdirSync(runFolder(home), { recursive: true, mode: 0o700 });
  const path = join(runFolder(home), file);
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

/** A state file, undefined when there is none that can be read. */
export function readState(home: string, file: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(join(runFolder(home), file), 'utf8')) as RunState;
  } catch {
    return undefined;
  }
}

/** Takes a state file away, if it is this process's own. */
export function removeState(home: string, file: string): void {
  if (readState(home, file)?.supervisor.pid === process.pid) rmSync(join(runFolder(home), file), { force: true });
}

/** Every state file of a home, the network's first. */
export function allStates(home: string): readonly Readonly<{ file: string; state: RunState }>[] {
  let files: readonly string[];
  try {
    files = readdirSync(runFolder(home)).filter(
      (name) => name === NETWORK_STATE || /^gateway-[0-9]+\.json$/.test(name),
    );
  } catch {
    return [];
  }
  return [...files]
    .sort((a, b) => Number(b === NETWORK_STATE) - Number(a === NETWORK_STATE) || (a < b ? -1 : 1))
    .flatMap((file) => {
      const state = readState(home, file);
      return state === undefined ? [] : [{ file, state }];
    });
}

/** The processes of a state that still live; the supervisor first. */
export function living(state: RunState): readonly ProcessId[] {
  return [state.supervisor, ...state.processes].filter(isAlive);
}

/** This process, as the supervisor of a state. */
export function self(): ProcessId {
  return identify(process.pid);
}
