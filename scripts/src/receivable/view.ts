/** Receivables for people. */
import type { ReceivableView } from '@onepledge/chaincode/model';
import type { Committed } from '../api/client';
import type { Money } from '../cli/input';
import { fields } from '../cli/table';
import { commitLine } from '../cli/write';

/** `CNY 1000.00`. */
export function moneyLabel(money: Money): string {
  return `${money.currency} ${money.amount}`;
}

/** All of a receivable, a field a line. */
export function receivableText(view: ReceivableView & Partial<Committed>): string {
  const evidence = view.evidence.map(
    (item) => `${item.kind} ${item.number} of ${item.issuer}, ${moneyLabel(item.used)}`,
  );
  const claims = view.claims.map(
    (claim) => `${claim.rank}. ${claim.pledgee.member} covers ${moneyLabel(claim.covers)} (${claim.id})`,
  );
  return fields([
    ['id', view.id],
    ['status', view.status],
    ['creditor', partyLabel(view.creditor)],
    ['debtor', partyLabel(view.debtor)],
    ['holder', partyLabel(view.holder)],
    ['amount', moneyLabel(view.amount)],
    ['settled', moneyLabel(view.settled)],
    ['encumbered', moneyLabel(view.encumbered)],
    ['free', moneyLabel(view.free)],
    ['due', view.dueDate],
    ['confirmed', view.confirmed ? 'yes' : (view.confirmation?.decision ?? 'no').toLowerCase()],
    ...evidence.map((text) => ['evidence', text] as const),
    ...claims.map((text) => ['claim', text] as const),
    ['ledger', view.transaction === undefined ? undefined : commitLine({ transaction: view.transaction })],
  ]);
}

function partyLabel(party: Readonly<{ uscc: string; name: string }>): string {
  return `${party.uscc} ${party.name}`;
}
