/** The life of a pledge 质押: proposed by one side, active when the other accepts, withdrawn by the proposer, released by the pledgee. */
import type { CommandOf } from '../model/command';
import type { Actor, Member } from '../model/member';
import { minorOf, moneyText } from '../model/money';
import { sameParty } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import { actsFor, isMember, requireWriter } from './authority';
import { amended, requireOpen } from './change-receivable';
import { businessDay, daysLater, startOfBusinessDay, type Context } from './context';
import { checkPledge, coveredValue, freeValue } from './invariants';
import type { PartyRecord, Pledge, Receivable } from './records';

/** The most active claims on one asset: as many small ones as one likes would make its record larger than a block, to the loss of all other claimants. */
export const MOST_CLAIMS = 200;

/** The most releases of one pledge, the last of which ends it: payments write its record too, and must stay possible. */
export const MOST_RELEASES = 1000;

/** How long a proposal waits for the other side. */
export const PROPOSAL_DAYS = 30;

export type PledgeChange = Readonly<{ pledge: Pledge; receivable: Receivable }>;

type Side = Pledge['proposedBy'];

function sideOf(actor: Actor, pledgor: string, pledgorHome: string | undefined, pledgee: string): Side | undefined {
  if (isMember(actor, pledgee)) return 'PLEDGEE';
  return actsFor(actor, pledgor, pledgorHome) ? 'PLEDGOR' : undefined;
}

/**
 * Whether a receivable takes a new claim on some value (never-twice 2 and 4, conflict matrix).
 * @param covers minor units that the claim is to cover.
 * @param informed whether the actor may see the receivable: else it is told that it cannot be, and no amount or date of it.
 */
function takesClaim(receivable: Receivable, covers: bigint, informed: boolean, context: Context): Result<true> {
  const open = requireOpen(receivable);
  if (!open.ok) return open;
  if (receivable.status === 'DISPUTED')
    return refuse('FROZEN', 'the debtor disputes the receivable: it takes no new claim');
  if (receivable.dueDate <= businessDay(context.at)) {
    const due = informed ? `fell due on ${receivable.dueDate}` : 'is due';
    return refuse('INVALID_STATE', `the receivable ${due}: it takes no new claim`);
  }
  if (receivable.encumbrances.length >= MOST_CLAIMS)
    return refuse('INVALID_STATE', `${MOST_CLAIMS} claims stand on the receivable: it takes no more at a time`);
  const free = freeValue(receivable);
  if (covers <= free) return accept(true);
  const left = moneyText(receivable.currency, free);
  if (free === 0n && coveredValue(receivable) > 0n) {
    const conflict = { assetId: receivable.id, free: left };
    return refuse('ALREADY_ENCUMBERED', 'claims cover all of the value of the receivable', {
      field: 'covers',
      conflict,
    });
  }
  const detail = informed
    ? `only ${left.currency} ${left.amount} of the receivable is free`
    : 'not so much of the receivable is free';
  const conflict = { assetId: receivable.id, ...(informed ? { free: left } : {}) };
  return refuse('INSUFFICIENT_VALUE', detail, { field: 'covers', conflict });
}

function mayHoldClaims(member: Member | undefined): member is Member {
  return member?.kinds.includes('FINANCIER') === true;
}

export type ProposeState = Readonly<{
  id: string;
  existing: Pledge | undefined;
  receivable: Receivable;
  /** Whether the actor may see the receivable: a bank may propose on what it only knows the id and holder of. */
  informed: boolean;
  pledgor: PartyRecord | undefined;
  pledgee: Member | undefined;
}>;

/** Decides a proposal by pledgor or pledgee. It reserves nothing and ends by itself. */
export function proposePledge(
  state: ProposeState,
  command: CommandOf<'pledge.propose'>,
  context: Context,
): Result<Pledge> {
  const writer = requireWriter(context.actor);
  if (!writer.ok) return writer;
  const { receivable, pledgee } = state;
  const proposedBy = sideOf(context.actor, command.pledgor.uscc, state.pledgor?.home, command.pledgee);
  if (proposedBy === undefined) return refuse('FORBIDDEN', 'only the pledgor or the pledgee can propose a pledge');
  if (!sameParty(command.pledgor.uscc, receivable.holder.uscc)) {
    return refuse('FORBIDDEN', `${command.pledgor.uscc} does not hold the receivable`, { field: 'pledgor.uscc' });
  }
  if (!mayHoldClaims(pledgee)) {
    return refuse('INVALID_INPUT', 'pledgee.member: is not a member that may hold claims', { field: 'pledgee.member' });
  }
  if (sameParty(pledgee.uscc, command.pledgor.uscc)) {
    return refuse('INVALID_INPUT', 'pledgee.member: nobody pledges to himself', { field: 'pledgee.member' });
  }
  for (const field of ['covers', 'secures'] as const) {
    if (command[field].currency !== receivable.currency) {
      const right = state.informed ? `the receivable is in ${receivable.currency}` : "is not the receivable's";
      return refuse('INVALID_INPUT', `${field}.currency: ${right}`, { field: `${field}.currency` });
    }
  }
  if (command.maturity <= businessDay(context.at)) {
    return refuse('INVALID_INPUT', 'maturity: must be in the future', { field: 'maturity' });
  }
  if (state.existing !== undefined) return refuse('INVALID_STATE', 'this command has already made its proposal');
  const covers = minorOf(command.covers);
  const possible = takesClaim(receivable, covers, state.informed, context);
  if (!possible.ok) return possible;
  const lapse = [
    daysLater(context.at, PROPOSAL_DAYS),
    startOfBusinessDay(command.maturity),
    startOfBusinessDay(receivable.dueDate),
  ];
  return accept(
    checkPledge({
      id: state.id,
      assetId: receivable.id,
      status: 'PROPOSED',
      pledgor: { uscc: command.pledgor.uscc },
      pledgee: { mspId: pledgee.mspId, member: pledgee.name },
      currency: receivable.currency,
      covers,
      agreed: covers,
      secures: minorOf(command.secures),
      paid: 0n,
      maturity: command.maturity,
      proposedBy,
      proposedAt: context.at,
      lapsesAt: lapse.reduce((a, b) => (a < b ? a : b)),
      releases: [],
    }),
  );
}

