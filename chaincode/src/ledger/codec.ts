/** Records to the JSON that stands on the ledger and back: amounts as decimal strings of minor units, and a schema version. */
import type { Member } from '../model/member';
import type { EvidenceRecord, PartyRecord, Pledge, Receivable, TradeRecord } from '../domain/records';

/** How a record is written to JSON and read back. */
export interface Codec<T> {
  encode(record: T): unknown;
  decode(json: unknown): T;
}

/** The version of the forms below; a later one reads all earlier ones. */
export const SCHEMA_VERSION = 1;

type Amounts<T> = T extends bigint
  ? string
  : T extends string
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Amounts<Item>[]
      : T extends object
        ? { [Name in keyof T]: Amounts<T[Name]> }
        : T;

// What stands on the ledger was written by this program and endorsed, so its form is asserted, not checked again.
function amounts<T>(decode: (json: Amounts<T>) => T, encode: (record: T) => Amounts<T>): Codec<T> {
  return { encode, decode: (json) => decode(json as Amounts<T>) };
}

const text = (minor: bigint): string => minor.toString();

/** Something whose presence is all that matters. */
export const markerCodec: Codec<true> = { encode: () => 1, decode: () => true };

/** A name for something that has an id. */
export const nameCodec: Codec<string> = { encode: (id) => id, decode: (json) => json as string };

export const memberCodec: Codec<Member> = { encode: (member) => member, decode: (json) => json as Member };

export const partyCodec: Codec<PartyRecord> = { encode: (party) => party, decode: (json) => json as PartyRecord };

export const tradeCodec: Codec<TradeRecord> = { encode: (trade) => trade, decode: (json) => json as TradeRecord };

export const evidenceCodec: Codec<EvidenceRecord> = amounts<EvidenceRecord>(
  (json) => ({
    ...json,
    value: BigInt(json.value),
    used: BigInt(json.used),
    uses: json.uses.map((use) => ({ ...use, amount: BigInt(use.amount) })),
  }),
  (record) => ({
    ...record,
    value: text(record.value),
    used: text(record.used),
    uses: record.uses.map((use) => ({ ...use, amount: text(use.amount) })),
  }),
);

export const receivableCodec: Codec<Receivable> = amounts<Receivable>(
  (json) => ({
    ...json,
    value: BigInt(json.value),
    settled: BigInt(json.settled),
    encumbrances: json.encumbrances.map((claim) => ({
      ...claim,
      covers: BigInt(claim.covers),
      secures: BigInt(claim.secures),
    })),
    evidence: json.evidence.map((use) => ({ ...use, amount: BigInt(use.amount), used: BigInt(use.used) })),
    settlements: json.settlements.map((settlement) => ({
      ...settlement,
      amount: BigInt(settlement.amount),
      paidTo: settlement.paidTo.map((payment) => ({ ...payment, amount: BigInt(payment.amount) })),
    })),
  }),
  (record) => ({
    ...record,
    value: text(record.value),
    settled: text(record.settled),
    encumbrances: record.encumbrances.map((claim) => ({
      ...claim,
      covers: text(claim.covers),
      secures: text(claim.secures),
    })),
    evidence: record.evidence.map((use) => ({ ...use, amount: text(use.amount), used: text(use.used) })),
    settlements: record.settlements.map((settlement) => ({
      ...settlement,
      amount: text(settlement.amount),
      paidTo: settlement.paidTo.map((payment) => ({ ...payment, amount: text(payment.amount) })),
    })),
  }),
);

export const pledgeCodec: Codec<Pledge> = amounts<Pledge>(
  (json) => ({
    ...json,
    covers: BigInt(json.covers),
    agreed: BigInt(json.agreed),
    secures: BigInt(json.secures),
    paid: BigInt(json.paid),
    releases: json.releases.map((release) => ({ ...release, covers: BigInt(release.covers) })),
  }),
  (record) => ({
    ...record,
    covers: text(record.covers),
    agreed: text(record.agreed),
    secures: text(record.secures),
    paid: text(record.paid),
    releases: record.releases.map((release) => ({ ...release, covers: text(release.covers) })),
  }),
);
