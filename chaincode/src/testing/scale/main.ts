/** `npm run simulate`: the consortium's registrations and claims over 1, 4 and 16 channels. */
import { parseArgs } from 'node:util';
import { type Figures, simulate } from './simulation';

const USAGE = `usage: main.js [--registrations n] [--channels n,n,…] [--seed n] [--json]
  --registrations how many, 10000 when left out
  --channels      over how many channels, each in a run of its own; 1,4,16 when left out
  --seed          whole number; a random one when left out
`;

function whole(text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : Number.NaN;
}

function main(): number {
  const { values } = parseArgs({
    options: {
      registrations: { type: 'string', default: '10000' },
      channels: { type: 'string', default: '1,4,16' },
      seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 255)) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const registrations = whole(values.registrations);
  const seed = whole(values.seed);
  const channels = values.channels.split(',').map(whole);
  if (values.help || [registrations, seed, ...channels].some(Number.isNaN)) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const runs = channels.map((count) => {
    const started = performance.now();
    const figures = simulate(count, registrations, seed);
    process.stderr.write(`${count} channels: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    return figures;
  });
  const report = { seed, registrations, runs };
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `seed ${seed}\n\n${table(runs)}`);
  return 0;
}

const ROWS: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['assets registered', ({ registered }) => String(registered)],
  ['documents presented again, all refused', ({ refused }) => String(refused)],
  ['duels of two banks / claims that stand', ({ duels, claims }) => `${duels} / ${claims}`],
  ['registrations in one channel', ({ inOneChannel }) => percent(inOneChannel)],
  ['the same if each token were routed by itself', ({ inOneChannelByToken }) => percent(inOneChannelByToken)],
  [
    'gateways that ended half-way / reservations that others ended',
    ({ crashed, recovered }) => `${crashed} / ${recovered}`,
  ],
  ['acts a channel, mean', ({ acts }) => mean(acts).toFixed(0)],
  ['acts of the busiest channel', ({ acts }) => String(Math.max(...acts))],
  ['load level (max/mean)', ({ acts }) => (Math.max(...acts) / mean(acts)).toFixed(2)],
  ['acts for each asset', ({ acts, registered }) => (sum(acts) / registered).toFixed(2)],
];

function table(runs: readonly Figures[]): string {
  const rows = [
    ['', ...runs.map(({ channels }) => (channels === 1 ? '1 channel' : `${channels} channels`))],
    ...ROWS.map(([name, show]) => [name, ...runs.map(show)]),
  ];
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...others] = rows;
  return `${[line(head), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n')}\n`;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

process.exitCode = main();
