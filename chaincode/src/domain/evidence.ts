/** The use of trade documents. never-twice 1: a document never backs more than its own value, whoever presents it under whatever name. */
import { minorOf, moneyText } from '../model/money';
import type { Evidence, EvidenceToken, TradeToken } from '../model/evidence';
import { partyKey } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import { businessDay, daysLater, type Context } from './context';
import { checkEvidence } from './invariants';
import type { EvidenceRecord, EvidenceUse, TradeRecord } from './records';

export type EvidenceRequest = Readonly<{
  assetId: string;
  creditorKey: string;
  debtorKey: string;
  currency: string;
  /** What has to be backed, in minor units. */
  amount: bigint;
  /** The documents presented, each with its token and what the ledger knows of it. */
  documents: readonly Readonly<{ evidence: Evidence } & KnownDocument>[];
}>;

/** What the ledger knows of a document. */
export type KnownDocument = Readonly<{
  token: EvidenceToken;
  record: EvidenceRecord | undefined;
  /** Its number between creditor and debtor and, where a code may be left out, under its issuer; none where the number alone tells the document. */
  trades: readonly KnownNumber[];
}>;

type KnownNumber = Readonly<{ token: TradeToken; coded: boolean; record: TradeRecord | undefined }>;

export type EvidenceChange = Readonly<{
  uses: readonly EvidenceUse[];
  records: readonly EvidenceRecord[];
  trades: readonly TradeRecord[];
}>;

type Presented = EvidenceRequest['documents'][number];

function checkDocument(
  request: EvidenceRequest,
  document: Presented,
  index: number,
  context: Context,
): Result<Presented> {
  const { evidence, record, token } = document;
  const field = `evidence[${index}]`;
  if (request.documents.findIndex((other) => other.token === token) !== index) {
    return refuse('DUPLICATE_EVIDENCE', `document ${evidence.number} is presented twice in this request`, {
      field: `${field}.number`,
    });
  }
  if (evidence.amount.currency !== request.currency) {
    return refuse(
      'INVALID_EVIDENCE',
      `document ${evidence.number} is in ${evidence.amount.currency}, the receivable in ${request.currency}`,
      {
        field: `${field}.amount.currency`,
      },
    );
  }
  // A day of grace, because the issuer may live in a time zone ahead of ours.
  if (evidence.issuedOn > businessDay(daysLater(context.at, 1))) {
    return refuse('INVALID_EVIDENCE', `document ${evidence.number} is dated in the future, ${evidence.issuedOn}`, {
      field: `${field}.issuedOn`,
    });
  }
  for (const trade of document.trades) {
    const numbered = checkNumber(request, document, trade, index);
    if (!numbered.ok) return numbered;
  }
  if (record === undefined) return accept(document);
  // Parties of one member are strangers to each other: only who used it, or that one's member, learns where.
  const { mspId, party } = context.actor;
  const users = party === undefined || partyKey(party) === record.creditorKey;
  const own = users ? record.uses.find((use) => use.mspId === mspId) : undefined;
  const stranger = record.creditorKey !== request.creditorKey || record.debtorKey !== request.debtorKey;
  if (record.used >= record.value || stranger || record.currency !== request.currency) {
    return refuse('DUPLICATE_EVIDENCE', `document ${evidence.number} already backs a receivable`, {
      field: `${field}.number`,
      ...(own === undefined ? {} : { conflict: { assetId: own.assetId } }),
    });
  }
  return accept(document);
}

/**
 * A number counts once between creditor and debtor, whatever issuers are stated. Two documents of one kind that bear it are one paper; those of
 * several kinds that came with one receivable are one trade, and back others only together. Invoices that bear it with different codes are
 * different papers, as long as none came without its code: that could be any of them.
 */
function checkNumber(
  { documents }: EvidenceRequest,
  document: Presented,
  trade: KnownNumber,
  index: number,
): Result<true> {
  const { evidence, token } = document;
  const refused = (why: string) =>
    refuse('DUPLICATE_EVIDENCE', `document ${evidence.number} ${why}`, { field: `evidence[${index}].number` });
  const alike = documents.filter((other) => other.trades.some((known) => known.token === trade.token));
  const apart = (other: Presented): boolean =>
    trade.coded && other !== document && other.trades.every(({ coded }) => coded);
  if (alike.find((other) => other.evidence.kind === evidence.kind && !apart(other)) !== document)
    return refused('is presented twice in this request');
  if (trade.record === undefined || (trade.coded && allCoded(trade.record))) return accept(true);
  if (!trade.record.documents.includes(token))
    return refused('has the number of another that already backs a receivable');
  return trade.record.documents.every((known) => alike.some((other) => other.token === known))
    ? accept(true)
    : refused('backs a receivable together with another of its number: they are presented together or not at all');
}

