/** The HTTP application: each route checked by its own description; every failure a problem. */
import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { ERRORS, validate } from '@onepledge/chaincode/model';
import { mayWrite, type Principal } from '../auth/principal';
import { problem, ProblemError } from '../problem';
import { asProblem } from './errors';
import { requireDistinctMembers } from './json-members';
import { keyOfPrincipal, patienceOf, requireIdempotencyKey, targetOf } from './idempotency';
import { PROBLEM_MEDIA_TYPE, problemJson } from './problem-json';
import { RateLimit } from './rate-limit';
import type { Answer, Route, WriteContext } from './route';
import type { Services } from './services';

export type HttpLimits = Readonly<{
  /** Most bytes of a JSON body. */
  bodyLimit: number;
  /** Requests a second of one member; 0 for no limit. */
  rateLimit: number;
}>;

/** The bytes of bodies between their being read and parsed. */
const texts = new WeakMap<IncomingMessage, Buffer>();
const REQUEST_ID = /^[\x21-\x7e]{1,100}$/;
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
};

/** Makes the application. */
export function createApplication(services: Services, routes: readonly Route[], limits: HttpLimits): Express {
  const application = express();
  application.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('case sensitive routing', true);
  const readJson = express.json({
    limit: limits.bodyLimit,
    type: ['application/json', 'application/*+json'],
    // A small body can unpack into a very large one.
    inflate: false,
    verify: (request, _response, bytes) => {
      // Read leniently, a broken name would become another one.
      if (!isUtf8(bytes)) throw problem('INVALID_INPUT', 'the body is not UTF-8');
      texts.set(request, bytes);
    },
  });
  const rates = new RateLimit(limits.rateLimit);
  application.use(prepare(services));
  for (const route of routes) {
    const handlers: RequestHandler[] = [serve(services, route, rates, readJson)];
    application[route.method](route.path, ...handlers);
  }
  for (const [path, methods] of methodsByPath(routes)) {
    application.all(path, (request) => {
      const detail = `${request.method} is no method of ${request.path}; it has ${methods.join(', ')}`;
      throw new ProblemError({ code: 'NOT_FOUND', detail }, { headers: { Allow: methods.join(', ') } });
    });
  }
  application.use((request) => {
    throw problem('NOT_FOUND', `there is nothing at ${request.path}`);
  });
  application.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    sendProblem(services, response, error);
  });
  return application;
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  return methods;
}

/** Gives the request its id, and the metrics its time. */
function prepare({ metrics, log }: Services): RequestHandler {
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    const started = performance.now();
    response.locals['requestId'] = requestId;
    response.once('close', () => {
      const seconds = (performance.now() - started) / 1000;
      const route = typeof response.locals['route'] === 'string' ? response.locals['route'] : 'none';
      const status = String(response.statusCode);
      metrics.requests.observe({ method: request.method, route, status }, seconds);
      log.debug({ requestId, method: request.method, path: request.path, status, seconds }, 'request');
    });
    next();
  };
}

function serve(services: Services, route: Route, rates: RateLimit, readJson: RequestHandler): RequestHandler {
  return async (request, response) => {
    response.locals['route'] = route.path;
    try {
      const answer = await answerTo(services, route, rates, readJson, request, response);
      send(response, answer);
    } catch (error) {
      sendProblem(services, response, error);
    }
  };
}

