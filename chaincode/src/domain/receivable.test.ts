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
  BANK_A,
  BANK_B,
  bankA,
  bankB,
  BUYER,
  buyer,
  cancel,
  cny,
  confirm,
  ENROLMENT,
  memberOf,
  NOW,
  OTHER_SUPPLIER,
  partyAt,
  platform,
  PLATFORM,
  regulator,
  reject,
  release,
  settle,
  SUPPLIER,
  supplier,
} from '../testing/builders';
import { Ledger } from '../testing/ledger';
import { storedState } from '../testing/stored-state';
import type { Context } from './context';
import { acceptPledge, MOST_CLAIMS, MOST_RELEASES, releasePledge } from './pledge';
import { MOST_SETTLEMENTS, settleReceivable } from './settle-receivable';

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

describe('what grows with each act has an end, so that its record never outgrows a block', () => {
  const context = (mspId: string, party: string | undefined): Context => ({
    actor: { mspId, party, role: 'member', member: ENROLMENT.find((member) => member.mspId === mspId) },
    at: NOW,
  });

  async function pledged() {
    const { id } = await register();
    const proposal = await ledger.ok<PledgeView>(supplier, aProposal(id));
    await ledger.ok(bankA, acceptance(proposal.id));
    const { receivables, pledges, parties } = storedState(ledger.world);
    const party = (uscc: string) => parties.find((one) => one.uscc === uscc);
    const [receivable, pledge] = [receivables[0], pledges[0]];
    if (receivable === undefined || pledge === undefined) throw new Error('nothing is stored');
    return { receivable, pledge, debtor: party(BUYER.uscc), pledgor: party(SUPPLIER.uscc) };
  }

  test('payments: the thousandth is that of all that is owed', async () => {
    const { receivable, pledge, debtor } = await pledged();
    const payments = Array.from({ length: MOST_SETTLEMENTS - 1 }, (_, i) => ({
      ...{ reference: `PAY-${i}`, amount: 1n, at: NOW, paidTo: [{ pledgeId: pledge.id, amount: 1n }] },
    }));
    const paid = BigInt(payments.length);
    const claims = receivable.encumbrances.map((claim) => ({
      ...{ ...claim, covers: claim.covers - paid, secures: claim.secures - paid },
    }));
    const late = { ...receivable, settlements: payments, settled: paid, encumbrances: claims };
    const now = { ...pledge, covers: pledge.covers - paid, paid };
    const pay = (receivableState: typeof late, amount: string) =>
      settleReceivable(
        { receivable: receivableState, debtor, pledges: [now] },
        settle(receivable.id, amount) as CommandOf<'receivable.settle'>,
        context(PLATFORM.mspId, BUYER.uscc),
      );
    expect(pay(late, '0.01')).toMatchObject({ ok: false, error: { code: 'INVALID_STATE', field: 'amount' } });
    expect(pay(late, '990.01')).toMatchObject({ ok: true, value: { receivable: { status: 'SETTLED' } } });
    expect(pay({ ...late, settlements: payments.slice(1) }, '0.01')).toMatchObject({ ok: true });
  });

  test('releases: the thousandth is that of all the rest', async () => {
    const { receivable, pledge, pledgor } = await pledged();
    const releases = Array.from({ length: MOST_RELEASES - 1 }, () => ({ covers: 1n, reason: 'part', at: NOW }));
    const released = (part?: string) =>
      releasePledge(
        { pledge: { ...pledge, releases }, receivable, pledgor },
        release(pledge.id, part) as CommandOf<'pledge.release'>,
        context(BANK_A.mspId, undefined),
      );
    expect(released('0.01')).toMatchObject({ ok: false, error: { code: 'INVALID_STATE', field: 'covers' } });
    expect(released()).toMatchObject({ ok: true, value: { pledge: { status: 'RELEASED' } } });
  });

  test('claims: so many at a time', async () => {
    const { receivable, pledge, pledgor } = await pledged();
    const [claim] = receivable.encumbrances;
    if (claim === undefined) throw new Error('no claim');
    const claims = Array.from({ length: MOST_CLAIMS }, (_, i) => ({
      ...{ ...claim, pledgeId: `${claim.pledgeId.slice(0, -3)}${String(i).padStart(3, '0')}`, covers: 1n, rank: i + 1 },
    }));
    const small = { ...pledge, id: claim.pledgeId, status: 'PROPOSED' as const, covers: 1n, agreed: 1n };
    const accepted = (encumbrances: typeof claims) =>
      acceptPledge(
        { pledge: small, receivable: { ...receivable, encumbrances, lastRank: MOST_CLAIMS }, pledgor },
        context(BANK_A.mspId, undefined),
      );
    expect(accepted(claims)).toMatchObject({ ok: false, error: { code: 'INVALID_STATE' } });
    expect(accepted(claims.slice(1))).toMatchObject({ ok: true });
  });
});