/**
 * Draws on the documents for one receivable. The documents of each kind must cover the amount by themselves, in the order given: the contract
 * behind an invoice does not add to it. A document belongs to the creditor and debtor that used it first.
 * @returns the uses and the documents' new records, or DUPLICATE_EVIDENCE, EVIDENCE_OVERDRAWN, INVALID_EVIDENCE.
 */
export function useEvidence(request: EvidenceRequest, context: Context): Result<EvidenceChange> {
  for (const [index, document] of request.documents.entries()) {
    const checked = checkDocument(request, document, index, context);
    if (!checked.ok) return checked;
  }
  const uses: EvidenceUse[] = [];
  const records: EvidenceRecord[] = [];
  const open = new Map(request.documents.map(({ evidence }) => [evidence.kind, request.amount] as const));
  for (const [index, { evidence, token, record }] of request.documents.entries()) {
    const stated = minorOf(evidence.amount);
    const value = record?.value ?? stated;
    const left = value - (record?.used ?? 0n);
    const needed = open.get(evidence.kind) ?? 0n;
    const taken = left < needed ? left : needed;
    open.set(evidence.kind, needed - taken);
    if (taken === 0n) {
      return refuse('INVALID_INPUT', `evidence[${index}]: is not needed to back the amount; leave it out`, {
        field: `evidence[${index}]`,
      });
    }
    uses.push({
      token,
      kind: evidence.kind,
      issuer: evidence.issuer,
      number: evidence.number,
      amount: value,
      used: taken,
      issuedOn: evidence.issuedOn,
      ...(evidence.digest === undefined ? {} : { digest: evidence.digest }),
    });
    const use = { assetId: request.assetId, amount: taken, mspId: context.actor.mspId, at: context.at };
    records.push(
      checkEvidence({
        token,
        currency: request.currency,
        value,
        used: (record?.used ?? 0n) + taken,
        creditorKey: request.creditorKey,
        debtorKey: request.debtorKey,
        uses: [...(record?.uses ?? []), use],
      }),
    );
  }
  for (const [kind, missing] of open) {
    if (missing === 0n) continue;
    const short = moneyText(request.currency, missing);
    const index = request.documents.findIndex(({ evidence }) => evidence.kind === kind);
    return refuse(
      'EVIDENCE_OVERDRAWN',
      `the documents of kind ${kind} are ${short.currency} ${short.amount} short of the amount`,
      {
        field: `evidence[${index}].amount`,
      },
    );
  }
  // Last, so that whoever asks for more than is left learns that first.
  for (const [index, { evidence, record }] of request.documents.entries()) {
    if (record !== undefined && record.value !== minorOf(evidence.amount)) {
      return refuse('INVALID_EVIDENCE', `document ${evidence.number} was registered with another value`, {
        field: `evidence[${index}].amount`,
      });
    }
  }
  return accept({ uses, records, trades: newTrades(request) });
}

function allCoded({ documents, coded = [] }: TradeRecord): boolean {
  return documents.length === coded.length;
}

/** The numbers that come up between the two for the first time, or with another code, each with the documents that bear it. */
function newTrades({ documents }: EvidenceRequest): readonly TradeRecord[] {
  const trades = new Map<TradeToken, TradeRecord>();
  for (const { token, trade } of documents.flatMap((document) =>
    document.trades.map((trade) => ({ token: document.token, trade })),
  )) {
    const known = trades.get(trade.token) ?? trade.record;
    if (known?.documents.includes(token) === true) continue;
    const coded = trade.coded ? { coded: [...(known?.coded ?? []), token] } : {};
    trades.set(trade.token, {
      ...known,
      token: trade.token,
      documents: [...(known?.documents ?? []), token],
      ...coded,
    });
  }
  return [...trades.values()];
}
