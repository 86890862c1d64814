/** Registration of a receivable 应收账款登记 by the creditor or its member. */
import type { CommandOf } from '../model/command';
import { actorView } from '../model/member';
import { minorOf } from '../model/money';
import { partyKey, sameParty, type Party } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import { requireWriter } from './authority';
import type { Context } from './context';
import { useEvidence, type KnownDocument } from './evidence';
import { checkReceivable } from './invariants';
import type { EvidenceRecord, PartyRecord, Receivable, TradeRecord } from './records';

export type RegisterState = Readonly<{
  /** The id that the command gives the receivable. */
  id: string;
  existing: Receivable | undefined;
  creditor: PartyRecord | undefined;
  debtor: PartyRecord | undefined;
  /** Of each document of the command, in order. */
  documents: readonly KnownDocument[];
}>;

export type RegisterChange = Readonly<{
  receivable: Receivable;
  evidence: readonly EvidenceRecord[];
  trades: readonly TradeRecord[];
  /** Parties that nobody had registered: they are at home at the registrar now. */
  parties: readonly PartyRecord[];
}>;

/** Decides a registration. @returns what changes, or the refusal. */
export function registerReceivable(
  state: RegisterState,
  command: CommandOf<'receivable.register'>,
  context: Context,
): Result<RegisterChange> {
  const writer = requireWriter(context.actor);
  if (!writer.ok) return writer;
  const { creditor, debtor } = command;
  const registrar = writer.value.kinds.includes('REGISTRAR');
  if (context.actor.party !== undefined && !sameParty(context.actor.party, creditor.uscc)) {
    return refuse('FORBIDDEN', `party ${context.actor.party} cannot register what ${creditor.uscc} is owed`, {
      field: 'creditor.uscc',
    });
  }
  if (state.creditor === undefined ? !registrar : state.creditor.home !== context.actor.mspId) {
    return refuse('FORBIDDEN', `creditor ${creditor.uscc} is not at home at ${writer.value.name}`, {
      field: 'creditor.uscc',
    });
  }
  if (sameParty(creditor.uscc, debtor.uscc)) {
    return refuse('INVALID_INPUT', 'debtor.uscc: nobody owes himself', { field: 'debtor.uscc' });
  }

  const currency = command.amount.currency;
  const value = minorOf(command.amount);
  const documents = command.evidence.map((evidence, index) => {
    const known = state.documents[index];
    if (known === undefined) throw new Error(`no state for evidence[${index}]`);
    return { evidence, ...known };
  });
  const creditorKey = partyKey(creditor.uscc);
  const debtorKey = partyKey(debtor.uscc);
  const used = useEvidence({ assetId: state.id, creditorKey, debtorKey, currency, amount: value, documents }, context);
  if (!used.ok) return used;
  // After the documents: whose command is carried out by a second gateway is told where they are used.
  if (state.existing !== undefined) {
    return refuse('INVALID_STATE', 'this command has already registered its receivable', {
      conflict: { assetId: state.id },
    });
  }

  const atHome = (party: Party): PartyRecord => ({
    key: partyKey(party.uscc),
    ...party,
    home: context.actor.mspId,
    homeName: writer.value.name,
  });
  return accept({
    receivable: checkReceivable({
      id: state.id,
      status: 'REGISTERED',
      creditor,
      debtor,
      holder: creditor,
      currency,
      value,
      settled: 0n,
      dueDate: command.dueDate,
      encumbrances: [],
      lastRank: 0,
      evidence: used.value.uses,
      settlements: [],
      sequence: 1,
      registeredBy: actorView(context.actor),
      registeredAt: context.at,
    }),
    evidence: used.value.records,
    trades: used.value.trades,
    parties: [
      ...(state.creditor === undefined ? [atHome(creditor)] : []),
      ...(state.debtor === undefined && registrar ? [atHome(debtor)] : []),
    ],
  });
}
