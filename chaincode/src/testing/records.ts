/** Arbitrary records of every shape that the codecs must carry, whether or not a rule would make them. */
import fc from 'fast-check';
import { EVIDENCE_KINDS, type EvidenceToken } from '../model/evidence';
import { PLEDGE_STATUSES, RECEIVABLE_STATUSES } from '../model/view';
import type { EvidenceRecord, Pledge, Receivable } from '../domain/records';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const minor = fc.bigInt({ min: 0n, max: 10n ** 21n });
const count = fc.nat({ max: 1000 });
const party = fc.record({ uscc: text, name: text });
const member = fc.record({ mspId: text, member: text });
const token = text.map((value) => value as EvidenceToken);
const actor = fc.record(
  { member: text, party: text, role: fc.constantFrom('member' as const, 'admin' as const) },
  { requiredKeys: ['member', 'role'] },
);
const few = { maxLength: 3 };

/** Any receivable. */
export const aReceivableRecord: fc.Arbitrary<Receivable> = fc.record(
  {
    id: text,
    status: fc.constantFrom(...RECEIVABLE_STATUSES),
    creditor: party,
    debtor: party,
    holder: party,
    currency: text,
    value: minor,
    settled: minor,
    dueDate: text,
    confirmation: fc.record(
      { decision: fc.constantFrom('CONFIRM' as const, 'REJECT' as const), reason: text, actor, at: text },
      { requiredKeys: ['decision', 'actor', 'at'] },
    ),
    encumbrances: fc.array(
      fc.record({ pledgeId: text, pledgee: member, covers: minor, secures: minor, rank: count }),
      few,
    ),
    lastRank: count,
    evidence: fc.array(
      fc.record(
        {
          token,
          kind: fc.constantFrom(...EVIDENCE_KINDS),
          issuer: text,
          number: text,
          amount: minor,
          used: minor,
          issuedOn: text,
          digest: text,
        },
        { requiredKeys: ['token', 'kind', 'issuer', 'number', 'amount', 'used', 'issuedOn'] },
      ),
      few,
    ),
    settlements: fc.array(
      fc.record({
        reference: text,
        amount: minor,
        at: text,
        paidTo: fc.array(fc.record({ pledgeId: text, holder: text, amount: minor }, { requiredKeys: ['amount'] }), few),
      }),
      few,
    ),
    sequence: count,
    registeredBy: actor,
    registeredAt: text,
  },
  {
    requiredKeys: [
      'id',
      'status',
      'creditor',
      'debtor',
      'holder',
      'currency',
      'value',
      'settled',
      'dueDate',
      'encumbrances',
      'lastRank',
      'evidence',
      'settlements',
      'sequence',
      'registeredBy',
      'registeredAt',
    ],
  },
);

/** Any pledge. */
export const aPledgeRecord: fc.Arbitrary<Pledge> = fc.record(
  {
    id: text,
    assetId: text,
    status: fc.constantFrom(...PLEDGE_STATUSES),
    pledgor: fc.record({ uscc: text }),
    pledgee: member,
    currency: text,
    covers: minor,
    agreed: minor,
    secures: minor,
    paid: minor,
    maturity: text,
    proposedBy: fc.constantFrom('PLEDGOR' as const, 'PLEDGEE' as const),
    proposedAt: text,
    lapsesAt: text,
    acceptedAt: text,
    rank: count,
    debtorConfirmed: fc.boolean(),
    releases: fc.array(fc.record({ covers: minor, reason: text, at: text }), few),
  },
  {
    requiredKeys: [
      'id',
      'assetId',
      'status',
      'pledgor',
      'pledgee',
      'currency',
      'covers',
      'agreed',
      'secures',
      'paid',
      'maturity',
      'proposedBy',
      'proposedAt',
      'lapsesAt',
      'releases',
    ],
  },
);

/** Any record of a document. */
export const anEvidenceRecord: fc.Arbitrary<EvidenceRecord> = fc.record({
  token,
  currency: text,
  value: minor,
  used: minor,
  creditorKey: text,
  debtorKey: text,
  uses: fc.array(fc.record({ assetId: text, amount: minor, mspId: text, at: text }), few),
});
