/** Columns of text for people. */

// East Asian wide characters take two columns of a terminal (Unicode UAX 11, the blocks that occur in names).
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/gu;

/** The columns that a text takes in a terminal. */
export function width(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

/**
 * Rows under headings, each column as wide as its widest cell.
 * @returns the lines, joined; no white space at their ends
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one pair a line; pairs without a value are left out. */
export function fields(pairs: readonly (readonly [string, string | undefined])[]): string {
  const present = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const widest = Math.max(0, ...present.map(([name]) => width(name)));
  return present.map(([name, value]) => `${name}${' '.repeat(widest - width(name))}  ${value}`).join('\n');
}
