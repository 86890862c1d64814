/**
 * How an asset uses documents of other channels. Fabric lets a transaction read another channel, not write there, and does not check that
 * read again at the commit. So every act here relies only on foreign facts that never change back once they stand:
 *
 *   reserve   at the document's channel: its value is used from now on, by an asset that is not there yet
 *   register  at the asset's home, once all reservations stand: the decision REGISTERED, for ever
 *   abandon   at the asset's home, while nothing is decided: the decision ABANDONED, for ever
 *   keep, giveBack   at the document's channel, as the home has decided: by anybody, any number of times
 */
import type { CommandOf } from '../../model/command';
import type { Evidence, EvidenceToken, TradeToken } from '../../model/evidence';
import { minorOf } from '../../model/money';
import { partyKey } from '../../model/party';
import { accept, refuse, type Result } from '../../model/result';
import { requireWriter } from '../../domain/authority';
import type { Context } from '../../domain/context';
import { useEvidence, type KnownDocument } from '../../domain/evidence';
import { checkEvidence } from '../../domain/invariants';
import type { EvidenceRecord, PartyRecord, Pledge, Receivable, TradeRecord } from '../../domain/records';
import { registerReceivable } from '../../domain/register-receivable';
import { receivableId } from '../../ledger/ids';
import type { Key, Transaction } from './channel';
import type { Routing } from './routing';

/** What a document's channel holds for an asset of another one. */
export type Reservation = Readonly<{
  assetId: string;
  /** The channel that decides. */
  home: number;
  token: EvidenceToken;
  trades: readonly TradeToken[];
  amount: bigint;
  /** The document's own, as it was presented here. */
  value: bigint;
  currency: string;
  creditorKey: string;
  debtorKey: string;
  mspId: string;
  /** From then on anybody may have it abandoned. */
  expiresAt: string;
  status: 'HELD' | 'KEPT' | 'GIVEN_BACK';
}>;

export type Decision = 'REGISTERED' | 'ABANDONED';

export const key = {
  evidence: (token: EvidenceToken | ''): Key<EvidenceRecord> => `evidence/${token}`,
  trade: (token: TradeToken): Key<TradeRecord> => `trade/${token}`,
  receivable: (id: string): Key<Receivable> => `receivable/${id}`,
  pledge: (id: string): Key<Pledge> => `pledge/${id}`,
  decision: (assetId: string): Key<Decision> => `decision/${assetId}`,
  reservation: (of: Pick<Reservation, 'mspId' | 'home' | 'assetId' | 'token'> | ''): Key<Reservation> =>
    of === '' ? 'reservation/' : `reservation/${of.mspId}/${of.home}/${of.assetId}/${of.token}`,
} as const;

/** Reads the committed state of another channel, as old as the endorsers' peers have it. */
export type Foreign = <T>(channel: number, key: Key<T>) => T | undefined;

/** What the chaincode of one channel knows besides its state. */
export type Place = Readonly<{ here: number; routing: Routing; parties: ReadonlyMap<string, PartyRecord> }>;

export type Registration = CommandOf<'receivable.register'>;

/** How long a reservation is its presenter's own. */
export const RESERVED_MS = 10 * 60_000;

/** The id of an asset that would be at home at a channel: another home, another asset. */
export function assetIdAt(home: number, mspId: string, commandId: string): string {
  return receivableId(mspId, `${home}/${commandId}`);
}

/** Reserves a value of one document for an asset of another channel; once more changes nothing. */
export function reserve(
  transaction: Transaction,
  { here, routing, parties }: Place,
  request: Readonly<{ command: Registration; home: number; evidence: Evidence; amount: bigint }>,
  context: Context,
): Result<Reservation> {
  const { command, home, evidence, amount } = request;
  const writer = requireWriter(context.actor);
  if (!writer.ok) return writer;
  const { mspId } = context.actor;
  if (routing.channelOf(evidence) !== here || home === here)
    return refuse('INVALID_INPUT', `document ${evidence.number} belongs to another channel`);
  const creditorKey = partyKey(command.creditor.uscc);
  const debtorKey = partyKey(command.debtor.uscc);
  if (parties.get(creditorKey)?.home !== mspId) return refuse('FORBIDDEN', 'the creditor is at home elsewhere');
  const known = knownDocument(transaction, routing, evidence, command);
  const assetId = assetIdAt(home, mspId, command.id);
  const currency = command.amount.currency;
  const reservation: Reservation = {
    ...{
      assetId,
      home,
      token: known.token,
      trades: known.trades.map((trade) => trade.token),
      amount,
      value: minorOf(evidence.amount),
    },
    ...{ currency, creditorKey, debtorKey, mspId },
    expiresAt: new Date(Date.parse(context.at) + RESERVED_MS).toISOString(),
    status: 'HELD',
  };
  const at = key.reservation(reservation);
  const earlier = transaction.get(at);
  if (earlier !== undefined) {
    // One that was given back stays so: a late copy of the request must not hold value that nobody asks for any more.
    return earlier.status === 'GIVEN_BACK' || earlier.amount !== amount
      ? refuse('INVALID_STATE', 'this reservation was given back, or is of another amount')
      : accept(earlier);
  }
  const document = { evidence, ...known };
  const used = useEvidence({ assetId, creditorKey, debtorKey, currency, amount, documents: [document] }, context);
  if (!used.ok) return used;
  for (const record of used.value.records) transaction.put(key.evidence(record.token), record);
  for (const trade of used.value.trades) transaction.put(key.trade(trade.token), trade);
  transaction.put(at, reservation);
  return accept(reservation);
}

/**
 * Registers an asset at its home by the rule of one channel. A document of another channel comes to the rule as its reservation leaves it to
 * this asset: with the reserved value left, and not a fen more.
 */
