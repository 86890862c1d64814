/** Answers a list of queries of one actor. */
import { assetOfPledge } from '../model/command';
import { type Member, MspIdSchema } from '../model/member';
import { partyKey } from '../model/party';
import type { QueryResult } from '../model/protocol';
import { QuerySchema, type Query } from '../model/query';
import { accept, refuse, type Result } from '../model/result';
import { validate } from '../model/validation';
import { maySeePledge, seesEverything, type CertifiedIdentity } from '../domain/authority';
import { checkBorne, InvariantViolation } from '../domain/invariants';
import { partyView, pledgeView, receivableView } from '../domain/views';
import { key } from '../ledger/key';
import { scanKeys } from '../ledger/scan';
import { UnknownSchema } from '../ledger/stored';
import { assetHistory } from './asset-history';
import { identify, identityKeys } from './execute';
import { listPledges, listReceivables } from './list-queries';
import { findReceivable, loadReceivables, type ReadScope } from './read-scope';
import { homesOf } from './receivable-commands';

type Answers = {
  readonly [T in Query['type']]: (query: Extract<Query, { type: T }>, scope: ReadScope) => Promise<Result<unknown>>;
};

// Others may have written keys of members that there are not: the rest of them is found page by page.
const MEMBER_PAGE = 200;

const ANSWERS: Answers = {
  'receivable.get': async (query, scope) => {
    const found = await findReceivable(query.id, scope);
    return found.ok ? accept(receivableView(found.value)) : found;
  },
  'receivable.list': listReceivables,
  'pledge.get': async (query, { work, actor, at }) => {
    await work.load([key.pledge(query.id)]);
    await loadReceivables([assetOfPledge(query.id)], work);
    const pledge = work.get(key.pledge(query.id));
    const receivable = work.get(key.receivable(assetOfPledge(query.id)));
    const visible =
      pledge !== undefined &&
      receivable !== undefined &&
      maySeePledge(actor, pledge, receivable, homesOf(receivable, work));
    return visible
      ? accept(pledgeView(checkBorne(pledge, receivable), at))
      : refuse('NOT_FOUND', `there is no pledge ${query.id}`);
  },
  'pledge.list': listPledges,
  'asset.history': (query, scope) => assetHistory(query.id, scope),
  'party.get': async (query, { work, actor }) => {
    const at = key.party(partyKey(query.uscc));
    await work.load([at]);
    const party = work.get(at);
    const known = party !== undefined && (seesEverything(actor) || actor.member !== undefined);
    return known ? accept(partyView(party)) : refuse('NOT_FOUND', `there is no party ${query.uscc}`);
  },
  'member.list': async (_query, { work, stub }) => {
    const items: Member[] = [];
    for (let last: string | undefined; ;) {
      const page = await scanKeys(stub, { objectType: 'member', attributes: [] }, last, MEMBER_PAGE);
      const keys = page.flatMap(({ key: text, attributes: [mspId = ''] }) => {
        const at = MspIdSchema.safeParse(mspId).success ? key.member(mspId) : undefined;
        return at?.text === text ? [at] : [];
      });
      await work.load(keys);
      items.push(...keys.flatMap((at) => work.find(at) ?? []));
      if (page.length < MEMBER_PAGE) return accept({ items });
      last = page.at(-1)?.key;
    }
  },
};

/**
 * Answers every query, those for single receivables from one batch of reads.
 * @returns an answer a query, in order.
 */
export async function evaluate(
  raws: readonly unknown[],
  identity: CertifiedIdentity,
  scope: Omit<ReadScope, 'actor'>,
): Promise<readonly QueryResult[]> {
  const queries = raws.map((raw) => validate(QuerySchema, raw));
  const single = queries.flatMap((query) =>
    query.ok && query.value.type === 'receivable.get' ? [query.value.id] : [],
  );
  await scope.work.load([...identityKeys(identity), ...single.map((id) => key.receivable(id))]);
  await loadReceivables(single, scope.work);
  const actor = identify(identity, scope.work);
  const results: QueryResult[] = [];
  for (const query of queries) {
    const answer = !query.ok
      ? query
      : !actor.ok
        ? actor
        : await answerTo(query.value, { ...scope, actor: actor.value });
    results.push(answer.ok ? { ok: true, value: answer.value } : { ok: false, problem: answer.error });
  }
  return results;
}

/** One query whose records cannot be gone by is refused by itself: others that came with it have their answers. */
async function answerTo(query: Query, scope: ReadScope): Promise<Result<unknown>> {
  try {
    return await (ANSWERS[query.type] as (query: Query, scope: ReadScope) => Promise<Result<unknown>>)(query, scope);
  } catch (error) {
    if (error instanceof InvariantViolation || error instanceof UnknownSchema)
      return refuse('INTERNAL_ERROR', error.message);
    throw error;
  }
}
