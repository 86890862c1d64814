/** The few statistics that figures are quoted with. */

/** The value below which the share `q` (0 to 1) of the values lies; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The ratios of values that were measured in pairs, one after the other. */
export function pairRatios(numerators: readonly number[], denominators: readonly number[]): readonly number[] {
  return numerators.flatMap((value, i) => {
    const other = denominators[i];
    return other === undefined ? [] : [value / other];
  });
}
