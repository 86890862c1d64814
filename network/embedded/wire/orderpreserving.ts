/** Numbers as Fabric's ledger writes them into keys and versions: their bytes sort like them. */

/** The number's length in bytes, then its bytes without leading zeros. */
export function orderPreserving(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([bytes.length, ...bytes]);
}
