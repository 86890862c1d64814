/** /v1/transactions: what became of a write. */
import { z } from 'zod';
import { problem } from '../../problem';
import type { Outcome } from '../../outbox/intent';
import { problemJson } from '../problem-json';
import { readRoute, type Route } from '../route';
import { IdParams, TransactionViewSchema } from '../schemas';
import type { Services } from '../services';

const isIntentId = (id: string): boolean => z.uuid().safeParse(id).success;
const LEDGER_ID = /^[0-9a-f]{64}$/;

export function transactionRoutes(services: Services): readonly Route[] {
  return [
    readRoute({
      path: '/v1/transactions/:id',
      operationId: 'getTransaction',
      tag: 'transactions',
      summary: 'What became of a write, by the id that its answer gave; for the member that asked for it',
      params: IdParams,
      answers: { 200: { description: 'PENDING, COMMITTED or FAILED', schema: TransactionViewSchema } },
      errors: ['NOT_FOUND'],
      handle: async ({ principal, params: { id } }) => {
        const body = isIntentId(id)
          ? await byIntent(services, principal.member, id)
          : LEDGER_ID.test(id)
            ? await byLedgerId(services, principal.member, id)
            : undefined;
        if (body === undefined) throw problem('NOT_FOUND', `there is no transaction ${id}`);
        return { status: 200, body };
      },
    }),
  ];
}

async function byIntent({ outbox, store }: Services, member: string, id: string): Promise<unknown> {
  const intent = await store().intent(id, member);
  if (intent === undefined || intent.kind !== 'COMMAND') return undefined;
  return viewOf(id, intent.outcome ?? outbox().known(id), intent.requestId);
}

function viewOf(id: string, outcome: Outcome | undefined, requestId: string): unknown {
  if (outcome === undefined) return { id, status: 'PENDING' };
  if (outcome.state === 'COMMITTED') {
    const { transactionId, block, value } = outcome;
    return { id, status: 'COMMITTED', transactionId, block, result: value };
  }
  const { problem: found, transactionId } = outcome;
  const more = transactionId === undefined ? {} : { transactionId };
  return { id, status: 'FAILED', ...more, problem: problemJson(found, { requestId, ...more }) };
}

/** A ledger transaction can carry many writes; asked for by its own id it shows its state. */
async function byLedgerId({ outbox, store }: Services, member: string, id: string): Promise<unknown> {
  const transaction = await store().transaction(id, member);
  if (transaction === undefined) return undefined;
  const { state, code, block, intentIds } = transaction;
  const [only] = intentIds;
  if (intentIds.length === 1 && only !== undefined) {
    const view = await byIntent({ outbox, store } as Services, member, only);
    if (view !== undefined) return { ...view, id };
  }
  if (state !== 'FINAL') return { id, status: 'PENDING', transactionId: id };
  const more = block === null ? {} : { block };
  if (code === 'VALID') return { id, status: 'COMMITTED', transactionId: id, ...more };
  const detail = `the transaction was not committed: ${code ?? 'unknown'}`;
  return { id, status: 'FAILED', transactionId: id, ...more, problem: problemJson({ code: 'CONFLICT', detail }) };
}
