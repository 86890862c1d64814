/** Small worlds to go through whole: values of one to three units, so that halves, remainders and one too many all occur. */
import type { Command, CommandOf } from '../../model/command';
import type { EvidenceKind } from '../../model/evidence';
import type { Party } from '../../model/party';
import { pledgeId, receivableId } from '../../ledger/ids';
import type { CertifiedIdentity } from '../../domain/authority';
import {
  auditor,
  BANK_A,
  BANK_B,
  bankA,
  bankB,
  BUYER,
  buyer,
  cny,
  DUE,
  memberOf,
  NOW,
  OTHER_SUPPLIER,
  partyAt,
  PLATFORM,
  platform,
  REGULATOR,
  SUPPLIER,
  supplier,
} from '../builders';
import type { Act, Scope } from './explorer';

const MEMBERS = [PLATFORM, BANK_A, BANK_B, REGULATOR];

/** Everybody, and those who say that they are somebody. */
const PEOPLE = {
  supplier,
  debtor: buyer,
  agent: platform,
  'bank A': bankA,
  'bank B': bankB,
  'other supplier': partyAt(OTHER_SUPPLIER),
  auditor,
  'forged supplier': partyAt(SUPPLIER, BANK_B),
  'forged debtor': partyAt(BUYER, BANK_B),
  'forged regulator': memberOf(BANK_B, 'regulator'),
  "bank A's company": partyAt(BANK_A, BANK_A),
} as const satisfies Record<string, CertifiedIdentity>;
type Person = keyof typeof PEOPLE;

let numbered = 0;

function anId(): string {
  numbered += 1;
  return `00000000-0000-4000-8000-${String(numbered).padStart(12, '0')}`;
}

/** Whole units of money: nothing smaller than a cent is known, and a cent is a unit. */
const units = (count: number) => cny(`0.0${count}`);

function by(people: Person | readonly Person[], command: Command): readonly Act[] {
  const all = typeof people === 'string' ? [people] : people;
  return all.map((who) => ({ who, identity: PEOPLE[who], command }));
}

type Paper = Readonly<{ number: string; says: number; kind?: EvidenceKind; issuer?: Party }>;

/** An asset that a command of the supplier's member registers, and its id. */
function registration(
  value: number,
  papers: readonly Paper[],
  creditor: Party = SUPPLIER,
): Readonly<{ id: string; command: CommandOf<'receivable.register'> }> {
  const id = anId();
  const evidence = papers.map(({ number, says, kind = 'INVOICE', issuer = creditor }) => ({
    ...{ kind, issuer: issuer.uscc, number, amount: units(says), issuedOn: '2026-11-01' },
  }));
  const command: CommandOf<'receivable.register'> = {
    ...{ id, type: 'receivable.register', creditor, debtor: BUYER, amount: units(value), dueDate: DUE, evidence },
  };
  return { id: receivableId(PLATFORM.mspId, id), command };
}

type Offer = Readonly<{
  bank: 'bank A' | 'bank B';
  covers: number;
  secures: number;
  byBank?: boolean;
  maturity?: string;
}>;

/** A proposal with all that may come of it, each act by those who may and by those of the other side. */
function offer(
  asset: string,
  { bank, covers, secures, byBank = false, maturity = '2027-02-28' }: Offer,
  releases: readonly (number | undefined)[],
): readonly Act[] {
  const id = anId();
  const { mspId } = PEOPLE[bank];
  const proposer: Person = byBank ? bank : 'supplier';
  const pledge = pledgeId(asset, byBank ? mspId : PLATFORM.mspId, id);
  const both = [bank, 'supplier'] as const;
  const terms = { covers: units(covers), secures: units(secures), maturity };
  return [
    ...by(proposer, {
      ...{ id, type: 'pledge.propose', assetId: asset, pledgor: { uscc: SUPPLIER.uscc }, pledgee: mspId, ...terms },
    }),
    ...by(both, { id: anId(), type: 'pledge.accept', pledgeId: pledge }),
    ...by(proposer, { id: anId(), type: 'pledge.withdraw', pledgeId: pledge }),
    ...releases.flatMap((part) =>
      by(bank, {
        ...{ id: anId(), type: 'pledge.release', pledgeId: pledge, reason: 'repaid' },
        ...(part === undefined ? {} : { covers: units(part) }),
      }),
    ),
  ];
}

const settle = (receivableId: string, count: number, reference: string): Command => ({
  ...{ id: anId(), type: 'receivable.settle', receivableId, amount: units(count), reference },
});
const confirm = (receivableId: string): Command => ({
  ...{ id: anId(), type: 'receivable.confirm', receivableId, decision: 'CONFIRM' },
});
const reject = (receivableId: string): Command => ({
  ...{ id: anId(), type: 'receivable.confirm', receivableId, decision: 'REJECT' },
});
const cancel = (receivableId: string): Command => ({
  ...{ id: anId(), type: 'receivable.cancel', receivableId, reason: 'registered in error' },
});

