/** What a query works with, and how it finds an asset that the asker may see. */
import type { ChaincodeStub } from 'fabric-shim-api';
import type { Actor } from '../model/member';
import { accept, refuse, type Result } from '../model/result';
import { assetOfPledge } from '../model/command';
import { maySeeReceivable, wasOffered } from '../domain/authority';
import type { Pledge, Receivable } from '../domain/records';
import { compositeKey, INDEX, key, OBJECT } from '../ledger/key';
import { idIn, scanKeys } from '../ledger/scan';
import type { UnitOfWork } from '../ledger/unit-of-work';
import { homesOf, receivableKeys } from './receivable-commands';

export type ReadScope = Readonly<{ work: UnitOfWork; stub: ChaincodeStub; actor: Actor; at: string }>;

const OFFER_PAGE = 200;

/** Loads receivables and the parties on them, in two batches. */
export async function loadReceivables(ids: readonly string[], work: UnitOfWork): Promise<void> {
  await work.load(ids.map((id) => key.receivable(id)));
  await work.load(ids.flatMap((id) => (work.find(key.receivable(id)) === undefined ? [] : receivableKeys(id, work))));
}

/** The ids of the first pledges on an asset, in any state, and whether there are more. @param most of them at most */
export async function pledgeIdsOn(
  assetId: string,
  most: number,
  { stub }: ReadScope,
): Promise<Readonly<{ ids: readonly string[]; more: boolean }>> {
  const range = { objectType: OBJECT.claim, attributes: [assetId] };
  const page = await scanKeys(stub, range, undefined, most + 1);
  const ids = page.slice(0, most).flatMap((scanned) => idIn(range, scanned) ?? []);
  return { ids, more: page.length > most };
}

/**
 * A pledge on an asset that lets a member in on it. It is looked for in the index of what that member was offered, and the first will do: everybody who
 * holds an asset may propose as many pledges on it as he likes, to whom he likes, and must not hold up all others' lists by that.
 */
export async function offerOf(assetId: string, { work, stub, actor }: ReadScope): Promise<Pledge | undefined> {
  const range = { objectType: INDEX.pledgee, attributes: [actor.mspId] };
  const before = compositeKey(INDEX.pledgee, actor.mspId) + assetId;
  for (let last = before; ;) {
    const page = await scanKeys(stub, range, last, OFFER_PAGE);
    const ids = page.flatMap((scanned) => idIn(range, scanned) ?? []).filter((id) => assetOfPledge(id) === assetId);
    const keys = ids.map((id) => key.pledge(id));
    await work.load(keys);
    const offered = keys.map((at) => work.find(at)).find((pledge) => pledge !== undefined && wasOffered(actor, pledge));
    if (offered !== undefined) return offered;
    last = page.at(-1)?.key ?? '';
    if (page.length < OFFER_PAGE || !last.startsWith(before)) return undefined;
  }
}

/** Whether the asker may see a receivable that is loaded; the offers on it are only looked at where nothing else lets him. */
export async function isVisible(receivable: Receivable, scope: ReadScope): Promise<boolean> {
  const homes = homesOf(receivable, scope.work);
  if (maySeeReceivable(scope.actor, receivable, homes)) return true;
  if (scope.actor.party !== undefined) return false;
  return (await offerOf(receivable.id, scope)) !== undefined;
}

/** A receivable that was loaded, or NOT_FOUND also where the asker may not know of it. */
export async function findReceivable(id: string, scope: ReadScope): Promise<Result<Receivable>> {
  const receivable = scope.work.get(key.receivable(id));
  if (receivable === undefined || !(await isVisible(receivable, scope)))
    return refuse('NOT_FOUND', `there is no receivable ${id}`);
  return accept(receivable);
}
