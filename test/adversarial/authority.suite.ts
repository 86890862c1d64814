/** Acting for somebody else: whoever has not signed is not bound. never-twice 4, 7 and 8. */
import { describe, expect, test } from '@jest/globals';
import type { Answer, Receivable } from '../support/client';
import { cny, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as } = useSystem();
const sequence = new Sequence('authority');
const { supplier, buyer } = sequence;

const codeOf = (answer: Answer): readonly [number, string] => [answer.status, answer.problem.code];
const FORBIDDEN = [403, 'FORBIDDEN'] as const;
const INVALID_STATE = [409, 'INVALID_STATE'] as const;

async function registered(): Promise<Receivable> {
  return (await as({ member: 'platform' })).register(sequence.registration());
}

describe('a debt', () => {
  test('is not confirmed by the creditor, nor by the member where the debtor lives', async () => {
    const { id } = await registered();
    for (const actor of [{ member: 'platform' }, { member: 'platform', party: supplier.uscc }]) {
      const answer = await (await as(actor)).post(`/v1/receivables/${id}/confirmation`, { decision: 'CONFIRM' });
      expect(codeOf(answer)).toEqual(FORBIDDEN);
    }
    expect(await (await as({ member: 'platform' })).receivable(id)).toMatchObject({ confirmed: false });
  });

  test("is not confirmed with a certificate that another member's CA issued for the debtor", async () => {
    const { id } = await registered();
    for (const member of ['bank-a', 'bank-b', 'factor-a', 'warehouse-a']) {
      const forged = await as({ member, party: buyer.uscc });
      const answer = await forged.post(`/v1/receivables/${id}/confirmation`, { decision: 'CONFIRM' });
      expect([member, ...codeOf(answer)]).toEqual([member, ...FORBIDDEN]);
      const read = await forged.get(`/v1/receivables/${id}`);
      expect([member, [403, 404].includes(read.status)]).toEqual([member, true]);
    }
  });

  test('is not settled by anybody but the debtor', async () => {
    const { id, amount } = await registered();
    for (const actor of [
      { member: 'platform' },
      { member: 'platform', party: supplier.uscc },
      { member: 'bank-a', party: buyer.uscc },
    ]) {
      const answer = await (await as(actor)).post(`/v1/receivables/${id}/settlements`, { amount, reference: 'P' });
      expect(codeOf(answer)).toEqual(FORBIDDEN);
    }
  });

  test('once confirmed is not denied, nor confirmed again', async () => {
    const { id } = await registered();
    const debtor = await as({ member: 'platform', party: buyer.uscc });
    const path = `/v1/receivables/${id}/confirmation`;
    (await debtor.post(path, { decision: 'CONFIRM' })).as<object>(201);
    for (const decision of ['CONFIRM', 'REJECT'])
      expect(codeOf(await debtor.post(path, { decision }))).toEqual(INVALID_STATE);
  });

  test('is not owed to oneself', async () => {
    const platform = await as({ member: 'platform' });
    for (const uscc of [
      supplier.uscc,
      supplier.uscc.toLowerCase(),
      `${supplier.uscc.slice(0, 6)} ${supplier.uscc.slice(6)}`,
    ]) {
      const answer = await platform.post('/v1/receivables', sequence.registration({ debtor: { uscc, name: 'Self' } }));
      expect(answer.problem).toMatchObject({ status: 400, code: 'INVALID_INPUT', field: 'debtor.uscc' });
    }
  });

  test('is paid once a reference, and never beyond what is owed', async () => {
    const { id } = await registered();
    const debtor = await as({ member: 'platform', party: buyer.uscc });
    const path = `/v1/receivables/${id}/settlements`;
    (await debtor.post(path, { amount: cny('10.00'), reference: 'P1' })).as<object>(201);
    const again = await debtor.post(path, { amount: cny('10.00'), reference: 'P1' });
    expect([...codeOf(again), again.problem.field]).toEqual([...INVALID_STATE, 'reference']);
    const over = await debtor.post(path, { amount: cny('999990.01'), reference: 'P2' });
    expect(over.problem).toMatchObject({ status: 409, code: 'INSUFFICIENT_VALUE', field: 'amount' });
    const dollars = await debtor.post(path, { amount: { currency: 'USD', amount: '1.00' }, reference: 'P3' });
    expect(dollars.problem).toMatchObject({ status: 400, code: 'INVALID_INPUT', field: 'amount.currency' });
  });
});

