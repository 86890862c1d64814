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

/**
 * The most payments of one receivable, the last of which pays it off. Without a bound a debtor who pays in cents could make the record larger than
 * a block, and then no claimant could ever release it.
 */
export const MOST_SETTLEMENTS = 1000;

const least = (...amounts: readonly [bigint, ...bigint[]]): bigint => amounts.reduce((a, b) => (a < b ? a : b));

/**
 * Decides a payment by the debtor. A payment is known by its reference and counts once. The debtor alone says that it was made, so it takes no
 * more from a claim's cover than the paid value itself, which nobody can be given again: what a claim covered beyond what it secured stays covered
 * until the claimant releases it, or the receivable is paid in full (never-twice 8).
 */
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
  const payment = comparableReference(command.reference);
  if (receivable.settlements.some((earlier) => comparableReference(earlier.reference) === payment)) {
    return refuse('INVALID_STATE', `payment ${command.reference} is already recorded`, { field: 'reference' });
  }
  const amount = minorOf(command.amount);
  const owed = receivable.value - receivable.settled;
  if (amount > owed) {
    const most = moneyText(receivable.currency, owed);
    return refuse('INSUFFICIENT_VALUE', `only ${most.currency} ${most.amount} is still owed`, { field: 'amount' });
  }

  if (amount < owed && receivable.settlements.length + 1 >= MOST_SETTLEMENTS) {
    return refuse(
      'INVALID_STATE',
      `${MOST_SETTLEMENTS - 1} payments are recorded: the next one is that of all that is owed`,
      {
        field: 'amount',
      },
    );
  }

  let left = amount;
  const paidTo: Settlement['paidTo'][number][] = [];
  const paidClaims = inRank(receivable.encumbrances).map((claim): Encumbrance => {
    const paid = least(left, claim.covers, claim.secures);
    if (paid === 0n) return claim;
    left -= paid;
    paidTo.push({ pledgeId: claim.pledgeId, amount: paid });
    return { ...claim, covers: claim.covers - paid, secures: claim.secures - paid };
  });
  if (left > 0n) paidTo.push({ holder: receivable.holder.uscc, amount: left });
  const settled = receivable.settled + amount;
  const claims = withinValue(paidClaims, receivable.value - settled);
  const pledges = claims.flatMap((claim) => {
    const before = receivable.encumbrances.find(({ pledgeId }) => pledgeId === claim.pledgeId);
    if (before === undefined || before.covers === claim.covers) return [];
    const pledge = state.pledges.find(({ id }) => id === claim.pledgeId);
    if (pledge === undefined) throw new Error(`no state for pledge ${claim.pledgeId}`);
    const paid = pledge.paid + before.secures - claim.secures;
    return [
      checkPledge({ ...pledge, covers: claim.covers, paid, status: claim.covers === 0n ? 'SATISFIED' : 'ACTIVE' }),
    ];
  });
  const settlement: Settlement = { reference: command.reference, amount, at: context.at, paidTo };
  return accept({
    receivable: amended(receivable, {
      settled,
      encumbrances: claims.filter(({ covers }) => covers > 0n),
      settlements: [...receivable.settlements, settlement],
      status: settled === receivable.value ? 'SETTLED' : receivable.status,
    }),
    pledges,
    settlement,
  });
}

/** A payment that is keyed a second time, in other letters or with other spaces, is the same one. */
function comparableReference(reference: string): string {
  return reference
    .normalize('NFKC')
    .replace(/[\p{Z}\p{C}]/gu, '')
    .toUpperCase();
}

function inRank(claims: readonly Encumbrance[]): readonly Encumbrance[] {
  return [...claims].sort((a, b) => a.rank - b.rank);
}

/** Claims cover no more than what is still owed: what the holder was paid is taken from claims that have nothing more to get, the last first. */
function withinValue(claims: readonly Encumbrance[], owed: bigint): readonly Encumbrance[] {
  let excess = claims.reduce((sum, { covers }) => sum + covers, 0n) - owed;
  return inRank(claims).reduceRight<readonly Encumbrance[]>((cut, claim) => {
    const less = excess > 0n && claim.secures === 0n ? least(excess, claim.covers) : 0n;
    excess -= less;
    return [{ ...claim, covers: claim.covers - less }, ...cut];
  }, []);
}
