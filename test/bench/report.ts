/** The report as a Markdown table, which can be read in a terminal as well. */
import { type Figure, isMet, type Section } from './figure';
import type { Machine } from './machine';
import { median } from './statistics';

export type Report = Readonly<{ date: string; quick: boolean; machine: Machine; sections: readonly Section[] }>;

const COLUMNS = ['figure', 'median', 'min – max', 'rounds', 'unit', 'target', ''];

/** The whole report. */
export function formatReport({ date, quick, machine, sections }: Report): string {
  const mode = quick ? ' (quick: short rounds, a small ledger; not for quoting)' : '';
  const lines = [
    `Run of ${date}${mode}`,
    `Machine: ${machine.cores} cores ${machine.model}, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}; load average before: ${machine.loadBefore}`,
  ];
  for (const { title, figures, table: rows = [COLUMNS, ...figures.map(cells)], notes = [] } of sections) {
    lines.push('', `## ${title}`, '', ...table(rows));
    if (notes.length > 0) lines.push('', ...notes);
  }
  return `${lines.join('\n')}\n`;
}

function cells(figure: Figure): readonly string[] {
  const { name, rounds, unit, target } = figure;
  const met = isMet(figure);
  return [
    name,
    number(median(rounds)),
    rounds.length < 2 ? '' : `${number(Math.min(...rounds))} – ${number(Math.max(...rounds))}`,
    String(rounds.length),
    unit,
    target === undefined ? '' : 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`,
    met === undefined ? '' : met ? 'met' : 'NOT MET',
  ];
}

/** A number with about three digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Lines of a Markdown table; the first row is its head. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const head = rows[0] ?? [];
  const widths = head.map((_, i) => Math.max(3, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, i) => (row[i] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...others] = rows;
  return [line(first), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...others.map(line)];
}
