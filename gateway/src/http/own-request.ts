/** Requests by their ids, for who sent them. */
import { sameParty } from '@onepledge/chaincode/model';
import { z } from 'zod';
import type { Principal } from '../auth/principal';
import type { StoredIntent } from '../outbox/intent';
import type { Services } from './services';

/** Whether an id has the form of a request's. */
export function isIntentId(id: string): boolean {
  return z.uuid().safeParse(id).success;
}

/** Parties of one member are strangers to each other; the member itself is the agent of each. */
export function mayAskFor({ party }: Principal, intent: StoredIntent): boolean {
  return party === undefined || (intent.party !== undefined && sameParty(party, intent.party));
}

/** A request of the asker's; IN_DOUBT while nobody knows whether it is stored, undefined where there is none. */
export async function ownRequest(
  { outbox, store }: Services,
  principal: Principal,
  id: string,
): Promise<StoredIntent | 'IN_DOUBT' | undefined> {
  if (!isIntentId(id)) return undefined;
  // Asked first: it is stored when it is in doubt no more.
  const inDoubt = outbox().inDoubt(id, principal.member);
  const intent = await store().intent(id, principal.member);
  if (intent === undefined) return inDoubt ? 'IN_DOUBT' : undefined;
  return mayAskFor(principal, intent) ? intent : undefined;
}