async function answerTo(
  services: Services,
  route: Route,
  rates: RateLimit,
  readJson: RequestHandler,
  request: Request,
  response: Response,
): Promise<Answer> {
  const principal = route.access === 'public' ? undefined : await authenticate(services, request);
  if (principal !== undefined) rates.take(principal.member, performance.now());
  const params = route.params === undefined ? undefined : pathParameters(route.params, request);
  const facts = {
    requestId: String(response.locals['requestId']),
    target: targetOf(request.method, route.path, { ...params }, request.originalUrl),
    headers: request.headers,
    raw: request,
  };
  const query = route.query === undefined ? undefined : checked(validate(route.query, { ...request.query }));
  const base = { principal, params, query, request: facts };
  if (route.access !== 'write' || principal === undefined) {
    // How new what is read is at least, where anybody can tell. Asked for before: after the answer was read the chain may be longer, and the answer would pass for newer than it is.
    const reader = route.fromRecords === true ? undefined : principal;
    const before = reader === undefined ? undefined : services.blocks.peerOf(reader);
    const height = reader === undefined ? undefined : await services.blocks.height(reader).catch(() => undefined);
    const answer = await route.handle(base as unknown as WriteContext<unknown, unknown, unknown>);
    if (reader === undefined || height === undefined) return answer;
    // Read from the next peer, as that one was gone: it may be behind.
    if (services.blocks.peerOf(reader) !== before) return answer;
    return { ...answer, headers: { ...answer.headers, 'Ledger-Height': height.toString() } };
  }
  if (!mayWrite(principal)) throw problem('FORBIDDEN', `the role ${principal.role} only reads`);
  const idempotencyKey = keyOfPrincipal(principal, requireIdempotencyKey(request.headers['idempotency-key']));
  const patience = patienceOf(request.headers['prefer']);
  let body: unknown;
  if (route.body !== undefined && route.body !== 'stream') {
    await readBody(readJson, request, response);
    body = checked(validate(route.body, request.body));
  }
  return route.handle({ ...base, principal, body, rawBody: request.body as unknown, idempotencyKey, patience });
}

/** @throws ProblemError UNAUTHENTICATED or FORBIDDEN. */
async function authenticate({ tokens, directory }: Services, request: Request): Promise<Principal> {
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw problem('UNAUTHENTICATED', 'a bearer token is needed: Authorization: Bearer <token>');
  const principal = await tokens.verify(token);
  const member = directory.requireServed(principal.member);
  // A regulator's identities only read, whatever the token says.
  if (member.kinds.includes('REGULATOR')) return { ...principal, role: 'regulator' };
  if (principal.role === 'regulator') throw problem('FORBIDDEN', `${principal.member} is no regulator`);
  return principal;
}

/** Ids are opaque: one that cannot be is one that is not there. */
function pathParameters(schema: NonNullable<Route['params']>, request: Request): Readonly<Record<string, string>> {
  const parsed = schema.safeParse(request.params);
  if (!parsed.success) throw problem('NOT_FOUND', `there is nothing at ${request.path}`);
  return parsed.data as Readonly<Record<string, string>>;
}

function checked(result: ReturnType<typeof validate>): unknown {
  if (!result.ok) throw new ProblemError(result.error);
  return result.value;
}

async function readBody(readJson: RequestHandler, request: Request, response: Response): Promise<void> {
  const type = request.is(['application/json', 'application/*+json']);
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (type === false || charset.toLowerCase() !== 'utf-8') {
    throw problem('UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json in UTF-8');
  }
  // No body at all is an empty object: some acts have no fields.
  if (type === null) {
    request.body = {};
    return;
  }
  await new Promise<void>((resolve, reject) => {
    void readJson(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('the body cannot be read'));
    });
  });
  if (request.body === undefined) request.body = {};
  const bytes = texts.get(request);
  if (bytes !== undefined) requireDistinctMembers(bytes.toString('utf8'), request.body as unknown);
  texts.delete(request);
}

function send(response: Response, { status, body, headers = {} }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = status >= 400 && status !== 503 ? PROBLEM_MEDIA_TYPE : 'application/json; charset=utf-8';
  const all = {
    ...SECURITY_HEADERS,
    'X-Request-Id': String(response.locals['requestId']),
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  };
  response.writeHead(status, all).end(text);
}

function sendProblem({ log }: Services, response: Response, error: unknown): void {
  const found = asProblem(error);
  const requestId = String(response.locals['requestId']);
  const { code } = found.problem;
  if (code === 'INTERNAL_ERROR') log.error({ err: error, requestId }, 'internal error');
  if (response.headersSent || response.destroyed) return;
  const headers: Record<string, string> = {
    'Content-Type': PROBLEM_MEDIA_TYPE,
    ...(code === 'UNAUTHENTICATED' ? { 'WWW-Authenticate': 'Bearer realm="onepledge"' } : {}),
    ...(code === 'LEDGER_UNAVAILABLE' ? { 'Retry-After': '1' } : {}),
    // The rest of a body that nobody reads must not be taken for the next request.
    ...(code === 'PAYLOAD_TOO_LARGE' ? { Connection: 'close' } : {}),
    ...found.headers,
  };
  send(response, { status: ERRORS[code].status, body: problemJson(found.problem, { requestId }), headers });
}
