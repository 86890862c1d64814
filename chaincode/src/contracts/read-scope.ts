/** What a query works with, and how it finds an asset that the asker may see. */
import type { ChaincodeStub } from 'fabric-shim-api';
import type { Actor } from '../model/member';
import { accept, refuse, type Result } from '../model/result';
import { maySeeReceivable } from '../domain/authority';
import type { Pledge, Receivable } from '../domain/records';
import { key, OBJECT } from '../ledger/key';
import { scanKeys } from '../ledger/scan';
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

/** All pledges on an asset, in any state. */
export async function pledgesOn(assetId: string, { work, stub }: ReadScope): Promise<readonly Pledge[]> {
  const pledges: Pledge[] = [];
  let last: string | undefined;
  for (;;) {
    const page = await scanKeys(stub, { objectType: OBJECT.claim, attributes: [assetId] }, last, CLAIM_PAGE);
    const keys = page.map(({ attributes }) => key.pledge(attributes[1] ?? ''));
    await work.load(keys);
    for (const at of keys) {
      const pledge = work.find(at);
      if (pledge !== undefined) pledges.push(pledge);
    }
    if (page.length < CLAIM_PAGE) return pledges;
    last = page.at(-1)?.key;
  }
}

/** Whether the asker may see a receivable that is loaded; the offers on it are only looked at where nothing else lets him. */
export async function isVisible(receivable: Receivable, scope: ReadScope): Promise<boolean> {
  const homes = homesOf(receivable, scope.work);
  if (maySeeReceivable(scope.actor, receivable, [], homes)) return true;
  if (scope.actor.party !== undefined) return false;
  return maySeeReceivable(scope.actor, receivable, await pledgesOn(receivable.id, scope), homes);
}

/** A receivable that was loaded, or NOT_FOUND also where the asker may not know of it. */
export async function findReceivable(id: string, scope: ReadScope): Promise<Result<Receivable>> {
  const receivable = scope.work.get(key.receivable(id));
  if (receivable === undefined || !(await isVisible(receivable, scope)))
    return refuse('NOT_FOUND', `there is no receivable ${id}`);
  return accept(receivable);
}
