/**
 * Who must have signed what a transaction changed: a second, independent account, told from the records before and after alone. never-twice 4,
 * 7 and 8.
 */
import type { CertifiedIdentity } from '../../domain/authority';
import type { Pledge, Receivable } from '../../domain/records';
import type { StateWrite } from '../../ledger/state-access';
import type { StoredState } from '../stored-state';
import { changesIn } from './state';

type Signer = CertifiedIdentity;

function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`not always true: ${rule}`);
}

/**
 * Checks that a transaction's signer could bind whom it bound.
 * @throws Error naming the rule
 */
export function checkSignatures(before: StoredState, now: StoredState, signer: Signer): void {
  const homes = new Map(now.parties.map(({ uscc, home }) => [uscc, home]));
  const known = new Map(before.parties.map(({ uscc, home }) => [uscc, home]));
  const isBank = ({ pledgee }: Pledge): boolean => signer.mspId === pledgee.mspId && signer.party === undefined;
  /** The party itself, or its member's own identity for it. */
  const isFor = (uscc: string): boolean =>
    homes.get(uscc) === signer.mspId && (signer.party === undefined || signer.party === uscc);
  const isItself = (uscc: string): boolean => signer.party === uscc && homes.get(uscc) === signer.mspId;

  must(signer.role === 'member' || signer.role === 'admin', 'who reads writes nothing');
  for (const [uscc, home] of known) must(homes.get(uscc) === home, 'a party stays where it lives');
  const changed = <T extends { id: string }>(was: readonly T[], is: readonly T[]) =>
    is.flatMap((one) => {
      const earlier = was.find(({ id }) => id === one.id);
      return earlier === one ? [] : [[earlier, one] as const];
    });

  for (const [was, is] of changed(before.receivables, now.receivables)) {
    if (was === undefined) must(isFor(is.creditor.uscc), 'a receivable is registered by its creditor');
    else checkReceivable(was, is, isFor, isItself);
  }
  for (const [was, is] of changed(before.pledges, now.pledges)) {
    const isPledgor = isFor(is.pledgor.uscc);
    const ofProposer = is.proposedBy === 'PLEDGEE' ? isBank(is) : isPledgor && !isBank(is);
    const ofOther = is.proposedBy === 'PLEDGEE' ? isPledgor && !isBank(is) : isBank(is);
    if (was === undefined) must(is.status === 'PROPOSED' && ofProposer, 'a side proposes in its own name');
    else if (was.status === 'PROPOSED' && is.status === 'ACTIVE') must(ofOther, 'the other side accepts');
    else if (was.status === 'PROPOSED' && is.status === 'WITHDRAWN') must(ofProposer, 'who proposed withdraws');
    else if (is.releases.length > was.releases.length) must(isBank(is), 'only the claimant lets its claim go');
    else if (was.status === 'ACTIVE') {
      const asset = now.receivables.find(({ id }) => id === is.assetId);
      must(asset !== undefined && isItself(asset.debtor.uscc), 'only the debtor says that it paid');
    }
  }
}

function checkReceivable(
  was: Receivable,
  is: Receivable,
  isFor: (uscc: string) => boolean,
  isItself: (uscc: string) => boolean,
): void {
  must(is.sequence > was.sequence, 'each change of an asset counts');
  if (is.confirmation?.decision !== was.confirmation?.decision)
    must(isItself(is.debtor.uscc), 'only the debtor confirms or denies');
  if (is.settled !== was.settled) must(isItself(is.debtor.uscc), 'only the debtor says that it paid');
  if (is.status === 'CANCELLED' && was.status !== 'CANCELLED') must(isFor(is.holder.uscc), 'only the holder cancels');
}

const HISTORIES = /^\0(?:receivable|claim|party|member)\0/;

/** 7: each written record that has a history names what happened, and who did it. @throws Error */
export function checkHistories(writes: readonly StateWrite[], signer: Signer, member: string): void {
  for (const { key, value } of writes) {
    const changes = changesIn(value);
    // A party that a registration brings in is told of by the receivable.
    must(changes.length > 0 || !HISTORIES.test(key) || key.startsWith('\u0000party\u0000'), 'a change has its event');
    for (const { event } of changes) {
      must(event.actor.member === member && event.actor.party === signer.party, 'an event names its actor');
    }
  }
}
