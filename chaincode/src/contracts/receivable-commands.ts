/** Receivables: register, confirm or reject, settle, cancel. */
import type { CommandOf } from '../model/command';
import type { EvidenceToken } from '../model/evidence';
import { moneyText } from '../model/money';
import { partyKey } from '../model/party';
import { registeredOf } from '../model/registered';
import { accept, refuse, type Result } from '../model/result';
import { maySeeReceivable } from '../domain/authority';
import { cancelReceivable, confirmReceivable } from '../domain/change-receivable';
import type { Context } from '../domain/context';
import { checkBorne } from '../domain/invariants';
import type { EvidenceRecord, PartyRecord, Pledge, Receivable, TradeRecord } from '../domain/records';
import { registerReceivable } from '../domain/register-receivable';
import { settleReceivable } from '../domain/settle-receivable';
import { receivableView } from '../domain/views';
import { requireKeyOf, type TradeOfNumber } from '../ledger/evidence-token';
import { receivableId } from '../ledger/ids';
import { INDEX, key, type Key } from '../ledger/key';
import type { UnitOfWork } from '../ledger/unit-of-work';
import { eventOf, type Handlers, type Scope } from './handler';

/** The keys of a receivable and of the parties on it, as far as they are known. */
export function receivableKeys(id: string, work: UnitOfWork): readonly Key<unknown>[] {
  const at = key.receivable(id);
  const receivable = work.has(at) ? work.get(at) : undefined;
  return receivable === undefined ? [at] : [at, ...partyKeys(receivable)];
}

function partyKeys(receivable: Receivable): readonly Key<unknown>[] {
  return [receivable.creditor, receivable.debtor, receivable.holder].map(({ uscc }) => key.party(partyKey(uscc)));
}

/** Where the parties on a receivable are at home, by party key; nowhere where that cannot be read, which lets nobody see it. */
export function homesOf(receivable: Receivable, work: UnitOfWork): ReadonlyMap<string, string> {
  const homes = new Map<string, string>();
  for (const { uscc } of [receivable.creditor, receivable.debtor, receivable.holder]) {
    const party = work.find(key.party(partyKey(uscc)));
    if (party !== undefined) homes.set(party.key, party.home);
  }
  return homes;
}

/** The receivable that an act is on, or NOT_FOUND also where the actor may not know of it. */
function visibleReceivable(id: string, { work }: Scope, context: Context): Result<Receivable> {
  const receivable = work.get(key.receivable(id));
  const known = receivable !== undefined && maySeeReceivable(context.actor, receivable, homesOf(receivable, work));
  return known ? accept(receivable) : refuse('NOT_FOUND', `there is no receivable ${id}`);
}

function activePledgeKeys(id: string, work: UnitOfWork): readonly Key<Pledge>[] {
  const at = key.receivable(id);
  const receivable = work.has(at) ? work.get(at) : undefined;
  return (receivable?.encumbrances ?? []).map((claim) => key.pledge(claim.pledgeId));
}

const EVIDENCE_KEY = key.evidenceKey();

/** A registration's keys, which are asked for several times: hashing what they are made of is a quarter of its time. */
type RegistrationKeys = Readonly<{
  id: string;
  receivable: Key<Receivable>;
  creditor: Key<PartyRecord>;
  debtor: Key<PartyRecord>;
  documents: readonly Readonly<{
    token: EvidenceToken;
    evidence: Key<EvidenceRecord>;
    trades: readonly Readonly<{ trade: TradeOfNumber; at: Key<TradeRecord> }>[];
  }>[];
  all: readonly Key<unknown>[];
}>;

// A command is read anew for every transaction: it has one signer and one evidence key.
const registrationKeys = new WeakMap<CommandOf<'receivable.register'>, RegistrationKeys>();

function keysOfRegistration(command: CommandOf<'receivable.register'>, scope: Scope): RegistrationKeys {
  const known = registrationKeys.get(command) ?? makeKeys(command, scope);
  registrationKeys.set(command, known);
  return known;
}

function makeKeys(command: CommandOf<'receivable.register'>, { tokens, identity }: Scope): RegistrationKeys {
  const id = receivableId(identity.mspId, command.id);
  const [creditorKey, debtorKey] = [partyKey(command.creditor.uscc), partyKey(command.debtor.uscc)];
  const receivable = key.receivable(id);
  const [creditor, debtor] = [key.party(creditorKey), key.party(debtorKey)];
  const documents = command.evidence.map((document) => {
    const token = tokens.tokenOf(document);
    const trades = tokens.tradesOf(document, creditorKey, debtorKey);
    return {
      token,
      evidence: key.evidence(token),
      trades: trades.map((trade) => ({ trade, at: key.trade(trade.token) })),
    };
  });
  const ofDocuments = documents.flatMap(({ evidence, trades }) => [evidence, ...trades.map(({ at }) => at)]);
  return {
    id,
    receivable,
    creditor,
    debtor,
    documents,
    all: [EVIDENCE_KEY, receivable, creditor, debtor, ...ofDocuments],
  };
}

