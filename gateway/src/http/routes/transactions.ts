/** /v1/transactions: what became of a write. */
import type { Principal } from '../../auth/principal';
import { problem } from '../../problem';
import type { Outcome, StoredIntent } from '../../outbox/intent';
import { isIntentId, mayAskFor, ownRequest } from '../own-request';
import { type ProblemJson, problemJson } from '../problem-json';
import { readRoute, type Route } from '../route';
import { IdParams, TransactionViewSchema } from '../schemas';
import type { Services } from '../services';
import { failureOf } from '../writes';

const LEDGER_ID = /^[0-9a-f]{64}$/;

/** What became of one write. */
type WriteView = Readonly<{ id: string }> &
  (
    | Readonly<{ status: 'PENDING'; problem?: undefined }>
    | Readonly<{ status: 'COMMITTED'; transactionId: string; block: string; result: unknown; problem?: undefined }>
    | Readonly<{ status: 'FAILED'; transactionId?: string; problem: ProblemJson }>
  );

export function transactionRoutes(services: Services): readonly Route[] {
  return [
    readRoute({
      path: '/v1/transactions/:id',
      operationId: 'getTransaction',
      fromRecords: true,
      tag: 'transactions',
      summary: 'What became of a write, by the id that its answer gave; for who asked for it, and for its member',
      params: IdParams,
      answers: { 200: { description: 'PENDING, COMMITTED or FAILED', schema: TransactionViewSchema } },
      errors: ['NOT_FOUND'],
      handle: async ({ principal, params: { id } }) => {
        const body = isIntentId(id)
          ? await byIntent(services, principal, id)
          : LEDGER_ID.test(id)
            ? await byLedgerId(services, principal, id)
            : undefined;
        if (body === undefined) throw problem('NOT_FOUND', `this gateway has no transaction ${id} of yours`);
        return { status: 200, body };
      },
    }),
  ];
}

async function byIntent(services: Services, principal: Principal, id: string): Promise<unknown> {
  const intent = await ownRequest(services, principal, id);
  if (intent === 'IN_DOUBT') return { id, status: 'PENDING' };
  if (intent?.kind !== 'COMMAND') return undefined;
  const [view] = await viewsOf(services, principal.member, [intent]);
  return view;
}

/**
 * What became of writes. An end that was neither stored when that was looked for, nor known afterwards, was stored in between where there was one: who was
 * answered is never told that it is pending.
 */
async function viewsOf(
  { outbox, store }: Services,
  member: string,
  intents: readonly StoredIntent[],
): Promise<readonly WriteView[]> {
  const known = intents.map(({ id, outcome }) => outcome ?? outbox().known(id));
  if (known.every((outcome) => outcome !== undefined)) return intents.map((intent, i) => viewOf(intent, known[i]));
  const ids = intents.map(({ id }) => id);
  const again = new Map((await store().intents(ids, member)).map(({ id, outcome }) => [id, outcome] as const));
  return intents.map((intent, i) => viewOf(intent, known[i] ?? again.get(intent.id)));
}

function viewOf(intent: StoredIntent, outcome: Outcome | undefined): WriteView {
  const { id } = intent;
  if (outcome === undefined) return { id, status: 'PENDING' };
  if (outcome.state === 'COMMITTED') {
    const { transactionId, block, value } = outcome;
    return { id, status: 'COMMITTED', transactionId, block, result: value };
  }
  const { transactionId } = outcome;
  const more = transactionId === undefined ? {} : { transactionId };
  return { id, status: 'FAILED', ...more, problem: failureOf(intent, outcome) };
}

/**
 * A ledger transaction can carry many writes, of which each is carried out or refused by itself. That it was committed says of none that it was
 * carried out: `writes` says it of each.
 */
async function byLedgerId(services: Services, principal: Principal, id: string): Promise<unknown> {
  const { store } = services;
  const { member } = principal;
  const transaction = await store().transaction(id, member);
  if (transaction === undefined) return undefined;
  const intents = await store().intents(transaction.intentIds, member);
  // All of one signer, and so of one party.
  if (!intents.every((intent) => mayAskFor(principal, intent))) return undefined;
  const views = await viewsOf(services, member, intents);
  const [only] = views;
  if (views.length === 1 && only !== undefined) return { ...only, id };
  const { state, code, block } = transaction;
  const writes = views.map((view, i) => ({
    id: view.id,
    requestId: intents[i]?.requestId,
    status: view.status,
    ...(view.problem === undefined ? {} : { code: view.problem.code }),
  }));
  if (state !== 'FINAL') return { id, status: 'PENDING', transactionId: id, writes };
  const more = { transactionId: id, ...(block === null ? {} : { block }), writes };
  if (code === 'VALID') return { id, status: 'COMMITTED', ...more };
  const detail = `the transaction was not committed: ${code ?? 'unknown'}; \`writes\` says what became of what it carried`;
  return { id, status: 'FAILED', ...more, problem: problemJson({ code: 'CONFLICT', detail }) };
}
