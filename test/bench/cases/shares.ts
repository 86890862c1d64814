/** Where the time of a registration goes: the gateway's stages, and the processor time of each process. */
import { figure, type Figure, type Section } from '../figure';
import type { LoadResult } from '../load';
import { number } from '../report';
import type { Stages } from '../stages';
import { median } from '../statistics';

/** One round of load with what the system says of it. */
export type Share = Readonly<{ result: LoadResult; stages: Stages; cpuSeconds: Readonly<Record<string, number>> }>;

type Rounds = ReadonlyMap<number, readonly Share[]>;
type Row = Readonly<{ name: string; unit: string; of: (share: Share) => number }>;

/** @param rounds the rounds by their number of clients */
export function sharesSection(rounds: Rounds): Section {
  const rows = rowsOf(rounds);
  const clients = [...rounds.keys()];
  const values = (row: Row, of: number): readonly number[] => (rounds.get(of) ?? []).map(row.of);
  const figures = clients.flatMap((of): Figure[] =>
    rows.map((row) => figure(`${row.name}, at ${of}`, row.unit, values(row, of))),
  );
  const head = ['median', 'unit', ...clients.map((of) => `${of} ${of === 1 ? 'client' : 'clients'}`)];
  const body = rows.map((row) => [row.name, row.unit, ...clients.map((of) => number(median(values(row, of))))]);
  return {
    title: 'Where the time of a registration goes',
    figures,
    table: [head, ...body],
    notes: [
      'Stages: mean time of one run of a stage in the gateway, which carries a whole group, and its part of the sum of all stages. Processor: what each process used, for one registration.',
    ],
  };
}

function rowsOf(rounds: Rounds): readonly Row[] {
  const all = [...rounds.values()].flat();
  const stages = [...new Set(all.flatMap((share) => [...share.stages.stages.keys()]))];
  const processes = [...new Set(all.flatMap(({ cpuSeconds }) => Object.keys(cpuSeconds)))];
  const total = (share: Share): number => stages.reduce((sum, name) => sum + stageTime(share, name), 0);
  const used = ({ cpuSeconds, result }: Share, name: string): number => ((cpuSeconds[name] ?? 0) / result.done) * 1000;
  return [
    ...stages.flatMap((name): Row[] => [
      { name: `stage ${name}`, unit: 'ms', of: (share) => stageTime(share, name) },
      { name: `stage ${name}, share`, unit: '%', of: (share) => (stageTime(share, name) / total(share)) * 100 },
    ]),
    { name: 'group', unit: 'commands', of: ({ stages: { groups } }) => groups.commands / groups.times },
    ...processes.map((name): Row => ({ name: `processor, ${name}`, unit: 'ms', of: (share) => used(share, name) })),
    {
      name: 'processor, all',
      unit: 'ms',
      of: (share) => processes.reduce((sum, name) => sum + used(share, name), 0),
    },
  ];
}

/** Mean milliseconds of one run of a stage. */
function stageTime({ stages }: Share, name: string): number {
  const stage = stages.stages.get(name);
  return stage === undefined ? 0 : (stage.seconds / stage.times) * 1000;
}
