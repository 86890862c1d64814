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

// More claims on one asset than this are not expected; the rest is found page by page.
const CLAIM_PAGE = 200;

/** Loads receivables and the parties on them, in two batches. */
export async function loadReceivables(ids: readonly string[], work: UnitOfWork): Promise<void> {
  await work.load(ids.map((id) => key.receivable(id)));
  await work.load(ids.flatMap((id) => (work.find(key.receivable(id)) === undefined ? [] : receivableKeys(id, work))));
}

/** The ids of all pledges on an asset, in any state. */
export async function pledgeIdsOn(assetId: string, { stub }: ReadScope): Promise<readonly string[]> {
  const range = { objectType: OBJECT.claim, attributes: [assetId] };
  const ids: string[] = [];
  let last: string | undefined;
  for (;;) {
    const page = await scanKeys(stub, range, last, CLAIM_PAGE);
    ids.push(...page.flatMap((scanned) => idIn(range, scanned) ?? []));
    if (page.length < CLAIM_PAGE) return ids;
    last = page.at(-1)?.key;
  }
}

/** All pledges on an asset, in any state, but for those that cannot be gone by. */
export async function pledgesOn(assetId: string, scope: ReadScope): Promise<readonly Pledge[]> {
  const keys = (await pledgeIdsOn(assetId, scope)).map((id) => key.pledge(id));
  await scope.work.load(keys);
  return keys.flatMap((at) => scope.work.find(at) ?? []);
}

/**
 * A pledge on an asset that lets a member in on it. It is looked for in the index of what that member was offered, and the first will do: everybody who
 * holds an asset may propose as many pledges on it as he likes, to whom he likes, and must not hold up all others' lists by that.
 */
async function offerOf(assetId: string, { work, stub, actor }: ReadScope): Promise<readonly Pledge[]> {
  const range = { objectType: INDEX.pledgee, attributes: [actor.mspId] };
  const before = compositeKey(INDEX.pledgee, actor.mspId) + assetId;
  for (let last = before; ;) {
    const page = await scanKeys(stub, range, last, CLAIM_PAGE);
    const ids = page.flatMap((scanned) => idIn(range, scanned) ?? []).filter((id) => assetOfPledge(id) === assetId);
    const keys = ids.map((id) => key.pledge(id));
    await work.load(keys);
    const offered = keys.map((at) => work.find(at)).find((pledge) => pledge !== undefined && wasOffered(actor, pledge));
    if (offered !== undefined) return [offered];
    last = page.at(-1)?.key ?? '';
    if (page.length < CLAIM_PAGE || !last.startsWith(before)) return [];
  }
}

/** Whether the asker may see a receivable that is loaded; the offers on it are only looked at where nothing else lets him. */
export async function isVisible(receivable: Receivable, scope: ReadScope): Promise<boolean> {
  const homes = homesOf(receivable, scope.work);
  if (maySeeReceivable(scope.actor, receivable, [], homes)) return true;
  if (scope.actor.party !== undefined) return false;
  return maySeeReceivable(scope.actor, receivable, await offerOf(receivable.id, scope), homes);
}

/** A receivable that was loaded, or NOT_FOUND also where the asker may not know of it. */
export async function findReceivable(id: string, scope: ReadScope): Promise<Result<Receivable>> {
  const receivable = scope.work.get(key.receivable(id));
  if (receivable === undefined || !(await isVisible(receivable, scope)))
    return refuse('NOT_FOUND', `there is no receivable ${id}`);
  return accept(receivable);
}
