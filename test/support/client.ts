/** A small typed client of the API, one for each actor. */
import { randomUUID } from 'node:crypto';
import type { HistoryEntry, PledgeView, ReceivableView } from '@onepledge/chaincode/model';
import { http, type HttpAnswer } from './http';

export type TransactionRef = Readonly<{ id: string; block: string; status: 'COMMITTED' }>;
export type Committed<T> = T & Readonly<{ transaction: TransactionRef }>;
export type Page<T> = Readonly<{ items: readonly T[]; next: string | null }>;
export type History = Page<HistoryEntry> & Readonly<{ whole: boolean }>;
export type Receivable = Committed<ReceivableView>;
export type Pledge = Committed<PledgeView>;

/** A problem (RFC 9457) as the API answers it. */
export type Problem = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  retryable: boolean;
  field?: string;
  conflict?: Readonly<{ assetId?: string; pledgeId?: string; free?: Readonly<{ currency: string; amount: string }> }>;
  transactionId?: string;
  requestId?: string;
}>;

/** What `GET /v1/transactions/{id}` answers. */
export type TransactionView = Readonly<{
  id: string;
  status: 'PENDING' | 'COMMITTED' | 'FAILED';
  transactionId?: string;
  block?: string;
  result?: unknown;
  problem?: Problem;
  writes?: readonly Readonly<{ id: string; requestId?: string; status: string; code?: string }>[];
}>;

export type CallOptions = Readonly<{
  /** Idempotency key; a fresh one when left out, none when null. */
  key?: string | null;
  prefer?: string;
  headers?: Readonly<Record<string, string>>;
  timeoutMs?: number;
}>;

/** An answer of the API with its body read. */
export class Answer {
  readonly status: number;
  readonly headers: HttpAnswer['headers'];
  readonly text: string;
  readonly #call: string;

  constructor(call: string, { status, headers, text }: HttpAnswer) {
    this.#call = call;
    this.status = status;
    this.headers = headers;
    this.text = text;
  }

  /** The body as JSON, not checked. @throws Error when it is not JSON */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- an assertion in one place instead of at every call
  json<T>(): T {
    try {
      return JSON.parse(this.text) as T;
    } catch (error) {
      throw new Error(`${this.toString()} is not JSON`, { cause: error });
    }
  }

  /** The body of an answer that must have this status. @throws Error with the whole answer when it has another */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
  as<T>(status: number): T {
    if (this.status !== status) throw new Error(`expected ${status}: ${this.toString()}`);
    return this.json<T>();
  }

  /** The refusal that this answer must be. @throws Error with the whole answer when it is none */
  get problem(): Problem {
    const isProblem = this.headers['content-type']?.startsWith('application/problem+json') === true;
    if (!isProblem) throw new Error(`expected a problem: ${this.toString()}`);
    return this.json<Problem>();
  }

  toString(): string {
    return `${this.#call} → ${this.status} ${this.text.slice(0, 2000)}`;
  }
}

/** Faults that no test may cause: what is recorded here fails the suite. */
export const serverFaults: string[] = [];

/** Told the highest block that an answer names, before the caller has the answer. */
export type OnBlock = (block: bigint) => Promise<void>;

export class Client {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #onBlock: OnBlock | undefined;

  /** @param token undefined: calls come without one */
  constructor(url: string, token?: string, onBlock?: OnBlock) {
    this.#url = url;
    this.#token = token;
    this.#onBlock = onBlock;
  }

  /** The same actor at another gateway. */
  at(url: string): Client {
    return new Client(url, this.#token, this.#onBlock);
  }

  get(path: string, options: CallOptions = {}): Promise<Answer> {
    return this.call('GET', path, undefined, { key: null, ...options });
  }

  post(path: string, body: unknown, options: CallOptions = {}): Promise<Answer> {
    return this.call('POST', path, JSON.stringify(body), options, 'application/json');
  }

  async call(
    method: string,
    path: string,
    body: string | Uint8Array | undefined,
    options: CallOptions = {},
    contentType?: string,
  ): Promise<Answer> {
    const { key = randomUUID(), prefer, headers = {}, timeoutMs } = options;
    const answer = await http({
      method,
      url: `${this.#url}${path}`,
      headers: {
        ...(this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` }),
        ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
        ...(key === null ? {} : { 'Idempotency-Key': key }),
        ...(prefer === undefined ? {} : { Prefer: prefer }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const read = new Answer(`${method} ${path}`, answer);
    if (answer.status >= 500) serverFaults.push(read.toString());
    const block = highestBlock(answer.text);
    if (block !== undefined) await this.#onBlock?.(block);
    return read;
  }

  /** Gets what must be there. @throws Error otherwise */
  async read<T>(path: string): Promise<T> {
    return (await this.get(path)).as<T>(200);
  }

  receivable(id: string): Promise<ReceivableView> {
    return this.read<ReceivableView>(`/v1/receivables/${id}`);
  }

  pledge(id: string): Promise<PledgeView> {
    return this.read<PledgeView>(`/v1/pledges/${id}`);
  }

  history(id: string): Promise<History> {
    return this.read<History>(`/v1/assets/${id}/history`);
  }

  /** Registers what must be accepted. */
  async register(registration: object): Promise<Receivable> {
    return (await this.post('/v1/receivables', registration)).as<Receivable>(201);
  }

  /** Proposes what must be accepted. */
  async propose(terms: object): Promise<Pledge> {
    return (await this.post('/v1/pledges', terms)).as<Pledge>(201);
  }

  /** Accepts a proposal that must be acceptable. */
  async accept(pledgeId: string): Promise<Pledge> {
    return (await this.post(`/v1/pledges/${pledgeId}/acceptance`, {})).as<Pledge>(201);
  }
}

function highestBlock(text: string): bigint | undefined {
  let highest: bigint | undefined;
  for (const [, digits = ''] of text.matchAll(/"block":"(\d+)"/g)) {
    const block = BigInt(digits);
    if (highest === undefined || block > highest) highest = block;
  }
  return highest;
}
