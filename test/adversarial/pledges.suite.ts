/** Ways in which people have tried to pledge one value twice. never-twice 2 and the conflict matrix. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Answer, Pledge, Receivable } from '../support/client';
import { cny, day, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as } = useSystem({ gateways: 2 });
const sequence = new Sequence('pledges');
const { supplier, buyer } = sequence;

const codeOf = (answer: Answer): readonly [number, string] => [answer.status, answer.problem.code];
const FORBIDDEN = [403, 'FORBIDDEN'] as const;
const INVALID_STATE = [409, 'INVALID_STATE'] as const;

async function registered(yuan = '1000000.00'): Promise<Receivable> {
  return (await as({ member: 'platform' })).register(sequence.registration({ amount: cny(yuan) }));
}

async function active(asset: Receivable, member = 'bank-a', yuan = asset.amount.amount): Promise<Pledge> {
  const proposed = await (
    await as({ member: 'platform' })
  ).propose(sequence.terms(asset, member, { covers: cny(yuan) }));
  return (await as({ member })).accept(proposed.id);
}

describe('value that is pledged', () => {
  test('is not pledged to a second bank, whoever proposes', async () => {
    const asset = await registered();
    await active(asset);
    const bankB = await as({ member: 'bank-b' }, 1);
    for (const client of [await as({ member: 'platform' }), await as({ member: 'platform', party: supplier.uscc })]) {
      const answer = await client.post('/v1/pledges', sequence.terms(asset, 'bank-b'));
      expect(answer.problem).toMatchObject({
        status: 409,
        code: 'ALREADY_ENCUMBERED',
        field: 'covers',
        conflict: { assetId: asset.id, free: cny('0.00') },
      });
    }
    // The bank was offered nothing, so for it the asset is not there.
    expect([403, 404, 409]).toContain((await bankB.post('/v1/pledges', sequence.terms(asset, 'bank-b'))).status);
  });

  test('is not pledged to the same bank again', async () => {
    const asset = await registered();
    await active(asset);
    const again = await (await as({ member: 'bank-a' })).post('/v1/pledges', sequence.terms(asset, 'bank-a'));
    expect(codeOf(again)).toEqual([409, 'ALREADY_ENCUMBERED']);
  });

  test('that two banks were offered goes to the one that accepts first', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await registered();
    const toA = await platform.propose(sequence.terms(asset, 'bank-a'));
    const toB = await platform.propose(sequence.terms(asset, 'bank-b'));
    await (await as({ member: 'bank-b' }, 1)).accept(toB.id);
    const late = await (await as({ member: 'bank-a' })).post(`/v1/pledges/${toA.id}/acceptance`, {});
    expect(late.problem).toMatchObject({ status: 409, code: 'ALREADY_ENCUMBERED', field: 'covers' });
    expect(await platform.pledge(toA.id)).toMatchObject({ status: 'PROPOSED' });
  });

  test('in parts never adds up to more than the whole, by a fen', async () => {
    const asset = await registered('100.00');
    await active(asset, 'bank-a', '33.34');
    await active(asset, 'bank-b', '33.33');
    const platform = await as({ member: 'platform' });
    const over = await platform.post('/v1/pledges', sequence.terms(asset, 'factor-a', { covers: cny('33.34') }));
    expect(over.problem).toMatchObject({ status: 409, code: 'INSUFFICIENT_VALUE', conflict: { free: cny('33.33') } });
    await active(asset, 'factor-a', '33.33');
    const more = await platform.post('/v1/pledges', sequence.terms(asset, 'bank-a', { covers: cny('0.01') }));
    expect(codeOf(more)).toEqual([409, 'ALREADY_ENCUMBERED']);
    expect(await platform.receivable(asset.id)).toMatchObject({ encumbered: cny('100.00'), free: cny('0.00') });
  });

  test('is not more than the asset is worth', async () => {
    const asset = await registered('100.00');
    const answer = await (
      await as({ member: 'platform' })
    ).post('/v1/pledges', sequence.terms(asset, 'bank-a', { covers: cny('100.01') }));
    expect(answer.problem).toMatchObject({ status: 409, code: 'INSUFFICIENT_VALUE', field: 'covers' });
  });

  test('is not released beyond what is covered, nor twice', async () => {
    const asset = await registered('100.00');
    const pledge = await active(asset);
    const bankA = await as({ member: 'bank-a' });
    const path = `/v1/pledges/${pledge.id}/release`;
    const over = await bankA.post(path, { covers: cny('100.01'), reason: 'x' });
    expect(over.problem).toMatchObject({ status: 409, code: 'INSUFFICIENT_VALUE', field: 'covers' });
    (await bankA.post(path, { covers: cny('60.00'), reason: 'x' })).as<object>(201);
    const rest = await bankA.post(path, { covers: cny('60.00'), reason: 'x' });
    expect(codeOf(rest)).toEqual([409, 'INSUFFICIENT_VALUE']);
    (await bankA.post(path, { reason: 'x' })).as<object>(201);
    expect(codeOf(await bankA.post(path, { reason: 'x' }))).toEqual(INVALID_STATE);
    expect(await bankA.receivable(asset.id)).toMatchObject({ free: cny('100.00') });
  });
});

describe('a pledge', () => {
  test('is not accepted by the side that proposed it, nor by anybody else', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await registered();
    const pledge = await platform.propose(sequence.terms(asset, 'bank-a'));
    const path = `/v1/pledges/${pledge.id}/acceptance`;
    for (const actor of [{ member: 'platform' }, { member: 'platform', party: supplier.uscc }]) {
      expect(codeOf(await (await as(actor)).post(path, {}))).toEqual(FORBIDDEN);
    }
    for (const actor of [{ member: 'bank-b' }, { member: 'platform', party: buyer.uscc }]) {
      expect([403, 404]).toContain((await (await as(actor)).post(path, {})).status);
    }
    expect(await platform.pledge(pledge.id)).toMatchObject({ status: 'PROPOSED' });
  });

  test('is not accepted by a party that lives at the bank, or by one whose code the bank wrote into a certificate', async () => {
    const platform = await as({ member: 'platform' });
    const client = sequence.company('Client of the bank');
    (await platform.post('/v1/parties', { party: client, member: 'bank-a' })).as<object>(201);
    const asset = await registered();
    const pledge = await platform.propose(sequence.terms(asset, 'bank-a'));
    for (const party of [client.uscc, supplier.uscc]) {
      const answer = await (await as({ member: 'bank-a', party })).post(`/v1/pledges/${pledge.id}/acceptance`, {});
      expect([403, 404]).toContain(answer.status);
    }
    expect(await platform.pledge(pledge.id)).toMatchObject({ status: 'PROPOSED' });
  });

  test('is not released by the pledgor, nor by another bank', async () => {
    const asset = await registered();
    const pledge = await active(asset);
    for (const actor of [
      { member: 'platform' },
      { member: 'platform', party: supplier.uscc },
      { member: 'platform', party: buyer.uscc },
      { member: 'bank-b' },
    ]) {
      const answer = await (await as(actor)).post(`/v1/pledges/${pledge.id}/release`, { reason: 'x' });
      expect([403, 404]).toContain(answer.status);
    }
    expect(await (await as({ member: 'bank-a' })).pledge(pledge.id)).toMatchObject({ status: 'ACTIVE' });
  });

  test('is not made by somebody who does not hold the asset', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await registered();
    const foreign = await platform.post(
      '/v1/pledges',
      sequence.terms(asset, 'bank-a', { pledgor: { uscc: buyer.uscc } }),
    );
    expect([...codeOf(foreign), foreign.problem.field]).toEqual([...FORBIDDEN, 'pledgor.uscc']);
    const debtor = await as({ member: 'platform', party: buyer.uscc });
    for (const pledgor of [buyer, supplier]) {
      expect(
        codeOf(await debtor.post('/v1/pledges', sequence.terms(asset, 'bank-a', { pledgor: { uscc: pledgor.uscc } }))),
      ).toEqual(FORBIDDEN);
    }
  });

  test('is not made to oneself', async () => {
    // A member is a party of its own, at home at itself.
    const bank = { uscc: '91440300MA5FBANKA4', name: 'Bank A' };
    const bankA = await as({ member: 'bank-a' });
    const asset = await bankA.register(sequence.registration({ creditor: bank }));
    const answer = await bankA.post('/v1/pledges', sequence.terms(asset, 'bank-a'));
    expect(answer.problem).toMatchObject({ status: 400, code: 'INVALID_INPUT', field: 'pledgee.member' });
  });

  test.each(['warehouse-a', 'platform', 'regulator', 'bank-z'])(
    'is not made to %s, which may hold none',
    async (member) => {
      const asset = await registered();
      const answer = await (await as({ member: 'platform' })).post('/v1/pledges', sequence.terms(asset, member));
      expect(answer.problem).toMatchObject({ status: 400, code: 'INVALID_INPUT', field: 'pledgee.member' });
    },
  );

  test.each([
    ['in another currency', { covers: { currency: 'USD', amount: '1.00' } }, 'covers.currency'],
    ['of nothing', { covers: cny('0.00') }, 'covers.amount'],
    ['for a past debt', { maturity: day(-1) }, 'maturity'],
    ['for a debt in another currency', { secures: { currency: 'EUR', amount: '1.00' } }, 'secures.currency'],
  ])('%s is refused', async (_, change, field) => {
    const asset = await registered();
    const answer = await (
      await as({ member: 'platform' })
    ).post('/v1/pledges', sequence.terms(asset, 'bank-a', change));
    expect(answer.problem).toMatchObject({ status: 400, code: 'INVALID_INPUT', field });
  });

  test('on what has fallen due is refused', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration({ dueDate: day(-1) }));
    expect(codeOf(await platform.post('/v1/pledges', sequence.terms(asset, 'bank-a')))).toEqual(INVALID_STATE);
  });

  test('is accepted once: a repeat with its key says so again, another is refused', async () => {
    const asset = await registered();
    const platform = await as({ member: 'platform' });
    const pledge = await platform.propose(sequence.terms(asset, 'bank-a'));
    const bankA = await as({ member: 'bank-a' });
    const path = `/v1/pledges/${pledge.id}/acceptance`;
    const key = randomUUID();
    const first = await bankA.post(path, {}, { key });
    const replay = await bankA.post(path, {}, { key });
    expect([replay.status, replay.text]).toEqual([201, first.text]);
    expect(codeOf(await bankA.post(path, {}))).toEqual(INVALID_STATE);
    expect(await platform.receivable(asset.id)).toMatchObject({ claims: [{ id: pledge.id }] });
  });

  test('is not accepted after the asset was paid, cancelled or disputed', async () => {
    const platform = await as({ member: 'platform' });
    const debtor = await as({ member: 'platform', party: buyer.uscc });
    const bankA = await as({ member: 'bank-a' });
    const ends: readonly (readonly [(asset: Receivable) => Promise<Answer>, string])[] = [
      [
        (asset) => debtor.post(`/v1/receivables/${asset.id}/settlements`, { amount: asset.amount, reference: 'all' }),
        'INVALID_STATE',
      ],
      [(asset) => platform.post(`/v1/receivables/${asset.id}/cancellation`, { reason: 'x' }), 'INVALID_STATE'],
      [(asset) => debtor.post(`/v1/receivables/${asset.id}/confirmation`, { decision: 'REJECT' }), 'FROZEN'],
      [
        (asset) => debtor.post(`/v1/receivables/${asset.id}/settlements`, { amount: cny('0.01'), reference: 'part' }),
        'INSUFFICIENT_VALUE',
      ],
    ];
    for (const [end, code] of ends) {
      const asset = await registered();
      const pledge = await platform.propose(sequence.terms(asset, 'bank-a'));
      (await end(asset)).as<object>(201);
      expect(codeOf(await bankA.post(`/v1/pledges/${pledge.id}/acceptance`, {}))).toEqual([409, code]);
    }
  });
});
