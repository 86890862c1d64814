/** The duplicate check on a small and on a large ledger: it must not depend on how much is on it. */
import type { Bench, Case } from '../bench';
import { figure } from '../figure';
import type { LoadJob } from '../load';
import { prefill } from '../prefill-process';
import { pairRatios } from '../statistics';
import { newHome, System } from '../system';

const MOST_RATIO = 1.5;
const MOST_A_SECOND = 2_000;
const MOST_WARM_UP_SECONDS = 3;

type Filled = Readonly<{ system: System; token: string; receivables: number }>;

/** A system on a ledger with so many receivables; they are the registrations of the serials below that number. */
async function filled(receivables: number, note: Bench['note']): Promise<Filled> {
  // The first start founds the ledger: genesis, keys, members.
  const first = await System.start(newHome());
  await first.stop();
  note(`writing ${receivables} receivables`);
  const seconds = await prefill('prefill', [first.home, '0', String(receivables)], 'receivables', receivables);
  note(`wrote them in ${seconds.toFixed(0)} s`);
  const system = await System.start(first.home);
  return { system, token: await system.token('platform'), receivables };
}

export const duplicates: Case = {
  name: 'duplicates',
  async run(bench) {
    const { plan, load, note } = bench;
    const small = await filled(plan.ledgers.small, note);
    let large: Filled | undefined;
    try {
      large = await filled(plan.ledgers.large, note);
      const p50 = async ({ system: { url }, token }: Filled, work: LoadJob['work'], seconds: number): Promise<number> =>
        (await load.run({ url, token, clients: 1, seconds, work })).p50;
      const repeat = ({ receivables }: Filled): LoadJob['work'] => ({ kind: 'repeat', below: receivables });
      const fresh = (seconds: number): LoadJob['work'] => ({
        kind: 'register',
        firstSerial: bench.serials(seconds * MOST_A_SECOND),
      });
      const refused = new Map<Filled, number[]>([
        [small, []],
        [large, []],
      ]);
      const registered = new Map<Filled, number[]>([
        [small, []],
        [large, []],
      ]);
      const warmUp = Math.min(MOST_WARM_UP_SECONDS, plan.warmUpSeconds);
      for (const one of [small, large]) {
        await p50(one, repeat(one), warmUp);
        await p50(one, fresh(warmUp), warmUp);
      }
      for (let round = 1; round <= plan.rounds; round += 1) {
        note(`duplicate check, round ${round}`);
        for (const one of round % 2 === 0 ? [large, small] : [small, large]) {
          refused.get(one)?.push(await p50(one, repeat(one), plan.seconds));
        }
        for (const one of round % 2 === 0 ? [large, small] : [small, large]) {
          registered.get(one)?.push(await p50(one, fresh(plan.seconds), plan.seconds));
        }
      }
      const of = (rounds: ReadonlyMap<Filled, readonly number[]>, one: Filled): readonly number[] =>
        rounds.get(one) ?? [];
      const compare = (what: string, rounds: ReadonlyMap<Filled, readonly number[]>, big: Filled) => [
        figure(`${what}, ${small.receivables} receivables: p50`, 'ms', of(rounds, small)),
        figure(`${what}, ${big.receivables} receivables: p50`, 'ms', of(rounds, big)),
        figure(`${what}, large to small`, '×', pairRatios(of(rounds, big), of(rounds, small)), { atMost: MOST_RATIO }),
      ];
      return [
        {
          title: 'Duplicate check by the size of the ledger, 1 client',
          figures: [
            ...compare('known invoice refused', refused, large),
            ...compare('new invoice registered', registered, large),
            figure('start on the large ledger', 's', [large.system.readySeconds]),
          ],
          notes: [
            'The ledgers were written directly, by the chaincode’s rule and the network’s own ledger; every invoice is as likely to be asked for.',
          ],
        },
      ];
    } finally {
      await Promise.all([small.system.remove(), large?.system.remove()]);
    }
  },
};
