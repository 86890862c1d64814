/** Lists: pages over composite-key indexes, filtered, and only what the asker may see. */
import { z } from 'zod';
import { assetOfPledge } from '../model/command';
import { partyKey, sameParty } from '../model/party';
import type { Page, Query } from '../model/query';
import { accept, refuse, type Result } from '../model/result';
import type { PledgeView, ReceivableView } from '../model/view';
import { maySeePledge, seesEverything } from '../domain/authority';
import { isBorne } from '../domain/invariants';
import type { Pledge, Receivable } from '../domain/records';
import { pledgeView, receivableView } from '../domain/views';
import { compositeKey, INDEX, key, OBJECT } from '../ledger/key';
import { idIn, type Range, scanKeys } from '../ledger/scan';
import { isVisible, loadReceivables, type ReadScope } from './read-scope';
import { homesOf } from './receivable-commands';

type ListQuery<T extends Query['type']> = Extract<Query, { type: T }>;

const CursorSchema = z.strictObject({ source: z.number().int().min(0).max(9), last: z.string().max(500).optional() });
type Cursor = z.output<typeof CursorSchema>;

// What one query may look at; a filter that matches little then answers a short page with a cursor, not a time-out.
const SCAN_PAGE = 200;
const SCAN_PAGES = 5;

function readCursor(text: string | undefined): Result<Cursor> {
  if (text === undefined) return accept({ source: 0 });
  try {
    const cursor = CursorSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (cursor.success) return accept(cursor.data);
  } catch {
    // Not JSON: refused below like any other that we did not make.
  }
  return foreignCursor();
}

function foreignCursor() {
  return refuse('INVALID_INPUT', 'cursor: is not one of an earlier answer', { field: 'cursor' });
}

// Longer than any key that a rule writes.
const MOST_KEY = 240;
const LAST_CHARACTER = '\u{10ffff}';

/** Whether a cursor's key is one of a source: a range that begins elsewhere would run over other things' keys. */
function isKeyOf(source: Range, last: string): boolean {
  const prefix = compositeKey(source.objectType, ...source.attributes);
  // Half of a surrogate pair is none of UTF-8, in which peers take keys: they would end the stream of the chaincode.
  if (/\p{Cs}/u.test(last)) return false;
  return last.startsWith(prefix) && last.length > prefix.length && !last.startsWith(LAST_CHARACTER, prefix.length);
}

/** By what a cursor goes on after a key. Others may have written longer ones than a cursor holds: after those come all that begin as they do. */
function placeOf(key: string): string {
  return key.length <= MOST_KEY ? key : key.slice(0, MOST_KEY).replace(/[\ud800-\udbff]$/, '') + LAST_CHARACTER;
}

/** The last attribute of a composite key. */
function lastIn(text: string): string {
  return text.split('\0').at(-2) ?? '';
}

/** What a list has of a scanned id: an item, or the id of what cannot be gone by. */
type Picked<T> = Readonly<{ item: T }> | Readonly<{ unreadable: string }>;

/**
 * Pages through the sources one after another.
 * @param own whether the sources are the asker's own, or it sees everything: it is told what cannot be gone by
 * @param pick gives the views of the scanned ids that belong on the page; undefined for one that does not. `before` is the id ahead of them, `source` where
 * they come from.
 */
async function page<T>(
  query: Readonly<{ limit: number; cursor?: string | undefined }>,
  sources: readonly Range[],
  { stub }: ReadScope,
  own: boolean,
  pick: (
    ids: readonly string[],
    before: string | undefined,
    source: number,
  ) => Promise<readonly (Picked<T> | undefined)[]>,
): Promise<Result<Page<T>>> {
  const start = readCursor(query.cursor);
  if (!start.ok) return start;
  let cursor = start.value;
  const from = sources[cursor.source];
  if (from === undefined || (cursor.last !== undefined && !isKeyOf(from, cursor.last))) return foreignCursor();
  const items: T[] = [];
  const unreadable = new Set<string>();
  const answer = (next: string | null): Result<Page<T>> =>
    accept({ items, next, ...(own && unreadable.size > 0 ? { unreadable: [...unreadable] } : {}) });
  for (let scanned = 0; scanned < SCAN_PAGES; scanned += 1) {
    const source = sources[cursor.source];
    if (source === undefined) return answer(null);
    const keys = await scanKeys(stub, source, cursor.last, SCAN_PAGE);
    const found = keys.map((scanned) => ({ last: placeOf(scanned.key), id: idIn(source, scanned) }));
    const ids = found.flatMap(({ id }) => id ?? []);
    const before = cursor.last === undefined ? undefined : lastIn(cursor.last);
    const picked = await pick(ids, before, cursor.source);
    const byId = new Map(ids.map((id, index) => [id, picked[index]]));
    for (const { last, id } of found) {
      const view = id === undefined ? undefined : byId.get(id);
      if (view !== undefined && 'item' in view) items.push(view.item);
      else if (view !== undefined) unreadable.add(view.unreadable);
      cursor = { source: cursor.source, last };
      if (items.length === query.limit) return answer(encode(cursor));
    }
    if (keys.length < SCAN_PAGE) cursor = { source: cursor.source + 1 };
  }
  return answer(sources[cursor.source] === undefined ? null : encode(cursor));
}

