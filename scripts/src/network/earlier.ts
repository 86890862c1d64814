/** What an earlier run has left behind: a start goes on with it, and says so. */
import { existsSync } from 'node:fs';
import type { Output } from '../cli/output';
import { isAbandoned } from './claim';
import { isAlive } from './process-identity';
import { resetMark } from './reset-home';
import { NETWORK_STATE, readState } from './state';

/** Says what an earlier start, stop or reset did not end. */
export function announceEarlier(home: string, output: Output): void {
  for (const line of leftBehind(home)) output.note(`onepledge: ${line}`);
}

/** Whether an earlier run was killed: its programs may still be about to end. */
export function wasCutOff(home: string): boolean {
  const state = readState(home, NETWORK_STATE);
  return state === undefined ? isAbandoned(home) : !isAlive(state.supervisor);
}

function leftBehind(home: string): readonly string[] {
  if (existsSync(resetMark(home))) return ['an earlier "network reset" was cut off: it is finished now'];
  const state = readState(home, NETWORK_STATE);
  if (state === undefined || isAlive(state.supervisor)) return [];
  const running = state.processes.filter(isAlive).length;
  return [
    `the run of ${state.startedAt} was cut off${state.ready ? '' : ' before it was ready'}: going on with what is on disk`,
    ...(running === 0 ? [] : [`${running} of its programs still run: they are ended first`]),
  ];
}
