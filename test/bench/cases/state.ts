/** The state at three sizes: how long a start takes, and what a point read costs. Neither must depend on the size. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BareNetwork, type Start } from '../bare-network';
import type { Bench, Case } from '../bench';
import { type Figure, figure, type Section } from '../figure';
import { keyOf } from '../keys';
import { prefill } from '../prefill-process';
import type { Reads, StateReads } from '../state-reads';
import { median, pairRatios, quantile } from '../statistics';
import { newHome } from '../system';
import { ledgerFolder } from '../written-blocks';

const START_SECONDS = 5;
const MOST_RATIO = 1.5;
/** A network in use reads keys that it has not read for long as well as such that it has just read. */
const HOT_KEYS = 1_000;
const WARM_UP_SECONDS = 2;

interface Filled {
  readonly network: BareNetwork;
  readonly keys: number;
  readonly prefillSeconds: number;
  readonly starts: Start[];
  readonly coldStarts: Start[];
  readonly direct: StateReads[];
  readonly coldDirect: StateReads[];
  readonly evaluated: Evaluated[];
  readonly evaluatedHot: Evaluated[];
}

/** Milliseconds of one evaluation, and of the network's processor time for it. */
type Evaluated = Readonly<{ p50: number; processor: number }>;

export const state: Case = {
  name: 'state',
  async run(bench) {
    const { plan, note } = bench;
    const filled: Filled[] = [];
    try {
      for (const keys of plan.keys) filled.push(await fill(keys, note));
      for (let round = 1; round <= plan.rounds; round += 1) {
        note(`state, round ${round}: starts and reads from the store`);
        for (const one of inTurn(filled, round)) await measureStore(one, plan.stateReads);
      }
      for (const { network } of filled) await network.start();
      await measureEvaluations(filled, bench);
      return sections(filled);
    } finally {
      for (const { network } of filled) await network.remove();
    }
  },
};

async function fill(keys: number, note: Bench['note']): Promise<Filled> {
  const network = await BareNetwork.prepare(newHome());
  try {
    // The first start founds the ledger: genesis, keys, the chaincode's definition.
    await network.start();
    await network.stop();
    note(`writing ${keys} keys`);
    const prefillSeconds = await prefill('prefill-keys', [network.home, String(keys)], 'keys', keys);
    note(`wrote them in ${prefillSeconds.toFixed(0)} s`);
    const results = { starts: [], coldStarts: [], direct: [], coldDirect: [], evaluated: [], evaluatedHot: [] };
    return { network, keys, prefillSeconds, ...results };
  } catch (error) {
    await network.remove();
    throw error;
  }
}

/** Every other round goes backwards, so that what changes with time is nobody's advantage. */
function inTurn<T>(all: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? [...all].reverse() : all;
}

async function measureStore(one: Filled, reads: number): Promise<void> {
  const directory = ledgerFolder(one.network.home);
  const started = async (): Promise<Start> => {
    const start = await one.network.start();
    await one.network.stop();
    return start;
  };
  forget(directory);
  one.coldStarts.push(await started());
  one.starts.push(await started());
  forget(directory);
  one.coldDirect.push(await readDirectly(directory, one.keys, reads));
  one.direct.push(await readDirectly(directory, one.keys, reads));
}

/** Has the system take a store's files out of its own cache, as if the machine had just been started. */
function forget(directory: string): void {
  for (const name of readdirSync(directory)) {
    execFileSync('dd', [`if=${join(directory, name)}`, 'iflag=nocache', 'count=0', 'status=none']);
  }
}

async function readDirectly(directory: string, keys: number, reads: number): Promise<StateReads> {
  const child = fork(join(__dirname, '..', 'state-reads.js'), [directory, String(keys), String(reads)], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [result] = await Promise.race([
    once(child, 'message') as Promise<[StateReads]>,
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`state-reads ended with ${String(code)}`))),
  ]);
  await once(child, 'exit');
  return result;
}

async function measureEvaluations(filled: readonly Filled[], { plan, note }: Bench): Promise<void> {
  const clients = new Map(await Promise.all(filled.map(async (one) => [one, await one.network.client()] as const)));
  const evaluate = async (one: Filled, among: number, seconds: number): Promise<Evaluated> => {
    const client = clients.get(one);
    const took: number[] = [];
    const before = one.network.processorSeconds();
    for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
      const asked = performance.now();
      await client?.read(keyOf(Math.floor(Math.random() * among), one.keys));
      took.push(performance.now() - asked);
    }
    const processor = ((one.network.processorSeconds() - before) * 1000) / took.length;
    return { p50: quantile(took, 0.5), processor };
  };
  try {
    for (const one of filled) await evaluate(one, one.keys, WARM_UP_SECONDS);
    for (let round = 1; round <= plan.rounds; round += 1) {
      note(`state, round ${round}: evaluations`);
      for (const one of inTurn(filled, round)) one.evaluated.push(await evaluate(one, one.keys, plan.seconds));
      for (const one of inTurn(filled, round)) one.evaluatedHot.push(await evaluate(one, HOT_KEYS, plan.seconds));
    }
  } finally {
    for (const client of clients.values()) client.close();
  }
}

