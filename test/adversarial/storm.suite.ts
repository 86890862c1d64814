/**
 * Everything at once on a few receivables, through two gateways: acceptances of more than there is, withdrawals of what is being accepted, releases in
 * parts, payments, a denial, a cancellation. Then the history is gone through in the ledger's order: at no point had two the same value, and each
 * answer was the truth. never-twice 1, 2, 6, 7 and 8.
 */
import { expect, test } from '@jest/globals';
import type { HistoryEntry, MoneyText } from '@onepledge/chaincode/model';
import type { Answer, Client, Pledge, Receivable } from '../support/client';
import { cny, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as } = useSystem({ gateways: 2 });
const sequence = new Sequence('storm');

const ASSETS = 6;
const TIMEOUT_MS = 180_000;
const BANKS = ['bank-a', 'bank-b', 'factor-a'] as const;

type Shot = Readonly<{ asset: string; event: HistoryEntry['event']; send: () => Promise<Answer> }>;

const cents = ({ amount }: MoneyText): bigint => BigInt(amount.replace('.', ''));

/** In an order that the seed gives. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: sequence.random.below(1_000_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

async function shotsAt(n: number): Promise<Readonly<{ asset: Receivable; shots: readonly Shot[] }>> {
  const gateways = [0, 1] as const;
  const at = async (member: string, party?: string): Promise<readonly Client[]> =>
    Promise.all(gateways.map((gateway) => as({ member, ...(party === undefined ? {} : { party }) }, gateway)));
  const platform = await at('platform');
  const debtor = await at('platform', sequence.buyer.uscc);
  const supplier = await at('platform', sequence.supplier.uscc);
  const asset = await (platform[0] as Client).register(sequence.registration({ amount: cny('100.00') }));
  const shots: Shot[] = [];
  const shoot = (event: Shot['event'], clients: readonly Client[], path: string, body: object): void => {
    for (const client of clients) {
      shots.push({ asset: asset.id, event, send: () => client.post(path, body, { prefer: 'wait=60' }) });
    }
  };
  for (const [i, covers] of ['60.00', '40.00', '50.00', '30.00', '70.00'].entries()) {
    const member = BANKS[(n + i) % BANKS.length] ?? 'bank-a';
    const bank = await at(member);
    const byBank = i % 2 === 1;
    const terms = sequence.terms(asset, member, { covers: cny(covers), secures: cny('100.00') });
    const { id } = await ((byBank ? bank[0] : supplier[0]) as Client).propose(terms);
    const path = `/v1/pledges/${id}`;
    shoot('PLEDGE_ACCEPTED', byBank ? supplier : bank, `${path}/acceptance`, {});
    shoot('PLEDGE_RELEASED', bank, `${path}/release`, { covers: cny('20.00'), reason: 'part' });
    if (i === 0) shoot('PLEDGE_WITHDRAWN', supplier, `${path}/withdrawal`, {});
    if (i === 1) shoot('PLEDGE_RELEASED', bank, `${path}/release`, { reason: 'all' });
  }
  const path = `/v1/receivables/${asset.id}`;
  shoot('RECEIVABLE_SETTLED', debtor, `${path}/settlements`, { amount: cny('25.00'), reference: 'one payment' });
  shoot('RECEIVABLE_SETTLED', debtor, `${path}/settlements`, { amount: cny('10.00'), reference: 'another' });
  if (n % 3 === 1) shoot('RECEIVABLE_REJECTED', debtor, `${path}/confirmation`, { decision: 'REJECT' });
  if (n % 3 === 2) shoot('RECEIVABLE_CANCELLED', supplier, `${path}/cancellation`, { reason: 'x' });
  return { asset, shots };
}

/** Goes through a history as it stands in the ledger. @returns what pledges cover at its end, in cents */
function relive(items: readonly HistoryEntry[], value: bigint): ReadonlyMap<string, bigint> {
  const covers = new Map<string, bigint>();
  let settled = 0n;
  for (const { event, pledgeId = '', data = {} } of items) {
    const of = (name: string) => cents(data[name] as MoneyText);
    if (event === 'PLEDGE_ACCEPTED') covers.set(pledgeId, of('covers'));
    if (event === 'PLEDGE_RELEASED') covers.set(pledgeId, (covers.get(pledgeId) ?? 0n) - of('released'));
    if (event === 'RECEIVABLE_SETTLED') {
      settled += of('amount');
      for (const { pledgeId: paid, amount } of data['paidTo'] as readonly { pledgeId?: string; amount: MoneyText }[]) {
        if (paid !== undefined) covers.set(paid, (covers.get(paid) ?? 0n) - cents(amount));
      }
    }
    const covered = [...covers.values()].reduce((sum, one) => sum + one, 0n);
    expect([event, covered + settled <= value]).toEqual([event, true]);
    if (event === 'RECEIVABLE_CANCELLED') expect([covered, settled]).toEqual([0n, 0n]);
  }
  return covers;
}

test(
  'acts of all kinds at once on the same receivables leave each value with one, and each answer true',
  async () => {
    const targets = await Promise.all(Array.from({ length: ASSETS }, (_, n) => shotsAt(n)));
    const shots = shuffled(targets.flatMap((target) => target.shots));

    const answers = await Promise.all(shots.map(async ({ send, ...shot }) => ({ ...shot, answer: await send() })));

    const regulator = await as({ member: 'regulator' });
    for (const { asset } of targets) {
      const { items } = await regulator.history(asset.id);
      const now = await regulator.receivable(asset.id);
      const covers = relive(items, cents(asset.amount));
      const claims = new Map(now.claims.map(({ id, covers: covered }) => [id, cents(covered)]));
      expect(new Map([...covers].filter(([, covered]) => covered > 0n))).toEqual(claims);
      expect(cents(now.encumbered) + cents(now.settled)).toBeLessThanOrEqual(cents(now.amount));

      const own = answers.filter((one) => one.asset === asset.id);
      for (const { answer } of own) expect([201, 409]).toContain(answer.status);
      const told = own
        .filter(({ answer }) => answer.status === 201)
        .map(({ event, answer }) => `${event} ${answer.json<Pledge>().transaction.id}`);
      const happened = items
        .filter(({ event }) => own.some((one) => one.event === event))
        .map(({ event, transactionId }) => `${event} ${transactionId}`);
      expect(told.sort()).toEqual(happened.sort());
      // A claim is one of its pledge's own record too.
      for (const [id, covered] of covers) expect(cents((await regulator.pledge(id)).covers)).toBe(covered);
    }
  },
  TIMEOUT_MS,
);
