/** Sizes for people. */

/** Whole mebibytes, rounded up. */
export function inMebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
