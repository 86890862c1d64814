/** What batches and groups are worth on one network: one registration a transaction, many, many with single-key calls, and many clients through HTTP. */
import { type EngineName, startSystem } from '../../support/system';
import type { Bench, Case } from '../bench';
import { DirectProcess } from '../direct-process';
import { figure, type Section } from '../figure';
import { treeCpuSeconds } from '../processes';
import { pairRatios } from '../statistics';

const CLIENTS = 64;
const BATCH = 500;
/** So that no core waits: some are endorsed while others are ordered and committed. */
const BATCHES_AT_ONCE = 4;
const MOST_A_SECOND = 10_000;
const SINGLE_KEY = 'onepledge-single';
const NETWORKS: Readonly<Record<EngineName, string>> = {
  embedded: 'the embedded network',
  fabric: 'Hyperledger Fabric, four BFT orderers, a peer an organisation',
};

/** In the order in which a round goes through them; every other round goes backwards. */
const WAYS = ['one', 'batched', 'single', 'http'] as const;

type Way = (typeof WAYS)[number];
type Measured = Readonly<{ done: number; perSecond: number; p50: number; lost?: number }>;
type Round = Measured & Readonly<{ cpuMs: number }>;
type Rounds = Readonly<Record<Way, Round[]>>;

/** The case on an engine. */
export function batches(engine: EngineName): Case {
  return { name: 'batches', run: (bench) => compare(bench, engine) };
}

async function compare(bench: Bench, engine: EngineName): Promise<readonly Section[]> {
  const { plan, load, serials, note } = bench;
  const system = await startSystem({
    engine,
    secondChaincode: { name: SINGLE_KEY, environment: { ONEPLEDGE_STATE_ACCESS: 'single' } },
  });
  const client = new DirectProcess();
  try {
    const { home } = system;
    const token = await system.token({ member: 'platform' });
    for (const chaincode of ['onepledge', SINGLE_KEY]) await client.run({ home, chaincode, work: { kind: 'prepare' } });
    const { seconds } = plan;
    const direct = (chaincode: string, clients: number, batch: number): Promise<Measured> => {
      const firstSerial = serials(seconds * MOST_A_SECOND + clients * batch);
      return client.run({ home, chaincode, work: { kind: 'register', clients, seconds, batch, firstSerial } });
    };
    const measures: Readonly<Record<Way, () => Promise<Measured>>> = {
      one: () => direct('onepledge', CLIENTS, 1),
      batched: () => direct('onepledge', BATCHES_AT_ONCE, BATCH),
      single: () => direct(SINGLE_KEY, BATCHES_AT_ONCE, BATCH),
      http: () => {
        const work = { kind: 'register', firstSerial: serials(seconds * MOST_A_SECOND) } as const;
        return load.run({ url: system.url(), token, clients: CLIENTS, seconds, work });
      },
    };
    const rounds: Rounds = { one: [], batched: [], single: [], http: [] };
    for (let round = 0; round <= plan.rounds; round += 1) {
      for (const name of round % 2 === 0 ? WAYS : [...WAYS].reverse()) {
        note(`${engine}, ${name}, ${round === 0 ? 'warm-up' : `round ${round}`}`);
        // Of this process and all that it has started: nodes, chaincodes, gateways and clients.
        const before = treeCpuSeconds(process.pid);
        const result = await measures[name]();
        const cpuMs = ((treeCpuSeconds(process.pid) - before) * 1000) / result.done;
        if (round > 0) rounds[name].push({ ...result, cpuMs });
      }
    }
    return [section(engine, rounds)];
  } finally {
    client.close();
    await system.stop();
  }
}

function section(engine: EngineName, { one, batched, single, http }: Rounds): Section {
  const cpu = (results: readonly Round[]): readonly number[] => results.map(({ cpuMs }) => cpuMs);
  const rate = (results: readonly Measured[]): readonly number[] => results.map(({ perSecond }) => perSecond);
  const p50 = (results: readonly Measured[]): readonly number[] => results.map((result) => result.p50);
  return {
    title: `Registrations one by one, in batches and in groups, on ${NETWORKS[engine]}`,
    figures: [
      figure(`one a transaction, Hyperledger’s client, ${CLIENTS} clients`, '/s', rate(one)),
      figure('the same: p50', 'ms', p50(one)),
      figure(
        'the same: transactions that lost a race',
        '',
        one.map(({ lost }) => lost ?? 0),
      ),
      figure(`batches of ${BATCH}, Hyperledger’s client`, '/s', rate(batched)),
      figure('the same: p50 of a transaction', 'ms', p50(batched)),
      figure(`batches of ${BATCH}, one key a call`, '/s', rate(single)),
      figure(`single HTTP requests, ${CLIENTS} clients, group commit`, '/s', rate(http)),
      figure('the same: p50', 'ms', p50(http)),
      figure('processor a registration, one a transaction', 'ms', cpu(one)),
      figure(`processor a registration, batches of ${BATCH}`, 'ms', cpu(batched)),
      figure('processor a registration, one key a call', 'ms', cpu(single)),
      figure('processor a registration, HTTP', 'ms', cpu(http)),
      figure('batches to one a transaction', '×', pairRatios(rate(batched), rate(one)), { atLeast: 20 }),
      figure('batches to batches of one key a call', '×', pairRatios(rate(batched), rate(single)), { atLeast: 3 }),
      figure('HTTP in groups to one a transaction', '×', pairRatios(rate(http), rate(one)), { atLeast: 5 }),
      figure('the first ratio by processor time', '×', pairRatios(cpu(one), cpu(batched))),
      figure('the second', '×', pairRatios(cpu(single), cpu(batched))),
      figure('the third', '×', pairRatios(cpu(one), cpu(http))),
    ],
    notes: [
      'The client calls the peer directly and signs with its own default signer; the companies are on the ledger before. Only what was committed as valid counts. All in turn on one network; the ratios are of neighbours in time. Processor: of all nodes, chaincodes, gateways and the client together.',
    ],
  };
}
