/** The rules of a receivable: evidence, confirmation, settlement, cancellation. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CommandOf } from '../model/command';
import type { PledgeView, ReceivableView } from '../model/view';
import {
  acceptance,
  anInvoice,
  aParty,
  aProposal,
  aReceivable,
  auditor,
  BANK_B,
  bankA,
  bankB,
  buyer,
  cancel,
  cny,
  confirm,
  memberOf,
  OTHER_SUPPLIER,
  partyAt,
  platform,
  PLATFORM,
  regulator,
  reject,
  release,
  settle,
  supplier,
} from '../testing/builders';
import { Ledger } from '../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

const register = (change: Partial<CommandOf<'receivable.register'>> = {}) =>
  ledger.ok<ReceivableView>(platform, aReceivable(change));

async function pledge(assetId: string, terms: Parameters<typeof aProposal>[1]): Promise<PledgeView> {
  const { id } = await ledger.ok<PledgeView>(supplier, aProposal(assetId, terms));
  return ledger.ok(terms?.pledgee === BANK_B.mspId ? bankB : bankA, acceptance(id));
}

describe('registration', () => {
  test('gives a receivable that is free, unconfirmed and held by its creditor', async () => {
    const command = aReceivable();
    expect(await ledger.ok(supplier, command)).toMatchObject({
      status: 'REGISTERED',
      holder: command.creditor,
      amount: cny('1000.00'),
      free: cny('1000.00'),
      encumbered: cny('0.00'),
      settled: cny('0.00'),
      confirmed: false,
      claims: [],
      sequence: 1,
      registeredBy: { member: 'platform', party: command.creditor.uscc, role: 'member' },
    });
  });

  test('is for the creditor and its member, and for nobody who only reads', async () => {
    for (const identity of [
      buyer,
      bankA,
      auditor,
      regulator,
      memberOf({ mspId: 'StrangerMSP' }),
      partyAt(OTHER_SUPPLIER),
    ]) {
      expect((await ledger.refusal(identity, aReceivable())).code).toBe('FORBIDDEN');
    }
  });

  test('by a bank is for parties that were given to it', async () => {
    const party = aParty(60);
    expect((await ledger.refusal(bankA, aReceivable({ creditor: party }))).code).toBe('FORBIDDEN');
    expect((await ledger.refusal(partyAt(party, { mspId: 'BankAMSP' }), aReceivable({ creditor: party }))).code).toBe(
      'FORBIDDEN',
    );
    await ledger.ok(platform, { id: aReceivable().id, type: 'party.register', party, home: 'BankAMSP' });
    expect(await ledger.ok(bankA, aReceivable({ creditor: party }))).toMatchObject({ holder: party });
    expect((await ledger.refusal(platform, aReceivable({ creditor: party }))).code).toBe('FORBIDDEN');
  });

  test('draws on documents in their order, on each kind for the whole amount', async () => {
    const { evidence } = await register({
      amount: cny('150.00'),
      evidence: [
        anInvoice({ amount: cny('100.00') }),
        anInvoice({ kind: 'CONTRACT', amount: cny('500.00') }),
        anInvoice({ amount: cny('100.00') }),
      ],
    });
    expect(evidence.map(({ kind, used }) => [kind, used.amount])).toEqual([
      ['INVOICE', '100.00'],
      ['CONTRACT', '150.00'],
      ['INVOICE', '50.00'],
    ]);
  });

  test('refuses a document that nothing is drawn on, and one from the future', async () => {
    const idle = aReceivable({ evidence: [anInvoice(), anInvoice()] });
    expect(await ledger.refusal(platform, idle)).toMatchObject({ code: 'INVALID_INPUT', field: 'evidence[1]' });
    const tomorrow = aReceivable({ evidence: [anInvoice({ issuedOn: '2026-11-23' })] });
    await ledger.ok(platform, tomorrow);
    const later = aReceivable({ evidence: [anInvoice({ issuedOn: '2026-11-24' })] });
    expect(await ledger.refusal(platform, later)).toMatchObject({
      code: 'INVALID_EVIDENCE',
      field: 'evidence[0].issuedOn',
    });
  });

  test('refused leaves none of its documents used', async () => {
    const good = anInvoice({ amount: cny('600.00') });
    const used = anInvoice({ amount: cny('400.00') });
    await register({ amount: cny('400.00'), evidence: [used] });
    expect((await ledger.refusal(platform, aReceivable({ evidence: [good, used] }))).code).toBe('DUPLICATE_EVIDENCE');
    await register({ amount: cny('600.00'), evidence: [good] });
  });
});

describe('confirmation', () => {
  test('is final; a rejection disputes the receivable until the debtor confirms', async () => {
    const { id } = await register();
    expect(await ledger.ok(buyer, reject(id))).toMatchObject({
      status: 'DISPUTED',
      confirmed: false,
      free: cny('0.00'),
    });
    expect((await ledger.refusal(buyer, reject(id))).code).toBe('INVALID_STATE');
    expect((await ledger.refusal(buyer, settle(id, '1.00'))).code).toBe('FROZEN');
    expect(await ledger.ok(buyer, confirm(id))).toMatchObject({
      status: 'REGISTERED',
      confirmed: true,
      free: cny('1000.00'),
    });
    for (const act of [confirm(id), reject(id)]) expect((await ledger.refusal(buyer, act)).code).toBe('INVALID_STATE');
  });

  test('is noted on a pledge as it stood at its acceptance', async () => {
    const { id } = await register();
    expect(await pledge(id, { covers: cny('1.00') })).toMatchObject({ debtorConfirmed: false });
    await ledger.ok(buyer, confirm(id));
    expect(await pledge(id, { covers: cny('1.00') })).toMatchObject({ debtorConfirmed: true, rank: 2 });
  });

  test('does not take a claim from its rank when the debtor rejects', async () => {
    const { id } = await register();
    const { id: pledgeId } = await pledge(id, {});
    await ledger.ok(buyer, reject(id));
    expect(await ledger.read(bankA, { type: 'receivable.get', id })).toMatchObject({
      claims: [{ id: pledgeId, rank: 1 }],
    });
    expect(await ledger.ok(bankA, release(pledgeId))).toMatchObject({ status: 'RELEASED' });
  });

  test('comes too late when the receivable has ended', async () => {
    const { id } = await register();
    await ledger.ok(platform, cancel(id));
    for (const act of [confirm(id), settle(id, '1.00')])
      expect((await ledger.refusal(buyer, act)).code).toBe('INVALID_STATE');
  });
});

describe('settlement', () => {
  test('pays claims by rank up to what they cover and secure, then the holder (Civil Code 445)', async () => {
    const { id } = await register();
    const first = await pledge(id, { covers: cny('500.00'), secures: cny('300.00') });
    const second = await pledge(id, { covers: cny('400.00'), secures: cny('900.00'), pledgee: BANK_B.mspId });
    const paid = async (amount: string) => {
      const view = await ledger.ok<ReceivableView>(buyer, settle(id, amount));
      return {
        view,
        parts: view.settlements
          .at(-1)
          ?.paidTo.map(({ pledgeId, holder, amount: { amount: part } }) => [pledgeId ?? holder, part]),
      };
    };
    expect((await paid('100.00')).parts).toEqual([[first.id, '100.00']]);
    const next = await paid('250.00');
    expect(next.parts).toEqual([
      [first.id, '200.00'],
      [second.id, '50.00'],
    ]);
    // The first claim has got what it secured. What it covered beyond that is not free by the debtor's word: the claimant has to let it go.
    expect(next.view).toMatchObject({ encumbered: cny('550.00'), free: cny('100.00'), settled: cny('350.00') });
    expect(await ledger.read(bankA, { type: 'pledge.get', id: first.id })).toMatchObject({
      status: 'ACTIVE',
      covers: cny('200.00'),
      paid: cny('300.00'),
    });
    const last = await paid('650.00');
    expect(last.parts).toEqual([
      [second.id, '350.00'],
      [last.view.holder.uscc, '300.00'],
    ]);
    expect(last.view).toMatchObject({ status: 'SETTLED', claims: [], free: cny('0.00') });
    for (const [bank, claim] of [
      [bankA, first],
      [bankB, second],
    ] as const) {
      expect(await ledger.read(bank, { type: 'pledge.get', id: claim.id })).toMatchObject({ status: 'SATISFIED' });
    }
  });

  test('that the debtor only claims to have made frees nothing for another bank: never-twice 8', async () => {
    const { id } = await register();
    const claim = await pledge(id, { covers: cny('1000.00'), secures: cny('10.00') });
    await ledger.ok(buyer, settle(id, '10.00'));
    expect(await ledger.refusal(supplier, aProposal(id, { pledgee: BANK_B.mspId, covers: cny('0.01') }))).toMatchObject(
      {
        code: 'ALREADY_ENCUMBERED',
      },
    );
    await ledger.ok(bankA, release(claim.id));
    expect(await ledger.read(supplier, { type: 'receivable.get', id })).toMatchObject({ free: cny('990.00') });
  });

  test('to the holder is taken from claims that have nothing more to get, the last first', async () => {
    const { id } = await register();
    const first = await pledge(id, { covers: cny('500.00'), secures: cny('10.00') });
    const second = await pledge(id, { covers: cny('400.00'), secures: cny('10.00'), pledgee: BANK_B.mspId });
    const view = await ledger.ok<ReceivableView>(buyer, settle(id, '320.00'));
    expect(view).toMatchObject({ encumbered: cny('680.00'), free: cny('0.00') });
    expect(view.claims.map(({ id: of, covers, secures }) => [of, covers.amount, secures.amount])).toEqual([
      [first.id, '490.00', '0.00'],
      [second.id, '190.00', '0.00'],
    ]);
  });

  test('of more than is owed, in another currency or under a known reference is refused', async () => {
    const { id } = await register();
    await ledger.ok(buyer, settle(id, '400.00', 'PAY-1'));
    expect((await ledger.refusal(buyer, settle(id, '600.01'))).code).toBe('INSUFFICIENT_VALUE');
    expect(await ledger.refusal(buyer, settle(id, '1.00', 'PAY-1'))).toMatchObject({
      code: 'INVALID_STATE',
      field: 'reference',
    });
    const dollars = { ...settle(id, '1.00'), amount: { currency: 'USD', amount: '1.00' } };
    expect(await ledger.refusal(buyer, dollars)).toMatchObject({ code: 'INVALID_INPUT', field: 'amount.currency' });
  });
});

describe('cancellation', () => {
  test('is for the holder, while nothing is claimed or paid', async () => {
    const free = await register();
    for (const identity of [buyer, bankA, partyAt(OTHER_SUPPLIER), memberOf(PLATFORM, 'auditor')]) {
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain((await ledger.refusal(identity, cancel(free.id))).code);
    }
    const pledged = await register();
    await pledge(pledged.id, { covers: cny('0.01') });
    const paid = await register();
    await ledger.ok(buyer, settle(paid.id, '0.01'));
    for (const { id } of [pledged, paid])
      expect((await ledger.refusal(supplier, cancel(id))).code).toBe('INVALID_STATE');
    expect(await ledger.ok(supplier, cancel(free.id))).toMatchObject({ status: 'CANCELLED', free: cny('0.00') });
    expect((await ledger.refusal(supplier, cancel(free.id))).code).toBe('INVALID_STATE');
  });
});

describe('release', () => {
  test('in part frees that part, in whole all of it', async () => {
    const { id } = await register();
    const { id: pledgeId } = await pledge(id, {});
    expect(await ledger.ok(bankA, release(pledgeId, '999.99'))).toMatchObject({
      status: 'ACTIVE',
      covers: cny('0.01'),
    });
    expect(await ledger.read(supplier, { type: 'receivable.get', id })).toMatchObject({ free: cny('999.99') });
    expect((await ledger.refusal(bankA, release(pledgeId, '0.02'))).code).toBe('INSUFFICIENT_VALUE');
    expect(await ledger.ok(bankA, release(pledgeId))).toMatchObject({ status: 'RELEASED', covers: cny('0.00') });
    expect(await ledger.read(supplier, { type: 'receivable.get', id })).toMatchObject({
      free: cny('1000.00'),
      claims: [],
    });
    expect((await ledger.refusal(bankA, release(pledgeId, '0.01'))).code).toBe('INVALID_STATE');
  });
});
