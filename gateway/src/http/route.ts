/** A route of the API: one description from which the request is checked, the handler called and the OpenAPI document made. */
import type { ErrorCode } from '@onepledge/chaincode/model';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { Principal } from '../auth/principal';

/** What a handler answers. */
export type Answer = Readonly<{
  status: number;
  /** JSON value, or text with a media type of its own. */
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}>;

/** Facts of the request that every handler may need. */
export type RequestFacts = Readonly<{
  requestId: string;
  /** The request's method and path with its query, in one form. */
  target: string;
  headers: IncomingMessage['headers'];
  raw: IncomingMessage;
}>;

export type PublicContext<Q> = Readonly<{ query: Q; request: RequestFacts }>;
export type ReadContext<P, Q> = Readonly<{ principal: Principal; params: P; query: Q; request: RequestFacts }>;
export type WriteContext<P, Q, B> = ReadContext<P, Q> &
  Readonly<{
    body: B;
    /** The body as it came, for the hash that makes a key belong to one request. */
    rawBody: unknown;
    /** As it is kept: of the principal. */
    idempotencyKey: string;
    /** Milliseconds that the client wants to wait. */
    patience: number;
  }>;

type Base = Readonly<{
  /** With parameters as `:id`. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  /** The answer of each status that is not an error. */
  answers: Readonly<Record<number, Readonly<{ description: string; schema?: z.ZodType; mediaType?: string }>>>;
  /** Codes beyond those that every route of its kind can answer. */
  errors?: readonly ErrorCode[];
  /** Answered from the gateway's own records: no height of the ledger says how new they are. */
  fromRecords?: true;
}>;

export type Route = Base &
  Readonly<{
    method: 'get' | 'post';
    /** public: no token. read: any token. write: a role that may write, and an idempotency key. */
    access: 'public' | 'read' | 'write';
    params?: z.ZodObject;
    query?: z.ZodObject;
    /** A JSON body; `stream` leaves the body to the handler. */
    body?: z.ZodType | 'stream';
    /** Media types of a streamed body. */
    mediaTypes?: readonly string[];
    handle: (context: WriteContext<unknown, unknown, unknown>) => Promise<Answer>;
  }>;

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** A GET that needs no token. */
export function publicRoute<Q extends z.ZodObject | undefined = undefined>(
  spec: Base & Readonly<{ query?: Q; handle: (context: PublicContext<Output<Q>>) => Promise<Answer> }>,
): Route {
  return { ...spec, method: 'get', access: 'public' } as unknown as Route;
}

/** A GET for whoever may see what it answers. */
export function readRoute<P extends z.ZodObject | undefined = undefined, Q extends z.ZodObject | undefined = undefined>(
  spec: Base &
    Readonly<{ params?: P; query?: Q; handle: (context: ReadContext<Output<P>, Output<Q>>) => Promise<Answer> }>,
): Route {
  return { ...spec, method: 'get', access: 'read' } as unknown as Route;
}

/** A POST that writes to the ledger. */
export function writeRoute<
  B extends z.ZodType | 'stream',
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
>(
  spec: Base &
    Readonly<{
      params?: P;
      query?: Q;
      body: B;
      mediaTypes?: readonly string[];
      handle: (
        context: WriteContext<Output<P>, Output<Q>, B extends z.ZodType ? z.output<B> : undefined>,
      ) => Promise<Answer>;
    }>,
): Route {
  return { ...spec, method: 'post', access: 'write' } as unknown as Route;
}
