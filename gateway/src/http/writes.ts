/** From a checked request to its command, and from the command's outcome to the answer. */
import { type Command, ERRORS } from '@onepledge/chaincode/model';
import { intentIdOf } from '../outbox/intent-id';
import type { Accepted } from '../outbox/intake';
import type { Outcome } from '../outbox/intent';
import { requestHash } from './idempotency';
import { PROBLEM_MEDIA_TYPE, type ProblemJson, problemJson } from './problem-json';
import type { Answer, WriteContext } from './route';
import type { Services } from './services';

type WithoutId<C> = C extends Command ? Omit<C, 'id'> : never;
/** A command that has no id yet. */
export type NewCommand = WithoutId<Command>;

/**
 * Stores a command under the request's key, sends it on its way, and answers as soon as it is final or the client's patience ends.
 * @param location the resource that the command makes, from its view
 */
export async function write(
  services: Services,
  context: WriteContext<unknown, unknown, unknown>,
  command: NewCommand,
  location?: (view: Readonly<Record<string, unknown>>) => string,
): Promise<Answer> {
  const { principal, request, idempotencyKey, patience, rawBody } = context;
  const outbox = services.outbox();
  const bodyHash = requestHash(request.target, rawBody);
  const id = intentIdOf(principal.member, idempotencyKey, bodyHash);
  const accepted = await outbox.submit({
    id,
    kind: 'COMMAND',
    principal,
    idempotencyKey,
    bodyHash,
    route: request.target,
    requestId: request.requestId,
    command: JSON.stringify({ id, ...command }),
  });
  const outcome = await outbox.outcome(accepted.id, principal.member, patience);
  return answerOf(accepted, outcome, location);
}

/** The answer to a write, the same each time that it is asked for. */
export function answerOf(
  accepted: Accepted,
  outcome: Outcome | undefined,
  location?: (view: Readonly<Record<string, unknown>>) => string,
): Answer {
  const replayed: Record<string, string> = accepted.replayed ? { 'Idempotency-Replayed': 'true' } : {};
  if (outcome === undefined) return pendingAnswer(`/v1/transactions/${accepted.id}`, { id: accepted.id }, replayed);
  if (outcome.state === 'FAILED') {
    const headers = { ...replayed, 'Content-Type': PROBLEM_MEDIA_TYPE };
    return { status: ERRORS[outcome.problem.code].status, body: failureOf(accepted, outcome), headers };
  }
  const view = viewOf(outcome.value);
  const { transactionId: id, block } = outcome;
  return {
    status: 201,
    body: { ...view, transaction: { id, block, status: 'COMMITTED' } },
    headers: location === undefined ? replayed : { ...replayed, Location: location(view) },
  };
}

/** Why a write failed. By its own id, and not the ledger's: that transaction may be committed, with what it carried beside the refusal. */
export function failureOf(
  { id, requestId }: Readonly<{ id: string; requestId: string }>,
  { problem, transactionId }: Extract<Outcome, { state: 'FAILED' }>,
): ProblemJson {
  return problemJson(problem, { requestId, ...(transactionId === undefined ? {} : { transactionId: id }) });
}

/** 202: it is stored and will be carried out; where to ask. */
export function pendingAnswer(
  location: string,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const { title: detail } = ERRORS.OUTCOME_UNKNOWN;
  return {
    status: 202,
    body: { ...body, status: 'PENDING', code: 'OUTCOME_UNKNOWN', detail },
    headers: { ...headers, Location: location, 'Retry-After': '1' },
  };
}

function viewOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : { value };
}
