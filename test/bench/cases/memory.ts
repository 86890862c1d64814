/** Resident memory of all processes of `npm start`. */
import { figure, type Section } from '../figure';
import type { System } from '../system';

const MOST_MIB = 500;

export type MemoryReading = Readonly<{ when: string; total: number; parts: Readonly<Record<string, number>> }>;

/** Reads the memory as it is now. */
export function readMemory(when: string, system: System): MemoryReading {
  return { when, total: system.memoryMiB(), parts: system.memoryByProgram() };
}

/** @param registrations how many were made between the readings */
export function memorySection(readings: readonly MemoryReading[], registrations: number): Section {
  return {
    title: 'Memory: resident, all processes of `npm start` with npm and the supervisor',
    figures: readings.flatMap(({ when, total, parts }) => [
      figure(`${when}: all`, 'MiB', [total], { atMost: MOST_MIB }),
      ...Object.entries(parts).map(([name, rss]) => figure(`${when}: ${name}`, 'MiB', [rss])),
    ]),
    notes: [
      `Between the two: ${registrations} registrations, and the reads. Pages that processes share are counted in each of them.`,
    ],
  };
}