export type PledgeState = Readonly<{ pledge: Pledge; receivable: Receivable; pledgor: PartyRecord | undefined }>;

function requireProposed(state: PledgeState, signer: 'proposer' | 'other side', context: Context): Result<Side> {
  const writer = requireWriter(context.actor);
  if (!writer.ok) return writer;
  const { pledge } = state;
  const other: Side = pledge.proposedBy === 'PLEDGOR' ? 'PLEDGEE' : 'PLEDGOR';
  const wanted = signer === 'proposer' ? pledge.proposedBy : other;
  const side = sideOf(context.actor, pledge.pledgor.uscc, state.pledgor?.home, pledge.pledgee.mspId);
  if (side !== wanted) {
    return refuse('FORBIDDEN', `only the ${wanted.toLowerCase()} can do this, with an identity of its own`);
  }
  if (pledge.status !== 'PROPOSED') return refuse('INVALID_STATE', `the pledge is ${pledge.status.toLowerCase()}`);
  return accept(side);
}

/**
 * Decides the acceptance by the other side. Only now does the pledge take value, so all rules are checked now.
 * A receivable that the debtor has not confirmed may be accepted as such, and the pledge says so (担保解释 61).
 */
export function acceptPledge(
  state: PledgeState & Readonly<{ pledgee: Member | undefined }>,
  context: Context,
): Result<PledgeChange> {
  const proposed = requireProposed(state, 'other side', context);
  if (!proposed.ok) return proposed;
  const { pledge, receivable } = state;
  if (context.at >= pledge.lapsesAt) return refuse('INVALID_STATE', `the proposal lapsed at ${pledge.lapsesAt}`);
  if (!mayHoldClaims(state.pledgee))
    return refuse('INVALID_STATE', `${pledge.pledgee.member} may hold no claims any more`);
  if (!sameParty(pledge.pledgor.uscc, receivable.holder.uscc)) {
    return refuse('INVALID_STATE', 'the receivable has another holder since the proposal');
  }
  const possible = takesClaim(receivable, pledge.covers, true, context);
  if (!possible.ok) return possible;
  const rank = receivable.lastRank + 1;
  return accept({
    pledge: checkPledge({
      ...pledge,
      status: 'ACTIVE',
      acceptedAt: context.at,
      rank,
      debtorConfirmed: receivable.confirmation?.decision === 'CONFIRM',
    }),
    receivable: amended(receivable, {
      lastRank: rank,
      encumbrances: [
        ...receivable.encumbrances,
        { pledgeId: pledge.id, pledgee: pledge.pledgee, covers: pledge.covers, secures: pledge.secures, rank },
      ],
    }),
  });
}

/** Decides the withdrawal of a proposal by the side that made it. */
export function withdrawPledge(state: PledgeState, context: Context): Result<Pledge> {
  const proposed = requireProposed(state, 'proposer', context);
  if (!proposed.ok) return proposed;
  return accept(checkPledge({ ...state.pledge, status: 'WITHDRAWN', covers: 0n }));
}

/** Decides a release, whole or in part, by the pledgee. never-twice 8: no release without the claimant's own identity. */
export function releasePledge(
  state: PledgeState,
  command: CommandOf<'pledge.release'>,
  context: Context,
): Result<PledgeChange> {
  const writer = requireWriter(context.actor);
  if (!writer.ok) return writer;
  const { pledge, receivable } = state;
  if (!isMember(context.actor, pledge.pledgee.mspId))
    return refuse('FORBIDDEN', `only the pledgee ${pledge.pledgee.member} can release`);
  if (pledge.releases.some((earlier) => earlier.command === command.id))
    return refuse('INVALID_STATE', 'this command has already made its release');
  if (pledge.status !== 'ACTIVE') return refuse('INVALID_STATE', `the pledge is ${pledge.status.toLowerCase()}`);
  if (command.covers !== undefined && command.covers.currency !== pledge.currency) {
    return refuse('INVALID_INPUT', `covers.currency: the pledge is in ${pledge.currency}`, {
      field: 'covers.currency',
    });
  }
  const released = command.covers === undefined ? pledge.covers : minorOf(command.covers);
  if (released > pledge.covers) {
    const most = moneyText(pledge.currency, pledge.covers);
    return refuse('INSUFFICIENT_VALUE', `the pledge covers only ${most.currency} ${most.amount}`, { field: 'covers' });
  }
  const covers = pledge.covers - released;
  if (covers > 0n && pledge.releases.length + 1 >= MOST_RELEASES)
    return refuse(
      'INVALID_STATE',
      `${MOST_RELEASES - 1} parts are released: the next release is that of all the rest`,
      {
        field: 'covers',
      },
    );
  return accept({
    pledge: checkPledge({
      ...pledge,
      covers,
      status: covers === 0n ? 'RELEASED' : 'ACTIVE',
      releases: [...pledge.releases, { covers: released, reason: command.reason, at: context.at, command: command.id }],
    }),
    receivable: amended(receivable, {
      encumbrances: receivable.encumbrances
        .map((claim) => (claim.pledgeId === pledge.id ? { ...claim, covers } : claim))
        .filter((claim) => claim.covers > 0n),
    }),
  });
}
