/** Logs of the processes: a new file at each start, the last few kept. */
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const KEPT = 3;

/** Moves the log of the last run to `<file>.1`, that one to `.2`, and so on. */
export function rotate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  for (let number = KEPT; number > 0; number -= 1) {
    const from = number === 1 ? file : `${file}.${number - 1}`;
    if (existsSync(from)) renameSync(from, `${file}.${number}`);
  }
}

/** Opens a log to be added to, for its owner alone. @returns the file descriptor */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return openSync(file, 'a', 0o600);
}

const TAIL_BYTES = 8_192;

/** The last lines of a log, empty when there is none. */
export function tail(file: string, lines: number): readonly string[] {
  if (!existsSync(file)) return [];
  const { size } = statSync(file);
  const length = Math.min(size, TAIL_BYTES);
  const buffer = Buffer.alloc(length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, buffer, 0, length, size - length);
  } finally {
    closeSync(descriptor);
  }
  return buffer.toString('utf8').trimEnd().split('\n').slice(-lines);
}