function sections(filled: readonly Filled[]): readonly Section[] {
  const [small] = filled;
  const large = filled.at(-1);
  if (small === undefined || large === undefined) return [];
  const each = (what: string, unit: string, of: (one: Filled) => readonly number[]): Figure[] =>
    filled.map((one) => figure(`${what}, ${one.keys} keys`, unit, of(one)));
  const flat = (what: string, of: (one: Filled) => readonly number[]): Figure =>
    figure(`${what}, large to small`, '×', pairRatios(of(large), of(small)), { atMost: MOST_RATIO });
  const read = (what: string, of: (one: Filled) => readonly Reads[]): Figure[] => [
    ...each(`${what}: p50`, 'µs', (one) => of(one).map(({ p50 }) => p50)),
    ...each(`${what}: processor`, 'µs', (one) => of(one).map(({ processor }) => processor)),
  ];
  const started = (what: string, of: (one: Filled) => readonly Start[]): Figure[] => [
    ...filled.map((one) =>
      figure(
        `${what}, ${one.keys} keys`,
        's',
        of(one).map(({ seconds }) => seconds),
        { atMost: START_SECONDS },
      ),
    ),
    ...each(`${what}: processor`, 's', (one) => of(one).map(({ processorSeconds }) => processorSeconds)),
  ];
  const p50 = (evaluated: readonly Evaluated[]): readonly number[] => evaluated.map((one) => one.p50);
  return [
    {
      title: 'Start of the network by the size of the state',
      figures: [
        ...started('until it serves', ({ starts }) => starts),
        ...started('with nothing of the store in the system’s cache', ({ coldStarts }) => coldStarts),
        ...each('own memory when it serves', 'MiB', ({ starts }) => starts.map(({ memory }) => memory.own)),
        ...each('mapped from files when it serves', 'MiB', ({ starts }) => starts.map(({ memory }) => memory.mapped)),
        ...each('on disk', 'MiB', ({ network }) => [mebibytesOf(ledgerFolder(network.home))]),
        ...each('files of the store', '', ({ network }) => [readdirSync(ledgerFolder(network.home)).length]),
        ...each('writing it', 's', ({ prefillSeconds }) => [prefillSeconds]),
      ],
      notes: [
        'The network’s process alone, from its start to its connection file: peers, orderer and chaincode streams are ready. The chaincode runs already.',
        'The keys were written directly, by the network’s own ledger, as valid transactions of 500 keys, ten a block: blocks, state, history, index, commit hashes and height are what so many transactions leave; only signatures are missing.',
      ],
    },
    {
      title: 'Point reads by the size of the state',
      figures: [
        flat('Evaluate of any key: p50', ({ evaluated }) => p50(evaluated)),
        flat('Evaluate of a thousand keys: p50', ({ evaluatedHot }) => p50(evaluatedHot)),
        ...each('Evaluate of any key: p50', 'ms', ({ evaluated }) => p50(evaluated)),
        ...each('Evaluate of any key: processor of the network', 'ms', ({ evaluated }) =>
          evaluated.map(({ processor }) => processor),
        ),
        ...each('Evaluate of a thousand keys: p50', 'ms', ({ evaluatedHot }) => p50(evaluatedHot)),
        flat('ledger, any key: p50', ({ direct }) => direct.map(({ any }) => any.p50)),
        flat('ledger, a thousand keys: p50', ({ direct }) => direct.map(({ hot }) => hot.p50)),
        ...read('ledger, any key, store just opened', ({ direct }) => direct.map(({ first }) => first)),
        ...read('ledger, any key', ({ direct }) => direct.map(({ any }) => any)),
        ...read('ledger, a thousand keys', ({ direct }) => direct.map(({ hot }) => hot)),
        ...read('ledger, any key, nothing in the system’s cache', ({ coldDirect }) =>
          coldDirect.map(({ first }) => first),
        ),
        ...each('opening the ledger', 'ms', ({ direct }) => direct.map((one) => one.openMilliseconds)),
        ...each('own memory of the reader', 'MiB', ({ direct }) => [median(direct.map(({ memory }) => memory.own))]),
        ...each('mapped from files', 'MiB', ({ direct }) => [median(direct.map(({ memory }) => memory.mapped))]),
      ],
      notes: [
        'Every key is as likely to be asked for; 1 client. The ledger’s own API is what endorsers and the committer read by. What is mapped from files is the system’s cache, which it takes back when it needs the room.',
      ],
    },
  ];
}

function mebibytesOf(directory: string): number {
  const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  return bytes / 2 ** 20;
}
