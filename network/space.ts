/** Room on a disk. By itself, so that a start that only asks for room loads nothing else. */
import { statfsSync } from 'node:fs';

/**
 * @param folder that is there
 * @param least bytes that must be free where it is
 * @returns what is wrong, in one line; undefined when there is room
 */
export function lackOfSpace(folder: string, least: number): string | undefined {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= least) return undefined;
  const megabytes = (bytes: number): number => Math.floor(bytes / 1_048_576);
  return `no space: ${megabytes(free)} MB are free where ${folder} is, and ${megabytes(least)} MB are needed`;
}
