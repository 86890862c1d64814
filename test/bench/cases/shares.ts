/** Where the time of a registration goes: the gateway's stages, and the processor time of each process. */
import { figure, type Figure, type Section } from '../figure';
import type { LoadResult } from '../load';
import type { Stages } from '../stages';

/** One round of load with what the system says of it. */
export type Share = Readonly<{ result: LoadResult; stages: Stages; cpuSeconds: Readonly<Record<string, number>> }>;

/** @param rounds the rounds by their number of clients */
export function sharesSection(rounds: ReadonlyMap<number, readonly Share[]>): Section {
  return {
    title: 'Where the time goes',
    figures: [...rounds].flatMap(([clients, shares]) => [
      ...stageFigures(clients, shares),
      ...cpuFigures(clients, shares),
    ]),
    notes: [
      'Stages: mean time of one run of a stage in the gateway (one run carries a whole group), and its part of the time from the first insert to the answer.',
      'Processor: time that each process used, divided by the registrations of the round.',
    ],
  };
}

function stageFigures(clients: number, shares: readonly Share[]): readonly Figure[] {
  const names = new Set(shares.flatMap(({ stages }) => [...stages.stages.keys()]));
  return [...names].flatMap((name) => {
    const mean = ({ stages }: Share): number => {
      const stage = stages.stages.get(name);
      return stage === undefined ? 0 : (stage.seconds / stage.times) * 1000;
    };
    const all = (share: Share): number =>
      [...share.stages.stages.values()].reduce((sum, { seconds, times }) => sum + (seconds / times) * 1000, 0);
    return [
      figure(`${clients} clients, stage ${name}`, 'ms', shares.map(mean)),
      figure(
        `${clients} clients, stage ${name}, share`,
        '%',
        shares.map((share) => (mean(share) / all(share)) * 100),
      ),
    ];
  });
}

function cpuFigures(clients: number, shares: readonly Share[]): readonly Figure[] {
  const names = Object.keys(shares[0]?.cpuSeconds ?? {});
  const perRegistration = ({ cpuSeconds, result }: Share, name: string): number =>
    ((cpuSeconds[name] ?? 0) / result.done) * 1000;
  return [
    ...names.map((name) =>
      figure(
        `${clients} clients, processor a registration, ${name}`,
        'ms',
        shares.map((share) => perRegistration(share, name)),
      ),
    ),
    figure(
      `${clients} clients, processor a registration, all`,
      'ms',
      shares.map((share) => names.reduce((sum, name) => sum + perRegistration(share, name), 0)),
    ),
  ];
}