/** Between the proposals' lapse and the receivable's due date, and after it. */
const LATER = '2027-02-28T12:00:00.000Z';
const OVERDUE = '2027-04-01T00:00:00.000Z';

/** Two banks and two claims on one receivable, in parts, paid, denied, cancelled, in any order. */
function claims(
  value: number,
  offers: readonly Readonly<{ offer: Offer; releases: readonly (number | undefined)[] }>[],
) {
  const { id, command } = registration(value, [{ number: '26440000000000000001', says: value }]);
  return {
    given: by('supplier', command),
    acts: [
      ...offers.flatMap((one) => offer(id, one.offer, one.releases)),
      ...by('debtor', settle(id, 1, 'P1')),
      ...by('debtor', settle(id, 2, 'P2')),
      ...by('debtor', confirm(id)),
      ...by('debtor', reject(id)),
      ...by('supplier', cancel(id)),
    ],
  };
}

/** One paper, several who register on it, under other names, and what is then pledged. */
function documents(): Pick<Scope, 'given' | 'acts'> {
  const own = { number: 'No. 0017', says: 3 };
  const assets = [
    registration(2, [own]),
    registration(1, [{ number: '17', says: 3 }]),
    registration(3, [{ number: '１７', says: 3, kind: 'CONTRACT' }]),
    registration(1, [{ number: '17', says: 3, issuer: BUYER }]),
    registration(1, [{ number: '17', says: 4 }]),
    registration(1, [{ number: '17', says: 3, issuer: SUPPLIER }], OTHER_SUPPLIER),
    registration(2, [own, { number: '18', says: 2, kind: 'CONTRACT' }]),
  ];
  const [first, second] = assets;
  if (first === undefined || second === undefined) throw new Error('no assets');
  return {
    given: by('supplier', registration(1, [{ number: '99', says: 1 }]).command),
    acts: [
      ...assets.flatMap(({ command }) => by(command.creditor === SUPPLIER ? 'supplier' : 'other supplier', command)),
      ...assets.slice(0, 3).flatMap(({ id }) => by('supplier', cancel(id))),
      ...offer(first.id, { bank: 'bank A', covers: 2, secures: 2 }, [undefined]),
      ...offer(second.id, { bank: 'bank B', covers: 1, secures: 1 }, []),
    ],
  };
}

/** Everybody tries everything. */
function strangers(): Pick<Scope, 'given' | 'acts'> {
  const { given, acts } = claims(2, [{ offer: { bank: 'bank A', covers: 1, secures: 1 }, releases: [undefined] }]);
  const everybody = Object.keys(PEOPLE) as Person[];
  const commands = new Map([...given, ...acts].map(({ command }) => [command.id, command]));
  return { given, acts: [...commands.values()].flatMap((command) => by(everybody, command)) };
}

const scope = (name: string, world: Pick<Scope, 'given' | 'acts'>, more: Partial<Scope> = {}): Scope => ({
  ...{ name, members: MEMBERS, times: [NOW], grouped: false, ...world, ...more },
});

/** Gone through with every `npm test`. */
export const QUICK: readonly Scope[] = [
  scope(
    'claims',
    claims(2, [
      { offer: { bank: 'bank A', covers: 2, secures: 1 }, releases: [1, undefined] },
      { offer: { bank: 'bank B', covers: 1, secures: 1, byBank: true }, releases: [undefined] },
    ]),
  ),
  scope('documents', documents()),
  scope('strangers', strangers()),
];

/** Gone through with `npm run verify:model`. */
export const LARGE: readonly Scope[] = [
  scope(
    'claims of three units',
    claims(3, [
      { offer: { bank: 'bank A', covers: 2, secures: 1 }, releases: [1, undefined] },
      { offer: { bank: 'bank B', covers: 2, secures: 2, byBank: true }, releases: [undefined] },
      { offer: { bank: 'bank A', covers: 1, secures: 3, byBank: true }, releases: [] },
    ]),
  ),
  scope(
    'claims and time',
    claims(2, [
      { offer: { bank: 'bank A', covers: 2, secures: 2 }, releases: [1, undefined] },
      { offer: { bank: 'bank B', covers: 1, secures: 1, maturity: '2027-03-15' }, releases: [undefined] },
    ]),
    { times: [NOW, LATER, OVERDUE], grouped: true },
  ),
  scope('documents', documents(), { grouped: true }),
  scope('strangers', strangers(), { grouped: true }),
];
