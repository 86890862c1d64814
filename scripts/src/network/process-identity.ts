/** Processes by id and start, as ids are given again to others. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../cli/errors';

/** `started` is empty where the system does not tell: then the id alone has to do. */
export type ProcessId = Readonly<{ pid: number; started: string }>;

/** The identity of a process that lives. */
export function identify(pid: number): ProcessId {
  return { pid, started: startOf(pid) ?? '' };
}

/** Whether that very process still lives. */
export function isAlive({ pid, started }: ProcessId): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  const now = startOf(pid);
  if (now === ZOMBIE) return false;
  return started === '' || now === undefined || now === started;
}

/** Sends a signal to that very process; false when it is gone. */
export function signal(id: ProcessId, name: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, name);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Waits for the end of processes. @returns those that still live after the time */
export async function waitForEnd(ids: readonly ProcessId[], timeoutMs: number): Promise<readonly ProcessId[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const alive = ids.filter(isAlive);
    if (alive.length === 0 || Date.now() > deadline) return alive;
    await sleep(25);
  }
}

/** Resident memory in bytes, undefined where the system does not tell. */
export function residentBytes(pid: number): number | undefined {
  try {
    if (process.platform === 'linux') {
      const [, kilobytes] = /^VmRSS:\s+([0-9]+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    }
    const text = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8', timeout: 2_000 });
    return Number(text.trim()) * 1024;
  } catch {
    return undefined;
  }
}

const ZOMBIE = 'zombie';

/** Linux: the start in clock ticks since boot (proc(5), stat, field 22); the name in field 2 may hold spaces. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return rest[0] === 'Z' ? ZOMBIE : rest[19];
  } catch {
    return undefined;
  }
}
