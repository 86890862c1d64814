/** Random acts for properties: mostly sensible, so that they get somewhere, often by the wrong one or of too much. */
import fc from 'fast-check';
import type { Command } from '../model/command';
import { formatAmount } from '../model/money';
import type { CertifiedIdentity } from '../domain/authority';
import { aParty, BANK_A, BANK_B, DUE, PLATFORM, REGULATOR } from './builders';
import type { Act, Who } from './reference-model';

/** What each document of a sequence is worth, in minor units: beyond 2^53. */
export const DOCUMENT_VALUE = 90_071_992_547_409_930n;

const MEMBERS = [PLATFORM, BANK_A, BANK_B] as const;
const PARTIES = 4;

const number = (most: number) => fc.nat({ max: most - 1 });
// Halves, thirds and ends of the whole, where rounding and off-by-one errors live.
const amount = fc.oneof(
  fc.constantFrom(1n, DOCUMENT_VALUE / 3n, DOCUMENT_VALUE / 2n, DOCUMENT_VALUE / 2n + 1n, DOCUMENT_VALUE),
  fc.bigInt({ min: 1n, max: DOCUMENT_VALUE + 1n }),
);
const small = fc.oneof(fc.constantFrom(1n, DOCUMENT_VALUE / 4n), fc.bigInt({ min: 1n, max: DOCUMENT_VALUE / 2n }));

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('register' as const),
      command: number(6),
      creditor: number(PARTIES),
      debtor: number(PARTIES),
      document: number(4),
      value: amount,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('confirm' as const, 'confirm' as const, 'reject' as const),
      asset: number(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      asset: number(3),
      amount: small,
      reference: number(6),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), asset: number(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('propose' as const),
      command: number(20),
      asset: number(3),
      pledgor: number(PARTIES),
      bank: number(3),
      covers: small,
      secures: small,
    }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('accept' as const), pledge: number(6) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('withdraw' as const), pledge: number(6) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('release' as const),
      pledge: number(6),
      covers: fc.option(small, { nil: undefined }),
    }),
  },
);

/** An act together with how its actor is chosen: the one whom it needs, or anybody at all. */
export type Step = Readonly<{ act: Act; right: boolean; asAgent: boolean; anybody: Who }>;

export const step: fc.Arbitrary<Step> = fc.record({
  act,
  right: fc.integer({ min: 0, max: 9 }).map((n) => n < 7),
  asAgent: fc.boolean(),
  anybody: fc.record({
    member: number(MEMBERS.length),
    party: fc.option(number(PARTIES), { nil: undefined }),
    reader: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
});

/** The certificate of an actor of the model. */
export function identityOf(who: Who): CertifiedIdentity {
  const mspId = MEMBERS[who.member]?.mspId ?? REGULATOR.mspId;
  return {
    mspId,
    party: who.party === undefined ? undefined : partyOf(who.party).uscc,
    role: who.reader ? 'auditor' : 'member',
  };
}

const partyOf = (party: number) => aParty(100 + party);
const cny = (minor: bigint) => ({ currency: 'CNY', amount: formatAmount('CNY', minor) });
const uuid = (family: number, n: number): string => `0000000${family}-0000-4000-8000-${String(n).padStart(12, '0')}`;

// The same document in several spellings: which one an act uses follows from its amount.
function documentNumber(document: number, value: bigint): string {
  const plain = `2644200000035170000${document}`;
  const spellings = [
    plain,
    ` ${plain}`,
    plain.replace(/^2644/, '２６４４-'),
    `00${plain}`,
    `No.${plain}`,
    plain.replace('20', '2\u200b0'),
  ];
  return spellings[Number(value % BigInt(spellings.length))] ?? plain;
}

/** The ids that the ledger gave to the model's things; a number of none stands for an id that nobody has. */
export type Ids = Readonly<{ assets: readonly string[]; pledges: readonly string[] }>;

/** The command of an act. @param n makes ids of commands that create nothing. */
export function commandOf(act: Act, ids: Ids, n: number): Command {
  const asset = (index: number): string => ids.assets[index] ?? `rcv_${'0'.repeat(26)}`;
  const pledge = (index: number): string => ids.pledges[index] ?? `rcv_${'0'.repeat(26)}.${'0'.repeat(13)}`;
  const id = uuid(9, n);
  switch (act.type) {
    case 'register': {
      const kinds = ['INVOICE', 'CONTRACT', 'CUSTOMS_ENTRY'] as const;
      const document = {
        kind: kinds[Number(act.value % 3n)] ?? 'INVOICE',
        issuer: partyOf(act.creditor).uscc,
        number: documentNumber(act.document, act.value),
        amount: cny(DOCUMENT_VALUE),
        issuedOn: '2026-11-01',
      };
      const parties = { creditor: partyOf(act.creditor), debtor: partyOf(act.debtor) };
      return {
        id: uuid(1, act.command),
        type: 'receivable.register',
        ...parties,
        amount: cny(act.value),
        dueDate: DUE,
        evidence: [document],
      };
    }
    case 'confirm':
    case 'reject':
      return {
        id,
        type: 'receivable.confirm',
        receivableId: asset(act.asset),
        decision: act.type === 'confirm' ? 'CONFIRM' : 'REJECT',
      };
    case 'settle':
      return {
        id,
        type: 'receivable.settle',
        receivableId: asset(act.asset),
        amount: cny(act.amount),
        reference: `PAY-${act.reference}`,
      };
    case 'cancel':
      return { id, type: 'receivable.cancel', receivableId: asset(act.asset), reason: 'registered in error' };
    case 'propose':
      return {
        id: uuid(2, act.command),
        type: 'pledge.propose',
        assetId: asset(act.asset),
        pledgor: { uscc: partyOf(act.pledgor).uscc },
        pledgee: MEMBERS[act.bank]?.mspId ?? '',
        covers: cny(act.covers),
        secures: cny(act.secures),
        maturity: '2027-02-28',
      };
    case 'accept':
      return { id, type: 'pledge.accept', pledgeId: pledge(act.pledge) };
    case 'withdraw':
      return { id, type: 'pledge.withdraw', pledgeId: pledge(act.pledge) };
    case 'release':
      return {
        id,
        type: 'pledge.release',
        pledgeId: pledge(act.pledge),
        reason: 'repaid',
        ...(act.covers === undefined ? {} : { covers: cny(act.covers) }),
      };
  }
}
