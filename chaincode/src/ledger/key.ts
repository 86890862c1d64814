/** The keys of the world state, each with the type of what stands under it. */
import type { EvidenceToken, TradeToken } from '../model/evidence';
import type { Member } from '../model/member';
import { assetOfPledge } from '../model/command';
import { partyGuard, pledgeGuard, receivableGuard, type Guard } from '../domain/guard';
import { checkMemberForm, checkPartyForm, checkPledgeForm, checkReceivableForm } from '../domain/form';
import { checkEvidence, checkOwn, checkPledge, checkReceivable } from '../domain/invariants';
import type { EvidenceRecord, PartyRecord, Pledge, Receivable, TradeRecord } from '../domain/records';
import {
  evidenceCodec,
  markerCodec,
  memberCodec,
  nameCodec,
  partyCodec,
  pledgeCodec,
  receivableCodec,
  tradeCodec,
  type Codec,
} from './codec';

/**
 * A key of the world state, the form of its values, and whose endorsement their changes need besides the chaincode's own policy. A key
 * without a guard, or whose value has none, has no policy of its own.
 */
export type Key<T> = Readonly<{
  text: string;
  codec: Codec<T>;
  guard?(record: T): Guard | undefined;
  /** Whether what was read can be gone by: keys without a guard are as others left them. @throws InvariantViolation */
  check?(record: T): void;
}>;

const SEPARATOR = '\u0000';

/**
 * Fabric's composite key: U+0000, then the object type and each attribute, each ended by U+0000.
 * @throws Error for an attribute that is empty or holds U+0000: it could pass for another key.
 */
export function compositeKey(objectType: string, ...attributes: readonly string[]): string {
  let key = SEPARATOR;
  for (const part of [objectType, ...attributes]) {
    if (part === '' || part.includes(SEPARATOR)) throw new Error(`not a part of a key: ${JSON.stringify(part)}`);
    key += part + SEPARATOR;
  }
  return key;
}

/** The object types of the indexes, with what follows in their keys. */
export const INDEX = {
  /** party key, receivable id */
  holder: 'index.holder',
  /** party key, receivable id */
  debtor: 'index.debtor',
  /** MSP id, pledge id */
  pledgee: 'index.pledgee',
  /** party key, pledge id */
  pledgor: 'index.pledgor',
} as const;
export type Index = (typeof INDEX)[keyof typeof INDEX];

/** The object types under which records stand. */
export const OBJECT = { receivable: 'receivable', claim: 'claim' } as const;

export const key = {
  /** Stands once the consortium's members were enrolled for the first time. */
  registry: (): Key<true> => ({ text: compositeKey('registry', 'members'), codec: markerCodec }),
  /** By what the key of the evidence tokens is known again. */
  evidenceKey: (): Key<string> => ({ text: compositeKey('registry', 'evidenceKey'), codec: nameCodec }),
  member: (mspId: string): Key<Member> => ({
    text: compositeKey('member', mspId),
    codec: memberCodec,
    check: (member) => {
      checkOwn(mspId, checkMemberForm(member).mspId);
    },
  }),
  /** The MSP id behind a member's name. */
  memberName: (name: string): Key<string> => ({ text: compositeKey('memberName', name), codec: nameCodec }),
  party: (partyKey: string): Key<PartyRecord> => ({
    text: compositeKey('party', partyKey),
    codec: partyCodec,
    guard: partyGuard,
    check: (party) => {
      checkOwn(partyKey, checkPartyForm(party).key);
    },
  }),
  evidence: (token: EvidenceToken): Key<EvidenceRecord> => ({
    text: compositeKey('evidence', token),
    codec: evidenceCodec,
    check: (record) => {
      checkOwn(token, checkEvidence(record).token);
    },
  }),
  trade: (token: TradeToken): Key<TradeRecord> => ({
    text: compositeKey('trade', token),
    codec: tradeCodec,
    check: (record) => {
      checkOwn(token, record.token);
    },
  }),
  receivable: (id: string): Key<Receivable> => ({
    text: compositeKey(OBJECT.receivable, id),
    codec: receivableCodec,
    guard: receivableGuard,
    check: (receivable) => {
      checkOwn(id, checkReceivableForm(checkReceivable(receivable)).id);
    },
  }),
  pledge: (id: string): Key<Pledge> => ({
    text: compositeKey(OBJECT.claim, assetOfPledge(id), id),
    codec: pledgeCodec,
    guard: pledgeGuard,
    check: (pledge) => {
      checkOwn(id, checkPledgeForm(checkPledge(pledge)).id);
    },
  }),
  index: (index: Index, of: string, id: string): Key<true> => ({
    text: compositeKey(index, of, id),
    codec: markerCodec,
  }),
} as const;
