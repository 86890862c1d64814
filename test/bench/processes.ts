/** Memory and processor time of a tree of processes, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export type ProcessUsage = Readonly<{ pid: number; parent: number; rssMiB: number; cpuSeconds: number }>;

// USER_HZ is 100 on every Linux that Node runs on.
const TICKS = 100;
const PAGE_MIB = 4096 / 2 ** 20;

/** One process; undefined when it has ended or the system has no /proc. */
export function usageOf(pid: number): ProcessUsage | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name, in brackets, may hold anything; what follows are numbers: state, ppid, … utime (12th), stime, … rss (22nd).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (index: number): number => Number(fields[index]);
  return { pid, parent: at(1), rssMiB: at(21) * PAGE_MIB, cpuSeconds: (at(11) + at(12)) / TICKS };
}

/**
 * Proportional set size in MiB: a process's own memory and its part of what it shares, so that a sum over processes counts every page once.
 * NaN when the process has ended or the system does not tell.
 */
export function proportionalMiB(pid: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** A process's memory in MiB: its own, and its part of what is mapped from files, which the system takes back when it needs it. */
export type ProcessMemory = Readonly<{ own: number; mapped: number }>;

/** NaN when the process has ended or the system does not tell. */
export function memoryOf(pid: number): ProcessMemory {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1024;
    return { own: of('Pss_Anon'), mapped: of('Pss_File') };
  } catch {
    return { own: Number.NaN, mapped: Number.NaN };
  }
}

/** Seconds of processor time that a process and all that descends from it have used so far. */
export function treeCpuSeconds(root: number): number {
  return treeOf(root).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/** A process with all that descends from it. */
export function treeOf(root: number): readonly ProcessUsage[] {
  const all = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => usageOf(Number(name)) ?? []);
  const members = all.filter(({ pid }) => pid === root);
  for (const member of members) members.push(...all.filter(({ parent }) => parent === member.pid));
  return members;
}
