/** The state of the ledger as the rules see it. Amounts are bigint minor units of the asset's one currency. */
import type { EvidenceKind, EvidenceToken, TradeToken } from '../model/evidence';
import type { ActorView } from '../model/member';
import type { Party } from '../model/party';
import type { PledgeStatus, ReceivableStatus } from '../model/view';

/** A party and the member at whose MSP its identities live. */
export type PartyRecord = Readonly<{ key: string; uscc: string; name: string; home: string; homeName: string }>;

export type MemberRef = Readonly<{ mspId: string; member: string }>;

/** An active claim as it weighs on its asset. */
export type Encumbrance = Readonly<{
  pledgeId: string;
  pledgee: MemberRef;
  /** Value of the asset that it covers. */
  covers: bigint;
  /** What it still secures at most. */
  secures: bigint;
  rank: number;
}>;

/** The use of one document by one receivable. */
export type EvidenceUse = Readonly<{
  token: EvidenceToken;
  kind: EvidenceKind;
  issuer: string;
  number: string;
  /** The document's own value. */
  amount: bigint;
  /** What of it backs this receivable. */
  used: bigint;
  issuedOn: string;
  digest?: string;
}>;

export type Settlement = Readonly<{
  reference: string;
  amount: bigint;
  at: string;
  /** Who received it: claimants in the order of their ranks, then the holder. Civil Code 445: proceeds prepay the secured debt. */
  paidTo: readonly Readonly<{ pledgeId?: string; holder?: string; amount: bigint }>[];
}>;

export type Confirmation = Readonly<{ decision: 'CONFIRM' | 'REJECT'; reason?: string; actor: ActorView; at: string }>;

/** A receivable 应收账款. */
export type Receivable = Readonly<{
  id: string;
  status: ReceivableStatus;
  creditor: Party;
  debtor: Party;
  holder: Party;
  currency: string;
  /** Face value. */
  value: bigint;
  settled: bigint;
  dueDate: string;
  confirmation?: Confirmation;
  encumbrances: readonly Encumbrance[];
  /** The highest rank given so far. */
  lastRank: number;
  evidence: readonly EvidenceUse[];
  settlements: readonly Settlement[];
  /** Counts the changes. */
  sequence: number;
  registeredBy: ActorView;
  registeredAt: string;
}>;

/** A pledge 质押 on a receivable. */
export type Pledge = Readonly<{
  id: string;
  assetId: string;
  status: PledgeStatus;
  pledgor: Readonly<{ uscc: string }>;
  pledgee: MemberRef;
  currency: string;
  covers: bigint;
  agreed: bigint;
  secures: bigint;
  paid: bigint;
  maturity: string;
  proposedBy: 'PLEDGOR' | 'PLEDGEE';
  proposedAt: string;
  lapsesAt: string;
  acceptedAt?: string;
  rank?: number;
  debtorConfirmed?: boolean;
  /** Each with the command that made it, which makes no other. */
  releases: readonly Readonly<{ covers: bigint; reason: string; at: string; command?: string }>[];
}>;

/** One trade document and all that it ever backed. */
export type EvidenceRecord = Readonly<{
  token: EvidenceToken;
  currency: string;
  value: bigint;
  used: bigint;
  creditorKey: string;
  debtorKey: string;
  uses: readonly Readonly<{ assetId: string; amount: bigint; mspId: string; at: string }>[];
}>;

/**
 * A document's number between two companies, and the documents that first came under it: no other is taken under it later, unless all have codes
 * by which they are told apart.
 */
export type TradeRecord = Readonly<{
  token: TradeToken;
  documents: readonly EvidenceToken[];
  /** Those of them whose numbers have a code. */
  coded?: readonly EvidenceToken[];
}>;
