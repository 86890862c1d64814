/** Registrations with and without group commit, reads, where the time goes, and memory before and after, on one pair of systems. */
import type { Bench, Case } from '../bench';
import { figure, type Figure, type Section } from '../figure';
import type { LoadJob, LoadResult } from '../load';
import { readStages, stagesBetween } from '../stages';
import { newHome, PROGRAMS, System } from '../system';
import { memorySection, type MemoryReading, readMemory } from './memory';
import { sharesSection, type Share } from './shares';

const CLIENTS = [1, 16, 64] as const;
const TARGETS: Readonly<Record<string, Figure['target']>> = { '64': { atLeast: 600 } };
const P50_AT_ONE_CLIENT_MS = 60;
const READS_A_SECOND = 600;
const MOST_A_SECOND = 5_000;
const REST_MS = 5_000;

type Rounds = Map<number, LoadResult[]>;
type Under = Readonly<{ system: System; token: string; results: Rounds; shares: Map<number, Share[]> }>;

async function begin(environment: Readonly<Record<string, string>> = {}): Promise<Under> {
  const system = await System.start(newHome(), environment);
  return { system, token: await system.token('platform'), results: new Map(), shares: new Map() };
}

function registerJob(bench: Bench, { system, token }: Under, clients: number, seconds: number): LoadJob {
  const firstSerial = bench.serials(seconds * MOST_A_SECOND);
  return { url: system.url, token, clients, seconds, work: { kind: 'register', firstSerial } };
}

/** One round of registrations, with what the system says of where the time went. */
async function round(bench: Bench, under: Under, clients: number): Promise<void> {
  const { system, results, shares } = under;
  const before = { stages: readStages(await system.metrics()), cpu: system.cpuSeconds() };
  const result = await bench.load.run(registerJob(bench, under, clients, bench.plan.seconds));
  const after = { stages: readStages(await system.metrics()), cpu: system.cpuSeconds() };
  results.set(clients, [...(results.get(clients) ?? []), result]);
  const cpu = PROGRAMS.map((name) => [name, after.cpu[name] - before.cpu[name]] as const);
  const share = {
    result,
    stages: stagesBetween(before.stages, after.stages),
    cpuSeconds: Object.fromEntries([...cpu, ['load generator', result.cpuSeconds]]),
  };
  shares.set(clients, [...(shares.get(clients) ?? []), share]);
}

function registrationFigures({ results }: Under, targets: boolean): readonly Figure[] {
  return CLIENTS.flatMap((clients) => {
    const rounds = results.get(clients) ?? [];
    const of = (pick: (result: LoadResult) => number): readonly number[] => rounds.map(pick);
    const most = targets && clients === 1 ? { atMost: P50_AT_ONE_CLIENT_MS } : undefined;
    const who = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
    return [
      figure(
        `${who}: registrations`,
        '/s',
        of(({ perSecond }) => perSecond),
        targets ? TARGETS[clients] : undefined,
      ),
      figure(
        `${who}: p50`,
        'ms',
        of(({ p50 }) => p50),
        most,
      ),
      figure(
        `${who}: p95`,
        'ms',
        of(({ p95 }) => p95),
      ),
    ];
  });
}

async function reads(bench: Bench, under: Under): Promise<Section> {
  const { plan, load, note } = bench;
  const ids = [...under.results.values()].flat().flatMap((result) => result.ids);
  const figures: Figure[] = [];
  for (const clients of [1, 64]) {
    const rounds: LoadResult[] = [];
    for (let i = 0; i <= plan.rounds; i += 1) {
      note(`reads at ${clients}, ${i === 0 ? 'warm-up' : `round ${i}`}`);
      const { url } = under.system;
      const job = { url, token: under.token, clients, seconds: plan.seconds, work: { kind: 'read', ids } } as const;
      const result = await load.run(job);
      if (i > 0) rounds.push(result);
    }
    const who = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
    const target = clients === 64 ? { atLeast: READS_A_SECOND } : undefined;
    figures.push(
      figure(
        `${who}: reads of one receivable`,
        '/s',
        rounds.map(({ perSecond }) => perSecond),
        target,
      ),
      figure(
        `${who}: p50`,
        'ms',
        rounds.map(({ p50 }) => p50),
      ),
      figure(
        `${who}: p95`,
        'ms',
        rounds.map(({ p95 }) => p95),
      ),
    );
  }
  return { title: 'Reads through HTTP', figures, notes: ['Every read is an evaluation on the ledger.'] };
}

export const load: Case = {
  name: 'load',
  async run(bench) {
    const { plan, note } = bench;
    const grouped = await begin();
    const memory: MemoryReading[] = [];
    let alone: Under | undefined;
    try {
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      memory.push(readMemory('at rest after the start', grouped.system));
      alone = await begin({ ONEPLEDGE_GROUP_COMMIT: 'off' });
      for (const under of [grouped, alone]) {
        note(`warm-up, group commit ${under === grouped ? 'on' : 'off'}`);
        await bench.load.run(registerJob(bench, under, 64, bench.plan.warmUpSeconds));
      }
      for (let i = 1; i <= plan.rounds; i += 1) {
        for (const clients of CLIENTS) {
          for (const under of i % 2 === 0 ? [alone, grouped] : [grouped, alone]) {
            note(`registrations at ${clients}, round ${i}, group commit ${under === grouped ? 'on' : 'off'}`);
            await round(bench, under, clients);
          }
        }
      }
      const readSection = await reads(bench, grouped);
      memory.push(readMemory('right after the load', grouped.system));
      const total = [...grouped.results.values()].flat().reduce((sum, { done }) => sum + done, 0);
      return [
        {
          title: 'Registrations through HTTP, intent, endorsement by two organisations and commit',
          figures: registrationFigures(grouped, true),
        },
        { title: 'The same in the same run, group commit off', figures: registrationFigures(alone, false) },
        readSection,
        memorySection(memory, total),
        sharesSection(grouped.shares),
      ];
    } finally {
      await Promise.all([grouped.system.remove(), alone?.system.remove()]);
    }
  },
};
