/** Settlement by the debtor: proceeds go to the claimants first, in the order of their ranks (Civil Code 445), then to the holder. */
import type { CommandOf } from '../model/command';
import { minorOf, moneyText } from '../model/money';
import { accept, refuse, type Result } from '../model/result';
import { amended, requireDebtor, requireOpen } from './change-receivable';
import type { Context } from './context';
import { checkPledge } from './invariants';
import type { Encumbrance, PartyRecord, Pledge, Receivable, Settlement } from './records';

export type SettleState = Readonly<{
  receivable: Receivable;
  debtor: PartyRecord | undefined;
  /** The active pledges on the receivable. */
  pledges: readonly Pledge[];
}>;

export type SettleChange = Readonly<{ receivable: Receivable; pledges: readonly Pledge[]; settlement: Settlement }>;

const least = (...amounts: readonly [bigint, ...bigint[]]): bigint => amounts.reduce((a, b) => (a < b ? a : b));

/** Decides a payment by the debtor. A payment is known by its reference and counts once. */
export function settleReceivable(
  state: SettleState,
  command: CommandOf<'receivable.settle'>,
  context: Context,
): Result<SettleChange> {
  const { receivable } = state;
  const debtor = requireDebtor(receivable, state.debtor, context);
  if (!debtor.ok) return debtor;
  const open = requireOpen(receivable);
  if (!open.ok) return open;
  if (receivable.status === 'DISPUTED')
    return refuse('FROZEN', 'the receivable is disputed: payments go to escrow until the dispute ends');
  if (command.amount.currency !== receivable.currency) {
    return refuse('INVALID_INPUT', `amount.currency: the receivable is in ${receivable.currency}`, {
      field: 'amount.currency',
    });
  }
  if (receivable.settlements.some((earlier) => earlier.reference === command.reference)) {
    return refuse('INVALID_STATE', `payment ${command.reference} is already recorded`, { field: 'reference' });
  }
  const amount = minorOf(command.amount);
  const owed = receivable.value - receivable.settled;
  if (amount > owed) {
    const most = moneyText(receivable.currency, owed);
    return refuse('INSUFFICIENT_VALUE', `only ${most.currency} ${most.amount} is still owed`, { field: 'amount' });
  }

  let left = amount;
  const paidTo: Settlement['paidTo'][number][] = [];
  const encumbrances: Encumbrance[] = [];
  const pledges: Pledge[] = [];
  for (const claim of [...receivable.encumbrances].sort((a, b) => a.rank - b.rank)) {
    const pledge = state.pledges.find(({ id }) => id === claim.pledgeId);
    if (pledge === undefined) throw new Error(`no state for pledge ${claim.pledgeId}`);
    const paid = least(left, claim.covers, claim.secures);
    if (paid === 0n) {
      encumbrances.push(claim);
      continue;
    }
    left -= paid;
    paidTo.push({ pledgeId: claim.pledgeId, amount: paid });
    const rest = { ...claim, covers: claim.covers - paid, secures: claim.secures - paid };
    const satisfied = rest.covers === 0n || rest.secures === 0n;
    if (!satisfied) encumbrances.push(rest);
    pledges.push(
      checkPledge({
        ...pledge,
        covers: satisfied ? 0n : rest.covers,
        paid: pledge.paid + paid,
        status: satisfied ? 'SATISFIED' : 'ACTIVE',
      }),
    );
  }
  if (left > 0n) paidTo.push({ holder: receivable.holder.uscc, amount: left });
  const settlement: Settlement = { reference: command.reference, amount, at: context.at, paidTo };
  const settled = receivable.settled + amount;
  return accept({
    receivable: amended(receivable, {
      settled,
      encumbrances,
      settlements: [...receivable.settlements, settlement],
      status: settled === receivable.value ? 'SETTLED' : receivable.status,
    }),
    pledges,
    settlement,
  });
}