function answerTo({ answer }: CommandOf<'receivable.register'>, receivable: Receivable): unknown {
  if (answer === 'ID') return { id: receivable.id };
  const view = receivableView(receivable);
  return answer === 'ADDED' ? registeredOf(view) : view;
}

export const receivableHandlers: Pick<
  Handlers,
  'receivable.register' | 'receivable.confirm' | 'receivable.settle' | 'receivable.cancel'
> = {
  'receivable.register': {
    keys: (command, scope) => keysOfRegistration(command, scope).all,
    run(command, scope, context) {
      const { work, tokens } = scope;
      requireKeyOf(work.get(EVIDENCE_KEY), tokens);
      const at = keysOfRegistration(command, scope);
      const { id } = at;
      const decided = registerReceivable(
        {
          id,
          existing: work.get(at.receivable),
          creditor: work.get(at.creditor),
          debtor: work.get(at.debtor),
          documents: at.documents.map(({ token, evidence, trades }) => ({
            token,
            record: work.get(evidence),
            trades: trades.map(({ trade, at: tradeKey }) => ({ ...trade, record: work.get(tradeKey) })),
          })),
        },
        command,
        context,
      );
      if (!decided.ok) return decided;
      const { receivable, evidence, trades, parties } = decided.value;
      const change = work.emit(
        eventOf('RECEIVABLE_REGISTERED', context, { assetId: id, sequence: 1, data: { amount: command.amount } }),
      );
      work.put(at.receivable, receivable, change);
      for (const record of evidence) work.put(key.evidence(record.token), record);
      for (const trade of trades) work.put(key.trade(trade.token), trade);
      for (const party of parties) work.put(key.party(party.key), party);
      work.put(key.index(INDEX.holder, partyKey(receivable.holder.uscc), id), true);
      work.put(key.index(INDEX.debtor, partyKey(receivable.debtor.uscc), id), true);
      return accept(answerTo(command, receivable));
    },
  },

  'receivable.confirm': {
    keys: (command, { work }) => receivableKeys(command.receivableId, work),
    run(command, scope, context) {
      const found = visibleReceivable(command.receivableId, scope, context);
      if (!found.ok) return found;
      const debtor = scope.work.get(key.party(partyKey(found.value.debtor.uscc)));
      const decided = confirmReceivable({ receivable: found.value, debtor }, command, context);
      if (!decided.ok) return decided;
      const { id, sequence } = decided.value;
      const type = command.decision === 'CONFIRM' ? 'RECEIVABLE_CONFIRMED' : 'RECEIVABLE_REJECTED';
      const data = command.reason === undefined ? {} : { data: { reason: command.reason } };
      scope.work.put(
        key.receivable(id),
        decided.value,
        scope.work.emit(eventOf(type, context, { assetId: id, sequence, ...data })),
      );
      return accept(receivableView(decided.value));
    },
  },

  'receivable.settle': {
    keys: (command, { work }) => [
      ...receivableKeys(command.receivableId, work),
      ...activePledgeKeys(command.receivableId, work),
    ],
    run(command, scope, context) {
      const { work } = scope;
      const found = visibleReceivable(command.receivableId, scope, context);
      if (!found.ok) return found;
      const debtor = work.get(key.party(partyKey(found.value.debtor.uscc)));
      const pledges = activePledgeKeys(command.receivableId, work).map((at) => {
        const pledge = work.get(at);
        if (pledge === undefined) throw new Error(`a claim without its record: ${at.text}`);
        return checkBorne(pledge, found.value);
      });
      const decided = settleReceivable({ receivable: found.value, debtor, pledges }, command, context);
      if (!decided.ok) return decided;
      const { receivable, settlement } = decided.value;
      const { id, sequence } = receivable;
      const paidTo = settlement.paidTo.map((payment) => ({
        ...payment,
        amount: moneyText(receivable.currency, payment.amount),
      }));
      const data = { reference: command.reference, amount: command.amount, paidTo };
      const change = work.emit(eventOf('RECEIVABLE_SETTLED', context, { assetId: id, sequence, data }));
      work.put(key.receivable(id), receivable, change);
      for (const pledge of decided.value.pledges) {
        const about = { assetId: id, pledgeId: pledge.id, sequence };
        const satisfied =
          pledge.status === 'SATISFIED' ? work.emit(eventOf('PLEDGE_SATISFIED', context, about)) : change;
        work.put(key.pledge(pledge.id), pledge, satisfied);
      }
      return accept(receivableView(receivable));
    },
  },

  'receivable.cancel': {
    keys: (command, { work }) => receivableKeys(command.receivableId, work),
    run(command, scope, context) {
      const found = visibleReceivable(command.receivableId, scope, context);
      if (!found.ok) return found;
      const holder = scope.work.get(key.party(partyKey(found.value.holder.uscc)));
      const decided = cancelReceivable({ receivable: found.value, holder }, context);
      if (!decided.ok) return decided;
      const { id, sequence } = decided.value;
      const event = eventOf('RECEIVABLE_CANCELLED', context, {
        assetId: id,
        sequence,
        data: { reason: command.reason },
      });
      scope.work.put(key.receivable(id), decided.value, scope.work.emit(event));
      return accept(receivableView(decided.value));
    },
  },
};
