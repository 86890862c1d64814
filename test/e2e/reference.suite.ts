/** What the gateway says of itself: OpenAPI, the catalogue of errors, docs, health, metrics. */
import { describe, expect, test } from '@jest/globals';
import { ERRORS } from '@onepledge/chaincode/model';
import { z } from 'zod';
import { Client } from '../support/client';
import { Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as, system } = useSystem();
const sequence = new Sequence('reference');

type Json = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, Readonly<{ schema?: Json }>>>;
type Operation = Readonly<{
  operationId: string;
  summary: string;
  parameters?: readonly Readonly<{ name: string; in: string; required?: boolean; schema: Json }>[];
  requestBody?: Readonly<{ content: Content }>;
  responses: Readonly<Record<string, Readonly<{ description: string; content?: Content }>>>;
  security?: readonly Json[];
}>;
type OpenApi = Readonly<{
  openapi: string;
  info: Readonly<{ title: string; version: string }>;
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Json>>; securitySchemes: Json }>;
}>;

/** The calls that the contract names. */
const CONTRACT = [
  'post /v1/receivables',
  'get /v1/receivables',
  'get /v1/receivables/{id}',
  'post /v1/receivables/{id}/confirmation',
  'post /v1/receivables/{id}/settlements',
  'post /v1/receivables/{id}/cancellation',
  'post /v1/receivables/imports',
  'get /v1/imports/{id}',
  'post /v1/pledges',
  'get /v1/pledges',
  'get /v1/pledges/{id}',
  'post /v1/pledges/{id}/acceptance',
  'post /v1/pledges/{id}/withdrawal',
  'post /v1/pledges/{id}/release',
  'get /v1/assets/{id}/history',
  'get /v1/transactions/{id}',
  'post /v1/parties',
  'get /v1/parties/{uscc}',
  'get /v1/members',
  'get /v1/errors',
];

const anonymous = (): Client => new Client(system().url());
const openApi = (): Promise<OpenApi> => anonymous().read<OpenApi>('/v1/openapi.json');

function operations(document: OpenApi): readonly (readonly [string, Operation])[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  );
}

/** A validator of a schema of the document, made from the document alone. */
function validator(document: OpenApi, schema: Json): z.ZodType {
  const moved = JSON.parse(
    JSON.stringify({ ...schema, $defs: document.components.schemas }).replaceAll('#/components/schemas/', '#/$defs/'),
  ) as Json;
  return z.fromJSONSchema(moved);
}

describe('the OpenAPI document', () => {
  test('is OpenAPI 3.1, its references lead somewhere, its operations have names of their own', async () => {
    const document = await openApi();
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.info.title).not.toBe('');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference ?? '',
    );
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      const name = /^#\/components\/([a-zA-Z]+)\/([A-Za-z0-9._-]+)$/.exec(reference);
      const components = document.components as unknown as Readonly<Record<string, Json>>;
      expect([reference, components[name?.[1] ?? '']?.[name?.[2] ?? '']]).toEqual([reference, expect.anything()]);
    }
    const ids = operations(document).map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [call, operation] of operations(document)) {
      const declared = (operation.parameters ?? []).filter(({ in: place }) => place === 'path').map(({ name }) => name);
      const inPath = [...call.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      expect([call, declared]).toEqual([call, inPath]);
      expect([call, Object.keys(operation.responses).length > 0]).toEqual([call, true]);
    }
  });

  test('covers every call of the contract, and every call of it answers', async () => {
    const document = await openApi();
    const calls = operations(document).map(([call]) => call);
    expect(CONTRACT.filter((call) => !calls.includes(call))).toEqual([]);
    for (const call of calls) {
      const [method = '', path = ''] = call.split(' ');
      const answer = await anonymous().call(method.toUpperCase(), path.replace(/\{[^}]+\}/g, 'x'), undefined, {
        key: null,
      });
      // Not the answer to an unknown path: whoever is not known is told so first.
      expect([call, [200, 401].includes(answer.status)]).toEqual([call, true]);
    }
  });

  test('describes what is really answered', async () => {
    const document = await openApi();
    const platform = await as({ member: 'platform' });
    const made = await platform.register(sequence.registration());
    const pledge = await platform.propose(sequence.terms(made, 'bank-a'));
    const schemaOf = (path: string, method: string, status: string): Json => {
      const content = document.paths[path]?.[method]?.responses[status]?.content ?? {};
      const [media] = Object.values(content);
      if (media?.schema === undefined) throw new Error(`no schema for ${method} ${path} ${status}`);
      return media.schema;
    };
    const refused = await platform.post('/v1/receivables', {});
    const cases: readonly (readonly [unknown, Json])[] = [
      [made, schemaOf('/v1/receivables', 'post', '201')],
      [pledge, schemaOf('/v1/pledges', 'post', '201')],
      [await platform.receivable(made.id), schemaOf('/v1/receivables/{id}', 'get', '200')],
      [await platform.read('/v1/receivables'), schemaOf('/v1/receivables', 'get', '200')],
      [await platform.read('/v1/pledges'), schemaOf('/v1/pledges', 'get', '200')],
      [await platform.history(made.id), schemaOf('/v1/assets/{id}/history', 'get', '200')],
      [await platform.read(`/v1/transactions/${made.transaction.id}`), schemaOf('/v1/transactions/{id}', 'get', '200')],
      [await platform.read('/v1/members'), schemaOf('/v1/members', 'get', '200')],
      [await platform.read('/v1/errors'), schemaOf('/v1/errors', 'get', '200')],
      [refused.problem, schemaOf('/v1/receivables', 'post', '400')],
    ];
    for (const [value, schema] of cases) {
      const checked = validator(document, schema).safeParse(value);
      expect(checked.error?.issues ?? []).toEqual([]);
    }
  });
});

describe('the catalogue of errors', () => {
  test('has every code, with its status and whether to try again', async () => {
    const { items } = await anonymous().read<{
      items: readonly Readonly<{ code: string; status: number; retryable: boolean }>[];
    }>('/v1/errors');
    const served = Object.fromEntries(items.map(({ code, status, retryable }) => [code, { status, retryable }]));
    const expected = Object.entries(ERRORS).map(([code, { status, retryable }]) => [code, { status, retryable }]);
    expect(served).toEqual(Object.fromEntries(expected));
  });

  test('is where the type of a problem leads', async () => {
    const platform = await as({ member: 'platform' });
    const { problem } = await platform.get('/v1/receivables/rcv_00000000000000000000000000');
    const url = new URL(problem.type, system().url());
    expect(url.hash).toBe('#NOT_FOUND');
    expect((await anonymous().get(url.pathname)).status).toBe(200);
  });
});

describe('the gateway', () => {
  test('is healthy and ready', async () => {
    expect((await anonymous().get('/healthz')).status).toBe(200);
    expect((await anonymous().get('/readyz')).status).toBe(200);
  });

  test('has docs for people that load nothing from elsewhere', async () => {
    const page = await anonymous().get('/docs');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.text).toContain('/v1/receivables');
    expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test('gives its metrics to Prometheus', async () => {
    await (await as({ member: 'platform' })).register(sequence.registration());
    const metrics = await anonymous().get('/metrics');
    expect(metrics.headers['content-type']).toMatch(/^text\/plain/);
    expect(metrics.text).toMatch(/_count\{[^}]*route="\/v1\/receivables"[^}]*status="201"[^}]*\} [1-9]/);
    for (const line of metrics.text.split('\n').filter((text) => text !== '' && !text.startsWith('#'))) {
      expect(line).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$/);
    }
  });
});
