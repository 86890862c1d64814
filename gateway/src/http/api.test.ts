import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ERROR_CODES, ERRORS } from '@onepledge/chaincode/model';
import { pino } from 'pino';
import { issueToken } from '../auth/demo-issuer';
import { readConfig } from '../config';
import { type Gateway, startGateway } from '../gateway';
import { allRoutes } from './routes';
import type { Services } from './services';

// A gateway whose network does not run: what is decided before the ledger is asked, and what is said without one.
let home: string;
let gateway: Gateway;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'onepledge-api-'));
  gateway = await startGateway(readConfig({ ONEPLEDGE_HOME: home, PORT: '0' }), pino({ level: 'silent' }));
});

afterAll(async () => {
  await gateway.close();
  await rm(home, { recursive: true, force: true });
});

async function get(path: string, headers: Record<string, string> = {}): Promise<{ response: Response; body: unknown }> {
  const response = await fetch(`${gateway.url}${path}`, { headers });
  return { response, body: await response.json() };
}

describe('the OpenAPI document', () => {
  type Document = { openapi: string; paths: Record<string, Record<string, unknown>>; components: { schemas: object } };

  test('holds every route, with its method', async () => {
    const { body } = await get('/v1/openapi.json');
    const { openapi, paths } = body as Document;

    expect(openapi).toBe('3.1.0');
    for (const { path, method } of allRoutes({} as Services, { bytes: 1, files: 1 })) {
      expect(paths[path.replace(/:([a-z]+)/g, '{$1}')]).toHaveProperty(method);
    }
  });

  test('refers to nothing that it does not hold', async () => {
    const { body } = await get('/v1/openapi.json');
    const { components } = body as Document;
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? '');

    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      expect(reference).toMatch(/^#\/components\/schemas\//);
      expect(components.schemas).toHaveProperty(reference.split('/').at(-1) ?? '');
    }
  });
});

describe('the catalogue', () => {
  test('lists every code with its status', async () => {
    const { body } = await get('/v1/errors');

    expect(body).toEqual({ items: ERROR_CODES.map((code) => ({ code, ...ERRORS[code] })) });
  });
});

describe('a request', () => {
  test('without a token is not authenticated, and the answer says how to be', async () => {
    const { response, body } = await get('/v1/receivables');

    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(body).toMatchObject({ type: '/v1/errors#UNAUTHENTICATED', code: 'UNAUTHENTICATED', retryable: false });
  });

  test('to nowhere, or with a method that is not there, finds nothing', async () => {
    expect((await get('/v1/nowhere')).body).toMatchObject({ code: 'NOT_FOUND' });
    const deletion = await fetch(`${gateway.url}/v1/receivables`, { method: 'DELETE' });
    expect(deletion.status).toBe(404);
    expect(deletion.headers.get('allow')).toBe('POST, GET');
  });

  test('that the ledger is needed for says that the ledger is away', async () => {
    const authorization = `Bearer ${await issueToken(home, { member: 'bank-a' })}`;
    const { response, body } = await get('/v1/members', { authorization });

    expect(response.status).toBe(503);
    expect(body).toMatchObject({ code: 'LEDGER_UNAVAILABLE', retryable: true });
    expect(JSON.stringify(body)).not.toContain(home);
  });

  test('keeps its id, and gets one when it has none', async () => {
    expect((await get('/healthz', { 'x-request-id': 'mine-1' })).response.headers.get('x-request-id')).toBe('mine-1');
    expect((await get('/healthz')).response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the gateway itself', () => {
  test('lives, and says why it is not ready', async () => {
    expect((await get('/healthz')).body).toEqual({ status: 'ok' });
    const { response, body } = await get('/readyz');
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(body).toMatchObject({ ready: false, checks: { ledger: expect.stringContaining('not running') } });
  });

  test('shows its metrics and its docs without anything from elsewhere', async () => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('onepledge_http_request_seconds_bucket');
    const docs = await (await fetch(`${gateway.url}/docs`)).text();
    expect(docs).toContain('registerReceivable');
    expect(docs).not.toMatch(/(?:src|href)="https?:/);
  });
});
