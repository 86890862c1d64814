/** Acts on a registered receivable: confirmation and rejection by the debtor, cancellation by the holder. */
import type { CommandOf } from '../model/command';
import { actorView } from '../model/member';
import { sameParty } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import { actsFor, requireWriter } from './authority';
import type { Context } from './context';
import { checkReceivable } from './invariants';
import type { PartyRecord, Receivable } from './records';

/**
 * Whether the actor is the debtor itself, signing with an identity of its own. never-twice 8: no confirmation without the debtor's own identity.
 */
export function requireDebtor(receivable: Receivable, debtor: PartyRecord | undefined, context: Context): Result<true> {
  const { actor } = context;
  const writer = requireWriter(actor);
  if (!writer.ok) return writer;
  const self =
    actor.party !== undefined && sameParty(actor.party, receivable.debtor.uscc) && debtor?.home === actor.mspId;
  if (!self)
    return refuse(
      'FORBIDDEN',
      `only the debtor ${receivable.debtor.uscc} itself can do this, with an identity of its own`,
    );
  return accept(true);
}

/** Refuses acts on a receivable that is settled or cancelled. */
export function requireOpen(receivable: Receivable): Result<true> {
  if (receivable.status === 'SETTLED' || receivable.status === 'CANCELLED') {
    return refuse('INVALID_STATE', `the receivable is ${receivable.status.toLowerCase()}`);
  }
  return accept(true);
}

/** The next version of a receivable. @throws InvariantViolation where it must not be. */
export function amended(receivable: Receivable, change: Partial<Receivable>): Receivable {
  return checkReceivable({ ...receivable, ...change, sequence: receivable.sequence + 1 });
}

/**
 * Decides the debtor's confirmation or rejection. A rejection disputes the receivable: it takes no new claim, those that stand keep their rank.
 * A confirmation is final: the confirming debtor cannot deny the debt afterwards (担保解释 61, Civil Code 763).
 */
export function confirmReceivable(
  state: Readonly<{ receivable: Receivable; debtor: PartyRecord | undefined }>,
  command: CommandOf<'receivable.confirm'>,
  context: Context,
): Result<Receivable> {
  const { receivable } = state;
  const debtor = requireDebtor(receivable, state.debtor, context);
  if (!debtor.ok) return debtor;
  const open = requireOpen(receivable);
  if (!open.ok) return open;
  if (receivable.confirmation?.decision === 'CONFIRM')
    return refuse('INVALID_STATE', 'the debtor has already confirmed: a confirmation is final');
  if (receivable.confirmation?.decision === command.decision)
    return refuse('INVALID_STATE', 'the debtor has already rejected');
  return accept(
    amended(receivable, {
      status: command.decision === 'CONFIRM' ? 'REGISTERED' : 'DISPUTED',
      confirmation: {
        decision: command.decision,
        ...(command.reason === undefined ? {} : { reason: command.reason }),
        actor: actorView(context.actor),
        at: context.at,
      },
    }),
  );
}

/**
 * Decides a cancellation by the holder. Its evidence stays used: what was registered once and cancelled cannot be registered again (never-twice 1).
 */
export function cancelReceivable(
  { receivable, holder }: Readonly<{ receivable: Receivable; holder: PartyRecord | undefined }>,
  context: Context,
): Result<Receivable> {
  const writer = requireWriter(context.actor);
  if (!writer.ok) return writer;
  if (!actsFor(context.actor, receivable.holder.uscc, holder?.home)) {
    return refuse('FORBIDDEN', `only the holder ${receivable.holder.uscc} can cancel`);
  }
  const open = requireOpen(receivable);
  if (!open.ok) return open;
  if (receivable.encumbrances.length > 0)
    return refuse('INVALID_STATE', 'claims stand on the receivable: they have to be released first');
  if (receivable.settled > 0n)
    return refuse('INVALID_STATE', 'the receivable is settled in part and cannot be cancelled');
  return accept(amended(receivable, { status: 'CANCELLED' }));
}
