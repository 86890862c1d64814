/** Memory of all processes of `npm start`. */
import { figure, type Section } from '../figure';
import type { Memory, System } from '../system';

/** 500 MB. */
const MOST_MIB = Math.floor(500e6 / 2 ** 20);

export type MemoryReading = Readonly<{ when: string; memory: Memory }>;

/** Reads the memory as it is now. */
export function readMemory(when: string, system: System): MemoryReading {
  return { when, memory: system.memory() };
}

/** @param registrations how many were made between the readings */
export function memorySection(readings: readonly MemoryReading[], registrations: number): Section {
  return {
    title: 'Memory: all processes of `npm start` with npm and the supervisor',
    figures: readings.flatMap(({ when, memory }) => [
      figure(`${when}: all`, 'MiB', [memory.total], { atMost: MOST_MIB }),
      ...Object.entries(memory.parts).map(([name, mib]) => figure(`${when}: ${name}`, 'MiB', [mib])),
      figure(`${when}: sum of the resident sizes`, 'MiB', [memory.resident]),
    ]),
    notes: [
      `Between the two: ${registrations} registrations, and the reads.`,
      'Proportional set sizes: a page that processes share, such as the program of Node itself, counts once. The sum of the resident sizes counts it in each.',
    ],
  };
}
