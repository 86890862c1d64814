/** Records as clients see them. */
import { moneyText } from '../model/money';
import type { PartyRecordView, PledgeView, ReceivableView } from '../model/view';
import { coveredValue, freeValue } from './invariants';
import type { PartyRecord, Pledge, Receivable } from './records';

/** A receivable as the API shows it. */
export function receivableView(receivable: Receivable): ReceivableView {
  const money = (minor: bigint) => moneyText(receivable.currency, minor);
  return {
    id: receivable.id,
    status: receivable.status,
    creditor: receivable.creditor,
    debtor: receivable.debtor,
    holder: receivable.holder,
    amount: money(receivable.value),
    settled: money(receivable.settled),
    encumbered: money(coveredValue(receivable)),
    free: money(freeValue(receivable)),
    dueDate: receivable.dueDate,
    confirmed: receivable.confirmation?.decision === 'CONFIRM',
    ...(receivable.confirmation === undefined ? {} : { confirmation: receivable.confirmation }),
    claims: [...receivable.encumbrances]
      .sort((a, b) => a.rank - b.rank)
      .map((claim) => ({
        id: claim.pledgeId,
        kind: 'PLEDGE',
        pledgee: claim.pledgee,
        covers: money(claim.covers),
        secures: money(claim.secures),
        rank: claim.rank,
        status: 'ACTIVE',
      })),
    evidence: receivable.evidence.map(({ token: _token, amount, used, ...use }) => ({
      ...use,
      amount: money(amount),
      used: money(used),
    })),
    settlements: receivable.settlements.map((settlement) => ({
      ...settlement,
      amount: money(settlement.amount),
      paidTo: settlement.paidTo.map((payment) => ({ ...payment, amount: money(payment.amount) })),
    })),
    sequence: receivable.sequence,
    registeredBy: receivable.registeredBy,
    registeredAt: receivable.registeredAt,
  };
}

/** A pledge as the API shows it at an instant: a proposal that nobody accepted in time has lapsed by itself. */
export function pledgeView(pledge: Pledge, at: string): PledgeView {
  const money = (minor: bigint) => moneyText(pledge.currency, minor);
  const { currency: _currency, covers, agreed, secures, paid, releases, ...rest } = pledge;
  return {
    ...rest,
    status: pledge.status === 'PROPOSED' && at >= pledge.lapsesAt ? 'LAPSED' : pledge.status,
    covers: money(covers),
    agreed: money(agreed),
    secures: money(secures),
    paid: money(paid),
    registration: null,
    notices: [],
    releases: releases.map(({ covers: released, reason, at: when }) => ({ covers: money(released), reason, at: when })),
  };
}

/** A party's record as the API shows it. */
export function partyView(party: PartyRecord): PartyRecordView {
  return { uscc: party.uscc, name: party.name, member: party.homeName };
}

export type FieldChange = Readonly<{ field: string; from?: unknown; to?: unknown }>;

/** The top-level fields in which two views differ. */
export function differences(before: object | undefined, after: object): readonly FieldChange[] {
  const was = new Map<string, unknown>(Object.entries(before ?? {}));
  const is = new Map<string, unknown>(Object.entries(after));
  const changes: FieldChange[] = [];
  for (const field of new Set([...was.keys(), ...is.keys()])) {
    const from = was.get(field);
    const to = is.get(field);
    if (JSON.stringify(from) === JSON.stringify(to)) continue;
    changes.push({ field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  }
  return changes;
}
