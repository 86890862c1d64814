/** Pledges: propose, accept, withdraw, release. */
import { assetOfPledge } from '../model/command';
import { moneyText } from '../model/money';
import { partyKey } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import { maySeePledge, maySeeReceivable } from '../domain/authority';
import type { Context } from '../domain/context';
import { checkBorne } from '../domain/invariants';
import { acceptPledge, proposePledge, releasePledge, withdrawPledge, type PledgeState } from '../domain/pledge';
import type { Pledge } from '../domain/records';
import { pledgeView } from '../domain/views';
import { pledgeId } from '../ledger/ids';
import { INDEX, key, type Key } from '../ledger/key';
import type { UnitOfWork } from '../ledger/unit-of-work';
import { eventOf, type Handlers, type Scope } from './handler';
import { homesOf, receivableKeys } from './receivable-commands';

function pledgeKeys(id: string, work: UnitOfWork): readonly Key<unknown>[] {
  const at = key.pledge(id);
  const pledge = work.has(at) ? work.get(at) : undefined;
  const pledgor = pledge === undefined ? [] : [key.party(partyKey(pledge.pledgor.uscc))];
  return [at, ...receivableKeys(assetOfPledge(id), work), ...pledgor];
}

/** Who would hold a pledge, once that is known. */
function pledgeeKeys(id: string, work: UnitOfWork): readonly Key<unknown>[] {
  const at = key.pledge(id);
  const pledge = work.has(at) ? work.get(at) : undefined;
  return pledge === undefined ? [] : [key.member(pledge.pledgee.mspId)];
}

/** The pledge that an act is on, or NOT_FOUND also where the actor may not know of it. */
function visiblePledge(id: string, { work }: Scope, context: Context): Result<PledgeState> {
  const pledge = work.get(key.pledge(id));
  const receivable = work.get(key.receivable(assetOfPledge(id)));
  if (pledge === undefined || receivable === undefined) return refuse('NOT_FOUND', `there is no pledge ${id}`);
  const pledgor = work.get(key.party(partyKey(pledge.pledgor.uscc)));
  const homes = new Map([
    ...homesOf(receivable, work),
    ...(pledgor === undefined ? [] : [[pledgor.key, pledgor.home] as const]),
  ]);
  if (!maySeePledge(context.actor, pledge, receivable, homes)) return refuse('NOT_FOUND', `there is no pledge ${id}`);
  return accept({ pledge: checkBorne(pledge, receivable), receivable, pledgor });
}

function agreed(pledge: Pledge): Readonly<Record<string, unknown>> {
  return {
    pledgee: pledge.pledgee.member,
    covers: moneyText(pledge.currency, pledge.covers),
    secures: moneyText(pledge.currency, pledge.secures),
    maturity: pledge.maturity,
  };
}

export const pledgeHandlers: Pick<Handlers, 'pledge.propose' | 'pledge.accept' | 'pledge.withdraw' | 'pledge.release'> =
  {
    'pledge.propose': {
      keys: (command, { work, identity }) => [
        ...receivableKeys(command.assetId, work),
        key.party(partyKey(command.pledgor.uscc)),
        key.member(command.pledgee),
        key.pledge(pledgeId(command.assetId, identity.mspId, command.id)),
      ],
      run(command, { work, identity }, context) {
        const receivable = work.get(key.receivable(command.assetId));
        if (receivable === undefined) {
          return refuse('NOT_FOUND', `there is no receivable ${command.assetId}`, { field: 'assetId' });
        }
        const id = pledgeId(command.assetId, identity.mspId, command.id);
        const pledgor = work.get(key.party(partyKey(command.pledgor.uscc)));
        const state = {
          id,
          existing: work.get(key.pledge(id)),
          receivable,
          informed: maySeeReceivable(context.actor, receivable, homesOf(receivable, work)),
          pledgor,
          pledgee: work.get(key.member(command.pledgee)),
        };
        const decided = proposePledge(state, command, context);
        if (!decided.ok) return decided;
        const pledge = decided.value;
        // The asset's own value stays as it is: a proposal reserves nothing, and must not make others' acts collide.
        const change = work.emit(
          eventOf('PLEDGE_PROPOSED', context, { assetId: receivable.id, pledgeId: id, data: agreed(pledge) }),
        );
        work.put(key.pledge(id), pledge, change);
        work.put(key.index(INDEX.pledgee, pledge.pledgee.mspId, id), true);
        work.put(key.index(INDEX.pledgor, partyKey(pledge.pledgor.uscc), id), true);
        return accept(pledgeView(pledge, context.at));
      },
    },

    'pledge.accept': {
      keys: (command, { work }) => [...pledgeKeys(command.pledgeId, work), ...pledgeeKeys(command.pledgeId, work)],
      run(command, scope, context) {
        const found = visiblePledge(command.pledgeId, scope, context);
        if (!found.ok) return found;
        const pledgee = scope.work.get(key.member(found.value.pledge.pledgee.mspId));
        const decided = acceptPledge({ ...found.value, pledgee }, context);
        if (!decided.ok) return decided;
        const { pledge, receivable } = decided.value;
        const about = {
          assetId: receivable.id,
          pledgeId: pledge.id,
          sequence: receivable.sequence,
          data: agreed(pledge),
        };
        const change = scope.work.emit(eventOf('PLEDGE_ACCEPTED', context, about));
        scope.work.put(key.pledge(pledge.id), pledge, change);
        scope.work.put(key.receivable(receivable.id), receivable, change);
        return accept(pledgeView(pledge, context.at));
      },
    },

    'pledge.withdraw': {
      keys: (command, { work }) => pledgeKeys(command.pledgeId, work),
      run(command, scope, context) {
        const found = visiblePledge(command.pledgeId, scope, context);
        if (!found.ok) return found;
        const decided = withdrawPledge(found.value, context);
        if (!decided.ok) return decided;
        const pledge = decided.value;
        const data = command.reason === undefined ? {} : { data: { reason: command.reason } };
        const event = eventOf('PLEDGE_WITHDRAWN', context, { assetId: pledge.assetId, pledgeId: pledge.id, ...data });
        scope.work.put(key.pledge(pledge.id), pledge, scope.work.emit(event));
        return accept(pledgeView(pledge, context.at));
      },
    },

    'pledge.release': {
      keys: (command, { work }) => pledgeKeys(command.pledgeId, work),
      run(command, scope, context) {
        const found = visiblePledge(command.pledgeId, scope, context);
        if (!found.ok) return found;
        const decided = releasePledge(found.value, command, context);
        if (!decided.ok) return decided;
        const { pledge, receivable } = decided.value;
        const released = moneyText(pledge.currency, found.value.pledge.covers - pledge.covers);
        const data = { released, reason: command.reason };
        const about = { assetId: receivable.id, pledgeId: pledge.id, sequence: receivable.sequence, data };
        const change = scope.work.emit(eventOf('PLEDGE_RELEASED', context, about));
        scope.work.put(key.pledge(pledge.id), pledge, change);
        scope.work.put(key.receivable(receivable.id), receivable, change);
        return accept(pledgeView(pledge, context.at));
      },
    },
  };