export function register(
  transaction: Transaction,
  place: Place,
  command: Registration,
  foreign: Foreign,
  context: Context,
): Result<Receivable> {
  const { here, routing, parties } = place;
  if (routing.homeOf(command.evidence) !== here)
    return refuse('INVALID_INPUT', 'the asset is at home at another channel');
  const { mspId } = context.actor;
  const id = assetIdAt(here, mspId, command.id);
  const decision = key.decision(id);
  if (transaction.get(decision) === 'ABANDONED') return refuse('INVALID_STATE', 'the registration was abandoned');
  const existing = transaction.get(key.receivable(id));
  if (existing !== undefined) return accept(existing);
  const documents: KnownDocument[] = [];
  const reserved = new Set<EvidenceToken>();
  for (const evidence of command.evidence) {
    const channel = routing.channelOf(evidence);
    if (channel === here) {
      documents.push(knownDocument(transaction, routing, evidence, command));
      continue;
    }
    const token = routing.tokens.tokenOf(evidence);
    const held = foreign(channel, key.reservation({ mspId, home: here, assetId: id, token }));
    if (held?.status !== 'HELD') return refuse('INVALID_STATE', `document ${evidence.number} is not reserved`);
    reserved.add(token);
    documents.push({ token, record: leftBy(held), trades: [] });
  }
  const decided = registerReceivable(
    {
      id,
      existing,
      creditor: parties.get(partyKey(command.creditor.uscc)),
      debtor: parties.get(partyKey(command.debtor.uscc)),
      documents,
    },
    command,
    context,
  );
  if (!decided.ok) return decided;
  const { receivable, evidence, trades } = decided.value;
  transaction.put(key.receivable(id), receivable);
  transaction.put(decision, 'REGISTERED');
  for (const record of evidence) if (!reserved.has(record.token)) transaction.put(key.evidence(record.token), record);
  for (const trade of trades) transaction.put(key.trade(trade.token), trade);
  return accept(receivable);
}

/**
 * Decides that an asset will never be: its presenter at any time, anybody once the reservation has expired.
 * @param at where one of its documents is reserved
 */
export function abandon(
  transaction: Transaction,
  { here }: Place,
  at: Readonly<{ channel: number; key: Key<Reservation> }>,
  foreign: Foreign,
  context: Context,
): Result<Decision> {
  const writer = requireWriter(context.actor);
  if (!writer.ok) return writer;
  const reservation = foreign(at.channel, at.key);
  if (reservation?.home !== here)
    return refuse('NOT_FOUND', 'there is no such reservation for an asset of this channel');
  if (context.actor.mspId !== reservation.mspId && context.at < reservation.expiresAt)
    return refuse('FORBIDDEN', 'until the reservation expires, only its presenter abandons it');
  const decided = key.decision(reservation.assetId);
  const decision = transaction.get(decided);
  if (decision === 'REGISTERED') return refuse('INVALID_STATE', 'the asset is registered');
  if (decision === undefined) transaction.put(decided, 'ABANDONED');
  return accept('ABANDONED');
}

/** Ends a reservation as its home has decided. */
export function follow(transaction: Transaction, at: Key<Reservation>, foreign: Foreign): Result<Reservation> {
  const reservation = transaction.get(at);
  if (reservation === undefined) return refuse('NOT_FOUND', 'there is no such reservation');
  if (reservation.status !== 'HELD') return accept(reservation);
  const decision = foreign(reservation.home, key.decision(reservation.assetId));
  if (decision === undefined) return refuse('INVALID_STATE', 'the home has not decided');
  const ended: Reservation = { ...reservation, status: decision === 'REGISTERED' ? 'KEPT' : 'GIVEN_BACK' };
  transaction.put(at, ended);
  if (ended.status === 'GIVEN_BACK') giveBack(transaction, reservation);
  return accept(ended);
}

function giveBack(transaction: Transaction, { token, trades, assetId, amount }: Reservation): void {
  const at = key.evidence(token);
  const record = transaction.get(at);
  if (record === undefined) throw new Error('a reservation without its document');
  const uses = record.uses.filter((use) => use.assetId !== assetId);
  if (uses.length > 0) {
    transaction.put(at, checkEvidence({ ...record, used: record.used - amount, uses }));
    return;
  }
  // Nothing binds it to a creditor and debtor any more.
  transaction.remove(at);
  const without = (tokens: readonly EvidenceToken[] = []) => tokens.filter((other) => other !== token);
  for (const trade of trades) {
    const number = transaction.get(key.trade(trade));
    const documents = without(number?.documents);
    if (documents.length === 0) transaction.remove(key.trade(trade));
    else transaction.put(key.trade(trade), { token: trade, documents, coded: without(number?.coded) });
  }
}

function knownDocument(
  transaction: Transaction,
  { tokens }: Routing,
  evidence: Evidence,
  command: Registration,
): KnownDocument {
  const token = tokens.tokenOf(evidence);
  const trades = tokens.tradesOf(evidence, partyKey(command.creditor.uscc), partyKey(command.debtor.uscc));
  return {
    token,
    record: transaction.get(key.evidence(token)),
    trades: trades.map((trade) => ({ ...trade, record: transaction.get(key.trade(trade.token)) })),
  };
}

function leftBy({ amount, value, mspId, ...held }: Reservation): EvidenceRecord {
  const others = value - amount;
  return {
    ...{ token: held.token, value, used: others, currency: held.currency },
    ...{ creditorKey: held.creditorKey, debtorKey: held.debtorKey },
    uses: others === 0n ? [] : [{ assetId: '', amount: others, mspId, at: held.expiresAt }],
  };
}