function encode(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function receivableSources(query: ListQuery<'receivable.list'>, { actor }: ReadScope): readonly Range[] {
  const index = (objectType: string, of: string): Range => ({ objectType, attributes: [of] });
  if (query.holder !== undefined) return [index(INDEX.holder, partyKey(query.holder))];
  if (query.debtor !== undefined) return [index(INDEX.debtor, partyKey(query.debtor))];
  if (actor.party !== undefined && !seesEverything(actor)) {
    return [index(INDEX.holder, partyKey(actor.party)), index(INDEX.debtor, partyKey(actor.party))];
  }
  if (seesEverything(actor) || actor.member?.kinds.includes('REGISTRAR') === true) {
    return [{ objectType: OBJECT.receivable, attributes: [] }];
  }
  const own = actor.member === undefined ? [] : [partyKey(actor.member.uscc)];
  return [
    ...own.flatMap((company) => [index(INDEX.holder, company), index(INDEX.debtor, company)]),
    index(INDEX.pledgee, actor.mspId),
  ];
}

/** Whether it is listed as a member's own company's, before what the member has pledges on: holder and debtor stay, a pledge may come between pages. */
function isOwn({ holder, debtor }: Receivable, { actor }: ReadScope): boolean {
  const company = actor.member?.uscc;
  return company !== undefined && [holder, debtor].some(({ uscc }) => sameParty(uscc, company));
}

function wanted(receivable: Receivable, query: ListQuery<'receivable.list'>): boolean {
  if (query.holder !== undefined && !sameParty(receivable.holder.uscc, query.holder)) return false;
  if (query.debtor !== undefined && !sameParty(receivable.debtor.uscc, query.debtor)) return false;
  if (query.status !== undefined && receivable.status !== query.status) return false;
  return query.dueBefore === undefined || receivable.dueDate < query.dueBefore;
}

/** A page of receivables that the asker may see, in the order of their ids. */
export async function listReceivables(
  query: ListQuery<'receivable.list'>,
  scope: ReadScope,
): Promise<Result<Page<ReceivableView>>> {
  const assetOf = (id: string): string => (id.includes('.') ? assetOfPledge(id) : id);
  const sources = receivableSources(query, scope);
  const own = seesEverything(scope.actor) || (query.holder === undefined && query.debtor === undefined);
  return page(query, sources, scope, own, async (ids, before, source) => {
    const assets = ids.map(assetOf);
    let previous = before === undefined ? undefined : assetOf(before);
    await loadReceivables(assets, scope.work);
    const views: (Picked<ReceivableView> | undefined)[] = [];
    for (const id of assets) {
      // Several pledges on one asset stand side by side in the pledgee's index.
      const repeated = id === previous;
      previous = id;
      const receivable = scope.work.find(key.receivable(id));
      if (!repeated && scope.work.isFaulty(key.receivable(id))) {
        views.push({ unreadable: id });
        continue;
      }
      const shown =
        !repeated &&
        receivable !== undefined &&
        wanted(receivable, query) &&
        !(source > 0 && sources[source]?.objectType === INDEX.pledgee && isOwn(receivable, scope)) &&
        (await isVisible(receivable, scope));
      views.push(shown ? { item: receivableView(receivable) } : undefined);
    }
    return views;
  });
}

function pledgeSources(query: ListQuery<'pledge.list'>, { actor }: ReadScope): readonly Range[] {
  if (query.asset !== undefined) return [{ objectType: OBJECT.claim, attributes: [query.asset] }];
  if (query.pledgee !== undefined) return [{ objectType: INDEX.pledgee, attributes: [query.pledgee] }];
  if (query.pledgor !== undefined) return [{ objectType: INDEX.pledgor, attributes: [partyKey(query.pledgor)] }];
  if (seesEverything(actor)) return [{ objectType: OBJECT.claim, attributes: [] }];
  if (actor.party !== undefined) return [{ objectType: INDEX.pledgor, attributes: [partyKey(actor.party)] }];
  if (actor.member?.kinds.includes('REGISTRAR') === true) return [{ objectType: OBJECT.claim, attributes: [] }];
  // Nobody pledges to himself: no pledge stands in both.
  return [
    { objectType: INDEX.pledgee, attributes: [actor.mspId] },
    ...(actor.member === undefined ? [] : [{ objectType: INDEX.pledgor, attributes: [partyKey(actor.member.uscc)] }]),
  ];
}

/** A page of pledges that the asker may see. */
export async function listPledges(
  query: ListQuery<'pledge.list'>,
  scope: ReadScope,
): Promise<Result<Page<PledgeView>>> {
  const matches = (pledge: Pledge): boolean => {
    if (query.asset !== undefined && pledge.assetId !== query.asset) return false;
    if (query.pledgee !== undefined && pledge.pledgee.mspId !== query.pledgee) return false;
    if (query.pledgor !== undefined && !sameParty(pledge.pledgor.uscc, query.pledgor)) return false;
    return query.status === undefined || pledgeView(pledge, scope.at).status === query.status;
  };
  const filtered = query.asset !== undefined || query.pledgee !== undefined || query.pledgor !== undefined;
  const own = seesEverything(scope.actor) || !filtered;
  return page(query, pledgeSources(query, scope), scope, own, async (ids) => {
    await scope.work.load(ids.map((id) => key.pledge(id)));
    await loadReceivables(ids.map(assetOfPledge), scope.work);
    return ids.map((id) => {
      const pledge = scope.work.find(key.pledge(id));
      const receivable = scope.work.find(key.receivable(assetOfPledge(id)));
      const faulty = [key.pledge(id), key.receivable(assetOfPledge(id))].some((at) => scope.work.isFaulty(at));
      if (faulty) return { unreadable: id };
      if (pledge === undefined || receivable === undefined || !matches(pledge)) return undefined;
      if (!isBorne(pledge, receivable)) return { unreadable: id };
      const visible = maySeePledge(scope.actor, pledge, receivable, homesOf(receivable, scope.work));
      return visible ? { item: pledgeView(pledge, scope.at) } : undefined;
    });
  });
}
