/** The main story: one invoice, registered, confirmed, pledged once, released in part, paid, and all of it on record. */
import { describe, expect, test } from '@jest/globals';
import type { Pledge, Receivable } from '../support/client';
import { cny, day, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as } = useSystem({ gateways: 2 });
const sequence = new Sequence('story');
const { supplier, buyer } = sequence;

const actors = async () => ({
  platform: await as({ member: 'platform' }),
  supplierItself: await as({ member: 'platform', party: supplier.uscc }),
  debtor: await as({ member: 'platform', party: buyer.uscc }),
  bankA: await as({ member: 'bank-a' }, 1),
  bankB: await as({ member: 'bank-b' }, 1),
  auditor: await as({ member: 'platform', roles: ['auditor'] }, 1),
});

describe('an invoice of a supplier', () => {
  test('is pledged once, released in part, paid to the claimant first, and its history tells it in the order of the ledger', async () => {
    const { platform, supplierItself, debtor, bankA, bankB, auditor } = await actors();

    const registered = await platform.register(sequence.registration({ amount: cny('1000000.00') }));
    expect(registered).toMatchObject({
      status: 'REGISTERED',
      amount: cny('1000000.00'),
      free: cny('1000000.00'),
      encumbered: cny('0.00'),
      settled: cny('0.00'),
      confirmed: false,
      claims: [],
      holder: { uscc: supplier.uscc },
      transaction: { status: 'COMMITTED' },
    });

    const confirmed = await debtor.post(`/v1/receivables/${registered.id}/confirmation`, { decision: 'CONFIRM' });
    expect(confirmed.as<Receivable>(201)).toMatchObject({
      confirmed: true,
      confirmation: { decision: 'CONFIRM', actor: { member: 'platform', party: buyer.uscc } },
    });

    const proposed = await supplierItself.propose(
      sequence.terms(registered, 'bank-a', { covers: cny('800000.00'), secures: cny('700000.00') }),
    );
    expect(proposed).toMatchObject({ status: 'PROPOSED', proposedBy: 'PLEDGOR', covers: cny('800000.00') });
    expect(await platform.receivable(registered.id)).toMatchObject({ free: cny('1000000.00') });

    const active = await bankA.accept(proposed.id);
    expect(active).toMatchObject({ status: 'ACTIVE', rank: 1, debtorConfirmed: true, registration: null, notices: [] });
    expect(await platform.receivable(registered.id)).toMatchObject({
      encumbered: cny('800000.00'),
      free: cny('200000.00'),
      claims: [{ id: active.id, pledgee: { member: 'bank-a', mspId: 'BankAMSP' }, rank: 1, status: 'ACTIVE' }],
    });

    const tooMuch = await supplierItself.post('/v1/pledges', sequence.terms(registered, 'bank-b'));
    expect(tooMuch.status).toBe(409);
    expect(tooMuch.problem).toMatchObject({
      code: 'INSUFFICIENT_VALUE',
      field: 'covers',
      conflict: { free: cny('200000.00') },
    });

    const rest = await bankB.propose(sequence.terms(registered, 'bank-b', { covers: cny('200000.00') }));
    expect(rest.proposedBy).toBe('PLEDGEE');
    expect(await supplierItself.accept(rest.id)).toMatchObject({ status: 'ACTIVE', rank: 2 });
    const third = await supplierItself.post(
      '/v1/pledges',
      sequence.terms(registered, 'factor-a', { covers: cny('0.01') }),
    );
    expect(third.status).toBe(409);
    expect(third.problem).toMatchObject({ code: 'ALREADY_ENCUMBERED', field: 'covers' });

    const released = await bankA.post(`/v1/pledges/${active.id}/release`, {
      covers: cny('300000.00'),
      reason: 'repaid in part',
    });
    expect(released.as<Pledge>(201)).toMatchObject({
      status: 'ACTIVE',
      covers: cny('500000.00'),
      agreed: cny('800000.00'),
      releases: [{ covers: cny('300000.00'), reason: 'repaid in part' }],
    });
    expect(await platform.receivable(registered.id)).toMatchObject({ free: cny('300000.00') });

    const paid = await debtor.post(`/v1/receivables/${registered.id}/settlements`, {
      amount: cny('600000.00'),
      reference: 'PAY-1',
    });
    expect(paid.as<Receivable>(201)).toMatchObject({
      status: 'REGISTERED',
      settled: cny('600000.00'),
      settlements: [
        {
          reference: 'PAY-1',
          paidTo: [
            { pledgeId: active.id, amount: cny('500000.00') },
            { pledgeId: rest.id, amount: cny('100000.00') },
          ],
        },
      ],
    });
    expect(await bankA.pledge(active.id)).toMatchObject({
      status: 'SATISFIED',
      paid: cny('500000.00'),
      covers: cny('0.00'),
    });

    const last = await debtor.post(`/v1/receivables/${registered.id}/settlements`, {
      amount: cny('400000.00'),
      reference: 'PAY-2',
    });
    expect(last.as<Receivable>(201)).toMatchObject({ status: 'SETTLED', free: cny('0.00'), claims: [] });

    const { items } = await auditor.history(registered.id);
    expect(items.map(({ event }) => event)).toEqual([
      'RECEIVABLE_REGISTERED',
      'RECEIVABLE_CONFIRMED',
      'PLEDGE_PROPOSED',
      'PLEDGE_ACCEPTED',
      'PLEDGE_PROPOSED',
      'PLEDGE_ACCEPTED',
      'PLEDGE_RELEASED',
      'RECEIVABLE_SETTLED',
      'PLEDGE_SATISFIED',
      'RECEIVABLE_SETTLED',
      'PLEDGE_SATISFIED',
    ]);
    const blocks = items.map(({ block }) => Number(block));
    expect(blocks.every((block) => Number.isSafeInteger(block) && block > 0)).toBe(true);
    expect(blocks).toEqual([...blocks].sort((a, b) => a - b));
    expect(items[0]).toMatchObject({ transactionId: registered.transaction.id, block: registered.transaction.block });
    expect(items[3]).toMatchObject({
      transactionId: active.transaction.id,
      block: active.transaction.block,
      actor: { member: 'bank-a', role: 'member' },
      pledgeId: active.id,
    });
    expect(items[3]?.changes).toContainEqual({ field: 'free', from: cny('1000000.00'), to: cny('200000.00') });
    expect(items[1]?.changes).toContainEqual({ field: 'confirmed', from: false, to: true });
  });

  test('that the debtor rejects takes no new pledge, and what the debtor says later makes it good again', async () => {
    const { platform, supplierItself, debtor, bankA } = await actors();
    const registered = await platform.register(sequence.registration());
    const path = `/v1/receivables/${registered.id}/confirmation`;

    const rejected = await debtor.post(path, { decision: 'REJECT', reason: 'goods not received' });
    expect(rejected.as<Receivable>(201)).toMatchObject({ status: 'DISPUTED', free: cny('0.00') });
    const frozen = await supplierItself.post('/v1/pledges', sequence.terms(registered, 'bank-a'));
    expect([frozen.status, frozen.problem.code]).toEqual([409, 'FROZEN']);

    (await debtor.post(path, { decision: 'CONFIRM' })).as<Receivable>(201);
    const proposed = await supplierItself.propose(sequence.terms(registered, 'bank-a'));
    expect(await bankA.accept(proposed.id)).toMatchObject({ status: 'ACTIVE' });
  });

  test('may be pledged unconfirmed where the claimant accepts it as such, and the pledge says so', async () => {
    const { platform, bankA, supplierItself } = await actors();
    const registered = await platform.register(sequence.registration());
    const proposed = await bankA.propose(sequence.terms(registered, 'bank-a'));
    expect(await supplierItself.accept(proposed.id)).toMatchObject({ status: 'ACTIVE', debtorConfirmed: false });
  });

  test('is free again after a whole release, and after a withdrawal nothing was ever reserved', async () => {
    const { platform, supplierItself, bankA, bankB } = await actors();
    const registered = await platform.register(sequence.registration());
    const first = await supplierItself.propose(sequence.terms(registered, 'bank-a'));
    await bankA.accept(first.id);
    const released = await bankA.post(`/v1/pledges/${first.id}/release`, { reason: 'repaid' });
    expect(released.as<Pledge>(201)).toMatchObject({ status: 'RELEASED', covers: cny('0.00') });

    const second = await supplierItself.propose(sequence.terms(registered, 'bank-b'));
    const withdrawn = await supplierItself.post(`/v1/pledges/${second.id}/withdrawal`, { reason: 'better offer' });
    expect(withdrawn.as<Pledge>(201)).toMatchObject({ status: 'WITHDRAWN' });
    const late = await bankB.post(`/v1/pledges/${second.id}/acceptance`, {});
    expect([late.status, late.problem.code]).toEqual([409, 'INVALID_STATE']);

    const third = await supplierItself.propose(sequence.terms(registered, 'bank-b'));
    expect(await bankB.accept(third.id)).toMatchObject({ status: 'ACTIVE', rank: 2 });
  });

  test('is registered by another member for a party that lives there', async () => {
    const { platform } = await actors();
    const bankA = await as({ member: 'bank-a' });
    const company = sequence.company('Client of the bank');
    const home = await platform.post('/v1/parties', { party: company, member: 'bank-a' });
    expect(home.as<object>(201)).toMatchObject({ uscc: company.uscc, member: 'bank-a' });
    expect(await bankA.read<object>(`/v1/parties/${company.uscc}`)).toMatchObject({
      member: 'bank-a',
      name: company.name,
    });
    const registered = await bankA.register(sequence.registration({ creditor: company, dueDate: day(30) }));
    expect(registered.registeredBy).toMatchObject({ member: 'bank-a' });
  });
});
