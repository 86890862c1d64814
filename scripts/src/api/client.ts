/** The gateway's API: reads, acts that are done once, and waiting for what takes longer. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Problem, Refusal, UserError } from '../cli/errors';
import { readAnswer, type Answer } from './answer';

/** What a committed act answers besides its own view. */
export type Committed = Readonly<{ transaction: Readonly<{ id: string; block?: string | number; status: string }> }>;

export type ActOptions = Readonly<{ key?: string | undefined; waitSeconds?: number | undefined }>;

type Options = Readonly<{ gateway: string; token: () => Promise<string>; note: (line: string) => void }>;
type Body = Readonly<{ content: string | FormData; type?: string }>;

const TRIES = 4;
const READ_TIMEOUT_MS = 30_000;
// Longer than the gateway itself waits (Prefer: wait), so that its own answer comes first.
const WRITE_TIMEOUT_MS = 75_000;
const POLL_MS = 300;
/** Refusals of a question that say nothing of what was asked for. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['NOT_FOUND', 'LEDGER_UNAVAILABLE', 'RATE_LIMITED']);

/** One gateway, as one who acts. */
export class ApiClient {
  readonly #options: Options;
  #token: Promise<string> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Reads. Query values that are undefined are left out.
   * @throws Refusal for a problem; UserError when the gateway cannot be reached.
   */
  async get(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<unknown> {
    const url = this.#url(path, query);
    return (await this.#send('GET', url, undefined, {}, READ_TIMEOUT_MS)).body;
  }

  /**
   * Acts, and waits until it is final. The same key is sent again when the connection breaks, so that it is done once.
   * @throws Refusal when it was refused, or when the outcome is not known in time (OUTCOME_UNKNOWN); UserError as `get`.
   */
  async act(path: string, body: unknown, options: ActOptions = {}): Promise<unknown> {
    const key = options.key ?? randomUUID();
    const waitSeconds = options.waitSeconds ?? 60;
    const deadline = Date.now() + waitSeconds * 1000;
    const content = { content: JSON.stringify(body), type: 'application/json' };
    const answer = await this.post(path, {}, content, key, Math.min(waitSeconds, 10));
    // A key of one's own was given: without one a repeated request is this act's first one, tried again.
    if (answer.replayed && options.key !== undefined) {
      this.#options.note('done before under this key: the answer is what it was then');
    }
    if (answer.status !== 202) return answer.body;
    const location = answer.location ?? '';
    if (!location.startsWith('/'))
      throw new UserError('the gateway answered 202 without a Location', { code: 'PROTOCOL' });
    this.#options.note('accepted; waiting for the ledger…');
    return this.#waitForTransaction(location, key, deadline);
  }

  /** Posts once with a key and gives the answer as it is, also a 202. For callers that follow it themselves. */
  post(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    body: Body,
    key: string,
    waitSeconds: number,
  ): Promise<Answer> {
    const headers = { 'Idempotency-Key': key, Prefer: `wait=${waitSeconds}` };
    return this.#send('POST', this.#url(path, query), body, headers, WRITE_TIMEOUT_MS);
  }

  async #waitForTransaction(location: string, key: string, deadline: number): Promise<unknown> {
    for (;;) {
      const transaction = await this.#transactionAt(location);
      if (transaction.status === 'FAILED') {
        throw new Refusal(transaction.problem ?? { code: 'INTERNAL_ERROR', detail: 'it failed without saying why' });
      }
      if (transaction.status === 'COMMITTED') return committedView(transaction);
      if (Date.now() > deadline) {
        throw new Refusal({
          code: 'OUTCOME_UNKNOWN',
          detail: `not final yet: ask with "onepledge transaction get ${transaction.id}", or repeat with --idempotency-key ${key}`,
          transactionId: transaction.id,
          retryable: true,
        });
      }
      await sleep(POLL_MS);
    }
  }

  /** What is accepted is not refused by a question that fails: one gateway may not know what another one has accepted. */
  async #transactionAt(location: string): Promise<TransactionAnswer> {
    try {
      return (await this.get(location)) as TransactionAnswer;
    } catch (error) {
      if (!(error instanceof Refusal) || !SAYS_NOTHING.has(error.problem.code)) throw error;
      return { id: location.slice(location.lastIndexOf('/') + 1), status: 'PENDING' };
    }
  }

  async #send(
    method: string,
    url: URL,
    body: Body | undefined,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<Answer> {
    this.#token ??= this.#options.token();
    const all: Record<string, string> = {
      Authorization: `Bearer ${await this.#token}`,
      Accept: 'application/json, application/problem+json',
      ...headers,
      ...(body?.type === undefined ? {} : { 'Content-Type': body.type }),
    };
    const init: RequestInit = { method, headers: all, ...(body === undefined ? {} : { body: body.content }) };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
        return await readAnswer(response);
      } catch (error) {
        if (error instanceof Refusal || error instanceof UserError) throw error;
        // Only what a new connection can mend is tried again; a write goes under the same key.
        if (attempt < TRIES && isConnectionError(error)) await sleep(100 * 2 ** attempt);
        else throw unreachable(this.#options.gateway, timeoutMs, error, headers['Idempotency-Key']);
      }
    }
  }

  #url(path: string, query: Readonly<Record<string, string | undefined>>): URL {
    let url: URL;
    try {
      url = new URL(path, this.#options.gateway);
    } catch {
      throw new UserError(`${JSON.stringify(this.#options.gateway)} is not the URL of a gateway`, {
        code: 'BAD_GATEWAY_URL',
      });
    }
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    return url;
  }
}

type TransactionAnswer = Readonly<{
  id: string;
  status: string;
  block?: string | number;
  transactionId?: string;
  result?: unknown;
  problem?: Problem;
}>;

/** The answer that the act itself would have given. */
function committedView(transaction: TransactionAnswer): unknown {
  const { id, transactionId, block, status, result } = transaction;
  const view = typeof result === 'object' && result !== null ? result : {};
  return { ...view, transaction: { id: transactionId ?? id, ...(block === undefined ? {} : { block }), status } };
}

const CONNECTION_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN']);

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'code' in cause && CONNECTION_ERRORS.has(String(cause.code));
}

function unreachable(gateway: string, timeoutMs: number, error: unknown, key: string | undefined): UserError {
  const late = error instanceof Error && error.name === 'TimeoutError';
  const why = late ? `gave no answer within ${timeoutMs / 1000} s` : `cannot be reached (${reason(error)})`;
  const start = late ? '' : '; is the network running? "npm start" or "onepledge network up" starts it';
  const again = key === undefined ? '' : `; to be sure that it is done once, repeat it with --idempotency-key ${key}`;
  return new UserError(`the gateway ${gateway} ${why}${start}${again}`, { cause: error, code: 'GATEWAY_UNREACHABLE' });
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}
