/** From an HTTP response to an answer or a refusal. */
import { type Problem, Refusal, UserError } from '../cli/errors';

/** A successful answer. */
export type Answer = Readonly<{
  status: number;
  body: unknown;
  location: string | undefined;
  /** Whether it is the answer to an earlier request under the same key. */
  replayed: boolean;
}>;

/**
 * Reads a response.
 * @throws Refusal for a problem; UserError for an answer that no gateway gives.
 */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw notAGateway(response, error);
  }
  if (response.ok) {
    const { status, headers } = response;
    const replayed = headers.get('idempotency-replayed') === 'true';
    return { status, body, location: headers.get('location') ?? undefined, replayed };
  }
  if (!isProblem(body)) throw notAGateway(response);
  throw new Refusal(body);
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  return 'code' in value && typeof value.code === 'string' && 'detail' in value && typeof value.detail === 'string';
}

function notAGateway(response: Response, cause?: unknown): UserError {
  return new UserError(`what answers at ${response.url} is not a gateway (status ${response.status})`, {
    cause,
    code: 'NOT_A_GATEWAY',
  });
}
