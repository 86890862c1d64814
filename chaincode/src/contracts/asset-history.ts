/** The history of an asset: every change of it and of the claims on it. */
import { assetOfPledge, PledgeIdSchema } from '../model/command';
import { partyKey } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import { NOBODY, UNEXPLAINED, type HistoryEntry } from '../model/view';
import { actsFor, maySeePledge, seesEverything } from '../domain/authority';
import type { Pledge, Receivable } from '../domain/records';
import { differences, pledgeView, receivableView, type FieldChange } from '../domain/views';
import { versionsOf, type Version } from '../ledger/history';
import { key } from '../ledger/key';
import { findReceivable, loadReceivables, offerOf, pledgeIdsOn, type ReadScope } from './read-scope';
import { homesOf } from './receivable-commands';

/**
 * The most pledges that the asset never bore, of which a history tells. They reserve nothing, and whoever holds an asset can propose as many as he likes:
 * to read the history of each would take longer than anybody waits, and so hide the asset's own.
 */
export const MOST_OFFERS = 500;

type Placed = Readonly<{ n: number; entry: HistoryEntry }>;

/** Of those who do not see everything: holder and creditor, and who holds or held a claim or was offered one; the debtor alone does not. */
async function maySeeHistory(
  receivable: Receivable,
  homes: ReadonlyMap<string, string>,
  scope: ReadScope,
): Promise<boolean> {
  const sides = [receivable.holder, receivable.creditor];
  if (sides.some(({ uscc }) => actsFor(scope.actor, uscc, homes.get(partyKey(uscc))))) return true;
  return (await offerOf(receivable.id, scope)) !== undefined;
}

/** What a version showed; nothing of one that was forged in no form that can be shown. */
function shown<T>({ stored }: Version<T>, view: (record: T) => object): object {
  if (stored === undefined) return {};
  try {
    return view(stored.record);
  } catch {
    return {};
  }
}

function placed<T>(versions: readonly Version<T>[], view: (record: T) => object, prefix: string): readonly Placed[] {
  let before: object | undefined;
  return versions.flatMap((version) => {
    const { transactionId, at, stored } = version;
    const after = shown(version, view);
    const changed = differences(before, after).map((change): FieldChange => ({
      ...change,
      field: prefix + change.field,
    }));
    before = after;
    // Where several changes share a transaction only the outcome of the last is stored: the difference is shown with it.
    const changes = stored?.changes.filter(({ event }) => event.at === at) ?? [];
    if (changes.length === 0) {
      // Enough members can write without the rules where no claim guards it, also with the changes of an earlier transaction.
      return [{ n: -1, entry: { transactionId, at, actor: NOBODY, event: UNEXPLAINED, changes: [...changed] } }];
    }
    const last = changes.length - 1;
    return changes.map(({ n, event }, index): Placed => ({
      n,
      entry: {
        transactionId,
        at: event.at,
        actor: event.actor,
        event: event.type,
        ...(event.pledgeId === undefined ? {} : { pledgeId: event.pledgeId }),
        ...(event.data === undefined ? {} : { data: event.data }),
        changes: index === last ? [...changed] : [],
      },
    }));
  });
}

/** What the ledger has of an asset for who asks for its history. */
type Subject = Readonly<{ receivable: Receivable | undefined; mayBeShown: (pledge: Pledge | undefined) => boolean }>;

/** Who sees everything is shown also what became of an asset that is there no more, or cannot be gone by. */
async function subjectOf(id: string, scope: ReadScope): Promise<Result<Subject>> {
  await loadReceivables([id], scope.work);
  if (seesEverything(scope.actor)) {
    return accept({ receivable: scope.work.find(key.receivable(id)), mayBeShown: () => true });
  }
  const found = await findReceivable(id, scope);
  if (!found.ok) return found;
  const homes = homesOf(found.value, scope.work);
  // What was only offered to another bank is between those two.
  const mayBeShown = (pledge: Pledge | undefined): boolean =>
    pledge !== undefined && (pledge.acceptedAt !== undefined || maySeePledge(scope.actor, pledge, found.value, homes));
  return (await maySeeHistory(found.value, homes, scope))
    ? accept({ receivable: found.value, mayBeShown })
    : refuse('NOT_FOUND', `there is no receivable ${id}`);
}

/** The pledges that the asset ever bore, and some of the others. */
async function pledgesOf(
  id: string,
  versions: readonly Version<Receivable>[],
  { mayBeShown }: Subject,
  scope: ReadScope,
): Promise<Readonly<{ ids: readonly string[]; leftOut: boolean }>> {
  const borne = versions.flatMap(({ stored }) => stored?.record.encumbrances.map(({ pledgeId }) => pledgeId) ?? []);
  const found = await pledgeIdsOn(id, MOST_OFFERS, scope);
  // A forged version may say that it bore anything.
  const isOn = (pledgeId: unknown): boolean => {
    const checked = PledgeIdSchema.safeParse(pledgeId);
    return checked.success && assetOfPledge(checked.data) === id;
  };
  const ids = [...new Set([...borne, ...found.ids])].filter(isOn);
  await scope.work.load(ids.map((pledgeId) => key.pledge(pledgeId)));
  return {
    ids: ids.filter((pledgeId) => mayBeShown(scope.work.find(key.pledge(pledgeId)))),
    leftOut: found.more,
  };
}

/**
 * The history of an asset, oldest first as far as the ledger's values tell: within a transaction by its events' numbers, across keys by time.
 * The gateway, which knows the blocks, puts transactions into the order of the ledger. It is whole where it begins with the asset's first change: a
 * peer that began with a snapshot has none from before it.
 * @returns `leftOut` where it does not tell of all proposals that nobody accepted
 */
export async function assetHistory(
  id: string,
  scope: ReadScope,
): Promise<Result<Readonly<{ items: readonly HistoryEntry[]; whole: boolean; leftOut?: true }>>> {
  const subject = await subjectOf(id, scope);
  if (!subject.ok) return subject;
  const { receivable } = subject.value;
  const versions = await versionsOf(scope.stub, key.receivable(id));
  if (receivable === undefined && versions.length === 0) return refuse('NOT_FOUND', `there is no receivable ${id}`);
  const whole = versions[0]?.stored?.record.sequence === 1;

  const entries = [...placed(versions, receivableView, '')];
  const { ids, leftOut } = await pledgesOf(id, versions, subject.value, scope);
  for (const pledgeId of ids) {
    // Shown as it was then: a later look at it must not make it lapsed in its past.
    const view = (record: Pledge) => pledgeView(record, record.acceptedAt ?? record.proposedAt);
    entries.push(...placed(await versionsOf(scope.stub, key.pledge(pledgeId)), view, `pledges[${pledgeId}].`));
  }
  const merged = new Map<string, Placed>();
  for (const { n, entry } of entries) {
    const place = `${entry.transactionId}/${n}`;
    const other = merged.get(place);
    merged.set(
      place,
      other === undefined
        ? { n, entry }
        : { n, entry: { ...entry, changes: [...other.entry.changes, ...entry.changes] } },
    );
  }
  const items = [...merged.values()].sort((a, b) => {
    if (a.entry.transactionId === b.entry.transactionId) return a.n - b.n;
    return a.entry.at < b.entry.at || (a.entry.at === b.entry.at && a.entry.transactionId < b.entry.transactionId)
      ? -1
      : 1;
  });
  return accept({ items: items.map(({ entry }) => entry), whole, ...(leftOut ? { leftOut } : {}) });
}
