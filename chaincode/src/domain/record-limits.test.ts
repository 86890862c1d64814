/** How many payments, releases and claims a record takes. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CommandOf } from '../model/command';
import { pledged } from '../testing/beginnings';
import { BANK_A, BUYER, ENROLMENT, NOW, PLATFORM, release, settle, SUPPLIER } from '../testing/builders';
import { Ledger } from '../testing/ledger';
import { storedState } from '../testing/stored-state';
import type { Context } from './context';
import { acceptPledge, MOST_CLAIMS, MOST_RELEASES, releasePledge } from './pledge';
import { MOST_SETTLEMENTS, settleReceivable } from './settle-receivable';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('what grows with each act has an end, so that its record never outgrows a block', () => {
  const context = (mspId: string, party: string | undefined): Context => ({
    actor: { mspId, party, role: 'member', member: ENROLMENT.find((member) => member.mspId === mspId) },
    at: NOW,
  });

  async function stored() {
    await pledged(ledger);
    const { receivables, pledges, parties } = storedState(ledger.world);
    const party = (uscc: string) => parties.find((one) => one.uscc === uscc);
    const [receivable, pledge] = [receivables[0], pledges[0]];
    if (receivable === undefined || pledge === undefined) throw new Error('nothing is stored');
    return { receivable, pledge, debtor: party(BUYER.uscc), pledgor: party(SUPPLIER.uscc) };
  }

  test('payments: the thousandth is that of all that is owed', async () => {
    const { receivable, pledge, debtor } = await stored();
    const payments = Array.from({ length: MOST_SETTLEMENTS - 1 }, (_, i) => ({
      reference: `PAY-${i}`,
      amount: 1n,
      at: NOW,
      paidTo: [{ pledgeId: pledge.id, amount: 1n }],
    }));
    const paid = BigInt(payments.length);
    const claims = receivable.encumbrances.map((claim) => ({
      ...claim,
      covers: claim.covers - paid,
      secures: claim.secures - paid,
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
    const { receivable, pledge, pledgor } = await stored();
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
    const { receivable, pledge, pledgor } = await stored();
    const [claim] = receivable.encumbrances;
    if (claim === undefined) throw new Error('no claim');
    const claims = Array.from({ length: MOST_CLAIMS }, (_, i) => ({
      ...claim,
      pledgeId: `${claim.pledgeId.slice(0, -3)}${String(i).padStart(3, '0')}`,
      covers: 1n,
      rank: i + 1,
    }));
    const small = { ...pledge, id: claim.pledgeId, status: 'PROPOSED' as const, covers: 1n, agreed: 1n };
    const accepted = (encumbrances: typeof claims) =>
      acceptPledge(
        { pledge: small, receivable: { ...receivable, encumbrances, lastRank: MOST_CLAIMS }, pledgor, pledgee: BANK_A },
        context(BANK_A.mspId, undefined),
      );
    expect(accepted(claims)).toMatchObject({ ok: false, error: { code: 'INVALID_STATE' } });
    expect(accepted(claims.slice(1))).toMatchObject({ ok: true });
  });
});
