/** Everybody at once: through two gateways, at the same instant, exactly one wins and the others are told why. never-twice 6. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Answer, Client, Page, Pledge, Receivable } from '../support/client';
import { cny, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as } = useSystem({ gateways: 2 });
const sequence = new Sequence('races');

/** Rounds of each duel. */
const ROUNDS = Number(process.env['ONEPLEDGE_DUELS'] ?? 40);
const DUEL_TIMEOUT_MS = 30_000 + ROUNDS * 1_500;

const outcome = (answer: Answer): string => (answer.status === 201 ? '201' : `${answer.status} ${answer.problem.code}`);
const sorted = (answers: readonly Answer[]): readonly string[] => answers.map(outcome).sort();

describe('at the same instant', () => {
  test(
    `two banks at two gateways accept pledges of all of one receivable, ${ROUNDS} times: one has it, the other is told that it is encumbered`,
    async () => {
      const platform = await as({ member: 'platform' });
      const bankA = await as({ member: 'bank-a' }, 0);
      const bankB = await as({ member: 'bank-b' }, 1);
      const wins = { a: 0, b: 0 };
      for (let round = 0; round < ROUNDS; round += 1) {
        const asset = await platform.register(sequence.registration());
        const [toA, toB] = await Promise.all([
          platform.propose(sequence.terms(asset, 'bank-a')),
          platform.propose(sequence.terms(asset, 'bank-b')),
        ]);
        const answers = await Promise.all([
          bankA.post(`/v1/pledges/${toA.id}/acceptance`, {}, { prefer: 'wait=30' }),
          bankB.post(`/v1/pledges/${toB.id}/acceptance`, {}, { prefer: 'wait=30' }),
        ]);
        expect([round, ...sorted(answers)]).toEqual([round, '201', '409 ALREADY_ENCUMBERED']);
        const winner = answers[0].status === 201 ? 'a' : 'b';
        wins[winner] += 1;
        const { claims, encumbered, free } = await platform.receivable(asset.id);
        expect(claims.map(({ id }) => id)).toEqual([winner === 'a' ? toA.id : toB.id]);
        expect([encumbered, free]).toEqual([asset.amount, cny('0.00')]);
        const states = [(await platform.pledge(toA.id)).status, (await platform.pledge(toB.id)).status];
        expect(states.sort()).toEqual(['ACTIVE', 'PROPOSED']);
      }
      process.stderr.write(`duels: bank-a won ${wins.a}, bank-b won ${wins.b}\n`);
    },
    DUEL_TIMEOUT_MS,
  );

  test('forty clients at two gateways register one invoice: one does, the others are told that it is used', async () => {
    for (let round = 0; round < 5; round += 1) {
      const number = sequence.invoiceNumber();
      const clients = await Promise.all([
        as({ member: 'platform' }, 0),
        as({ member: 'platform' }, 1),
        as({ member: 'platform', party: sequence.supplier.uscc }, 1),
      ]);
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => {
          const client = clients[i % clients.length] ?? clients[0];
          return client.post('/v1/receivables', sequence.registration({ number }), { prefer: 'wait=30' });
        }),
      );
      expect(sorted(answers)).toEqual(['201', ...Array.from({ length: 39 }, () => '409 DUPLICATE_EVIDENCE')]);
    }
  });

  test('a thousand requests with one key have one effect and one answer', async () => {
    const platform = await as({ member: 'platform' });
    const company = sequence.company('One Effect');
    const body = sequence.registration({ creditor: company });
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => platform.post('/v1/receivables', body, { key, prefer: 'wait=60' })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] !== 'true')).toHaveLength(1);
    const { items } = await platform.read<Page<Receivable>>(`/v1/receivables?holder=${company.uscc}`);
    expect(items).toHaveLength(1);
  });

  test('one request under one key through two gateways that share no database is carried out once', async () => {
    const platform = [await as({ member: 'platform' }, 0), await as({ member: 'platform' }, 1)] as const;
    const bank = [await as({ member: 'bank-a' }, 0), await as({ member: 'bank-a' }, 1)] as const;
    const both = (clients: readonly Client[], path: string, body: object): Promise<readonly Answer[]> => {
      const key = randomUUID();
      return Promise.all(clients.map((client) => client.post(path, body, { key, prefer: 'wait=30' })));
    };
    const asset = await platform[0].register(sequence.registration({ amount: cny('100.00') }));
    const proposed = await both(platform, '/v1/pledges', sequence.terms(asset, 'bank-a'));
    expect(sorted(proposed)).toEqual(['201', '409 INVALID_STATE']);
    const { id } = proposed.find(({ status }) => status === 201)?.json<Pledge>() ?? { id: '' };
    await bank[0].accept(id);
    const part = { covers: cny('30.00'), reason: 'paid in part' };
    expect(sorted(await both(bank, `/v1/pledges/${id}/release`, part))).toEqual(['201', '409 INVALID_STATE']);
    // Later too: as when the first gateway broke off and the client goes to the other.
    const key = randomUUID();
    const path = `/v1/pledges/${id}/release`;
    expect(outcome(await bank[0].post(path, part, { key }))).toBe('201');
    expect(outcome(await bank[1].post(path, part, { key }))).toBe('409 INVALID_STATE');
    expect(await bank[1].receivable(asset.id)).toMatchObject({ encumbered: cny('40.00'), free: cny('60.00') });
  });

  test('two parties of one member use one key: neither takes it from the other, nor is told its answer', async () => {
    const platform = await as({ member: 'platform' });
    const { id } = await platform.register(sequence.registration());
    const path = `/v1/receivables/${id}/confirmation`;
    const key = randomUUID();
    const supplier = await as({ member: 'platform', party: sequence.supplier.uscc });
    const buyer = await as({ member: 'platform', party: sequence.buyer.uscc });
    expect(outcome(await supplier.post(path, { decision: 'CONFIRM' }, { key }))).toBe('403 FORBIDDEN');
    expect(outcome(await buyer.post(path, { decision: 'CONFIRM' }, { key }))).toBe('201');
    expect(outcome(await supplier.post(path, { decision: 'CONFIRM' }, { key }))).toBe('403 FORBIDDEN');
  });

  test('ten banks take parts that add up to more than the whole: never more than the whole is given', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration({ amount: cny('100.00') }));
    const members = ['bank-a', 'bank-b', 'factor-a'] as const;
    const offers = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const member = members[i % members.length] ?? 'bank-a';
        const { id } = await platform.propose(sequence.terms(asset, member, { covers: cny('30.00') }));
        return { id, client: await as({ member }, i % 2) };
      }),
    );
    const answers = await Promise.all(
      offers.map(({ id, client }) => client.post(`/v1/pledges/${id}/acceptance`, {}, { prefer: 'wait=30' })),
    );
    expect(sorted(answers)).toEqual([
      ...Array.from({ length: 3 }, () => '201'),
      ...Array.from({ length: 9 }, () => '409 INSUFFICIENT_VALUE'),
    ]);
    expect(await platform.receivable(asset.id)).toMatchObject({ encumbered: cny('90.00'), free: cny('10.00') });
  });

  test('the owner cancels while a bank accepts: one of them comes too late', async () => {
    const platform = await as({ member: 'platform' });
    const bankA = await as({ member: 'bank-a' }, 1);
    for (let round = 0; round < 8; round += 1) {
      const asset = await platform.register(sequence.registration());
      const pledge = await platform.propose(sequence.terms(asset, 'bank-a'));
      const [cancelled, accepted] = await Promise.all([
        platform.post(`/v1/receivables/${asset.id}/cancellation`, { reason: 'x' }, { prefer: 'wait=30' }),
        bankA.post(`/v1/pledges/${pledge.id}/acceptance`, {}, { prefer: 'wait=30' }),
      ]);
      expect(sorted([cancelled, accepted])).toEqual(['201', '409 INVALID_STATE']);
      const { status, claims } = await platform.receivable(asset.id);
      expect([status, claims.length]).toEqual(accepted.status === 201 ? ['REGISTERED', 1] : ['CANCELLED', 0]);
    }
  });

  test('both gateways release parts of one pledge: what is released is what was asked for, no more', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration({ amount: cny('100.00') }));
    const { id } = await platform.propose(sequence.terms(asset, 'bank-a'));
    const gateways = [await as({ member: 'bank-a' }, 0), await as({ member: 'bank-a' }, 1)] as const;
    await gateways[0].accept(id);
    const answers = await Promise.all(
      Array.from({ length: 14 }, (_, i) =>
        (i % 2 === 0 ? gateways[0] : gateways[1]).post(
          `/v1/pledges/${id}/release`,
          { covers: cny('9.00'), reason: `part ${i}` },
          { prefer: 'wait=30' },
        ),
      ),
    );
    expect(sorted(answers)).toEqual([
      ...Array.from({ length: 11 }, () => '201'),
      ...Array.from({ length: 3 }, () => '409 INSUFFICIENT_VALUE'),
    ]);
    expect(await platform.receivable(asset.id)).toMatchObject({ encumbered: cny('1.00'), free: cny('99.00') });
    expect((await gateways[0].pledge(id)).releases).toHaveLength(11);
  });

  test('one release under one key, whose path is written otherwise at the other gateway, is made once', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration({ amount: cny('100.00') }));
    const { id } = await platform.propose(sequence.terms(asset, 'bank-a'));
    const gateways = [await as({ member: 'bank-a' }, 0), await as({ member: 'bank-a' }, 1)] as const;
    await gateways[0].accept(id);
    const key = randomUUID();
    const part = { covers: cny('9.00'), reason: 'a part' };
    expect((await gateways[0].post(`/v1/pledges/${id}/release`, part, { key })).status).toBe(201);
    for (const path of [`${id}/release/`, `${id}/release?`, `${id.replace('.', '%2E')}/release`]) {
      for (const gateway of gateways) await gateway.post(`/v1/pledges/${path}`, part, { key });
    }
    expect((await gateways[0].pledge(id)).releases).toHaveLength(1);
  });

  test('a payment and a pledge of the same value: never both', async () => {
    const platform = await as({ member: 'platform' });
    const debtor = await as({ member: 'platform', party: sequence.buyer.uscc }, 0);
    const bankB = await as({ member: 'bank-b' }, 1);
    for (let round = 0; round < 5; round += 1) {
      const asset = await platform.register(sequence.registration());
      const pledge = await platform.propose(sequence.terms(asset, 'bank-b'));
      const [paid, accepted] = await Promise.all([
        debtor.post(
          `/v1/receivables/${asset.id}/settlements`,
          { amount: asset.amount, reference: 'all' },
          { prefer: 'wait=30' },
        ),
        bankB.post(`/v1/pledges/${pledge.id}/acceptance`, {}, { prefer: 'wait=30' }),
      ]);
      // Paid first: nothing is left to pledge. Pledged first: the payment goes to the claimant.
      expect(paid.status).toBe(201);
      const [payment] = paid.json<Receivable>().settlements;
      if (accepted.status === 201) expect(payment?.paidTo).toEqual([{ pledgeId: pledge.id, amount: asset.amount }]);
      else {
        expect(outcome(accepted)).toBe('409 INVALID_STATE');
        expect(payment?.paidTo).toEqual([{ holder: sequence.supplier.uscc, amount: asset.amount }]);
      }
    }
  });
});