describe('a receivable', () => {
  test('is not registered by a party for another, nor by a member where the creditor does not live', async () => {
    await registered();
    const other = await as({ member: 'platform', party: buyer.uscc });
    const bank = await as({ member: 'bank-a' });
    const forged = await as({ member: 'bank-a', party: supplier.uscc });
    for (const client of [other, bank, forged]) {
      const answer = await client.post('/v1/receivables', sequence.registration());
      expect(codeOf(answer)).toEqual(FORBIDDEN);
    }
  });

  test('is not cancelled by its debtor, nor by a bank', async () => {
    const asset = await registered();
    const bankA = await as({ member: 'bank-a' });
    await bankA.propose(sequence.terms(asset, 'bank-a')).catch(() => undefined);
    const debtor = await as({ member: 'platform', party: buyer.uscc });
    expect(codeOf(await debtor.post(`/v1/receivables/${asset.id}/cancellation`, { reason: 'x' }))).toEqual(FORBIDDEN);
    expect([403, 404]).toContain(
      (await bankA.post(`/v1/receivables/${asset.id}/cancellation`, { reason: 'x' })).status,
    );
  });

  test('that is cancelled or settled takes no act', async () => {
    const platform = await as({ member: 'platform' });
    const debtor = await as({ member: 'platform', party: buyer.uscc });
    const cancelled = await registered();
    (await platform.post(`/v1/receivables/${cancelled.id}/cancellation`, { reason: 'x' })).as<object>(201);
    const settled = await registered();
    (
      await debtor.post(`/v1/receivables/${settled.id}/settlements`, { amount: settled.amount, reference: 'all' })
    ).as<object>(201);
    for (const asset of [cancelled, settled]) {
      const path = `/v1/receivables/${asset.id}`;
      const acts = [
        await platform.post('/v1/pledges', sequence.terms(asset, 'bank-a')),
        await platform.post(`${path}/cancellation`, { reason: 'y' }),
        await debtor.post(`${path}/confirmation`, { decision: 'CONFIRM' }),
        await debtor.post(`${path}/settlements`, { amount: cny('0.01'), reference: 'more' }),
      ];
      expect(acts.map(codeOf)).toEqual(acts.map(() => INVALID_STATE));
    }
  });
});

describe('a party', () => {
  test('is brought in by the registrar only, and lives at one member for ever', async () => {
    const company = sequence.company('Newcomer');
    const body = { party: company, member: 'bank-a' };
    const supplierItself = await as({ member: 'platform', party: supplier.uscc });
    for (const client of [await as({ member: 'bank-a' }), supplierItself]) {
      expect(codeOf(await client.post('/v1/parties', body))).toEqual(FORBIDDEN);
    }
    const platform = await as({ member: 'platform' });
    (await platform.post('/v1/parties', body)).as<object>(201);
    const moved = await platform.post('/v1/parties', { ...body, member: 'bank-b' });
    expect([...codeOf(moved), moved.problem.field]).toEqual([...INVALID_STATE, 'party.uscc']);
    const nowhere = await platform.post('/v1/parties', { party: sequence.company('X'), member: 'bank-z' });
    expect(nowhere.problem).toMatchObject({ status: 400, code: 'INVALID_INPUT', field: 'member' });
  });
});

describe('auditors and the regulator', () => {
  test.each([
    ['an auditor of the platform', { member: 'platform', roles: ['auditor'] }],
    ['an auditor of the pledgee', { member: 'bank-a', roles: ['auditor', 'member'] }],
    ['the regulator', { member: 'regulator' }],
    ['the regulator as a plain member', { member: 'regulator', roles: ['member'] }],
  ])('%s writes nothing', async (_, actor) => {
    const platform = await as({ member: 'platform' });
    const asset = await registered();
    const pledge = await platform.propose(sequence.terms(asset, 'bank-a'));
    const reader = await as(actor);
    const acts = [
      await reader.post('/v1/receivables', sequence.registration()),
      await reader.post('/v1/pledges', sequence.terms(asset, 'bank-a')),
      await reader.post(`/v1/pledges/${pledge.id}/acceptance`, {}),
      await reader.post(`/v1/pledges/${pledge.id}/release`, { reason: 'x' }),
      await reader.post(`/v1/receivables/${asset.id}/cancellation`, { reason: 'x' }),
      await reader.post('/v1/parties', { party: sequence.company('Y'), member: 'bank-a' }),
    ];
    expect(acts.map(codeOf)).toEqual(acts.map(() => FORBIDDEN));
    expect(await reader.pledge(pledge.id)).toMatchObject({ status: 'PROPOSED' });
  });
});
