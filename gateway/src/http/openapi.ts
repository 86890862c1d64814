/** The OpenAPI 3.1 document, made from the routes and the schemas that check the requests. */
import { type ErrorCode, ERRORS } from '@onepledge/chaincode/model';
import { z } from 'zod';
import { PROBLEM_MEDIA_TYPE, ProblemSchema } from './problem-json';
import type { Route } from './route';

type Json = Record<string, unknown>;

/** Codes that routes of a kind can answer whatever they do. */
const COMMON: Readonly<Record<Route['access'], readonly ErrorCode[]>> = {
  public: [],
  read: ['INVALID_INPUT', 'UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED', 'INTERNAL_ERROR', 'LEDGER_UNAVAILABLE'],
  write: [
    'INVALID_INPUT',
    'IDEMPOTENCY_KEY_REQUIRED',
    'UNAUTHENTICATED',
    'FORBIDDEN',
    'CONFLICT',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'IDEMPOTENCY_KEY_REUSED',
    'RATE_LIMITED',
    'INTERNAL_ERROR',
    'LEDGER_UNAVAILABLE',
    'CLAIMANT_UNAVAILABLE',
  ],
};

/** Makes the document. @param version of the API */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const schemas = new SchemaComponents();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([a-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route, schemas) };
  }
  schemas.of(ProblemSchema);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Onepledge',
      version,
      summary: 'A ledger on which no receivable can be pledged twice',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: schemas.all(),
    },
  };
}

function operation(route: Route, schemas: SchemaComponents): Json {
  const { operationId, tag, summary, description, access } = route;
  const parameters = [
    ...parametersOf(route.params, 'path', schemas),
    ...parametersOf(route.query, 'query', schemas),
    ...(access === 'write' ? WRITE_HEADERS : []),
  ];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(access === 'public' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(route, schemas),
    responses: { ...answersOf(route, schemas), ...problemsOf(route) },
  };
}

const WRITE_HEADERS: readonly Json[] = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'New for every act; the same key with the same request gives the first answer again',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
  },
  {
    name: 'Prefer',
    in: 'header',
    required: false,
    description: '`wait=<seconds>` (default 10, at most 60) or `respond-async`',
    schema: { type: 'string' },
  },
];

function parametersOf(shape: z.ZodObject | undefined, place: 'path' | 'query', schemas: SchemaComponents): Json[] {
  return Object.entries(shape?.shape ?? {}).map(([name, field]) => {
    const schema = schemas.of(field as z.ZodType);
    const required = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, schema };
  });
}

function requestBody(route: Route, schemas: SchemaComponents): Json {
  if (route.body === undefined) return {};
  if (route.body !== 'stream') {
    return { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(route.body) } } } };
  }
  const content = Object.fromEntries((route.mediaTypes ?? []).map((type) => [type, { schema: STREAMED[type] ?? {} }]));
  return { requestBody: { required: true, content } };
}

const STREAMED: Readonly<Record<string, Json>> = {
  'multipart/form-data': {
    type: 'object',
    properties: { file: { type: 'array', items: { type: 'string', contentMediaType: 'application/octet-stream' } } },
  },
  'application/x-ndjson': { type: 'string', description: 'One JSON document a line' },
};

function answersOf(route: Route, schemas: SchemaComponents): Json {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, { description, schema, mediaType }]) => {
      const content = { [mediaType ?? 'application/json']: schema === undefined ? {} : { schema: schemas.of(schema) } };
      const headers = HEADERS[headersOf(route)];
      return [status, { description, ...(headers === undefined ? {} : { headers }), content }];
    }),
  );
}

type HeaderGroup = 'WRITE' | 'LEDGER' | 'NONE';

function headersOf({ access, fromRecords }: Route): HeaderGroup {
  if (access === 'write') return 'WRITE';
  return access === 'read' && fromRecords !== true ? 'LEDGER' : 'NONE';
}

/** Headers of answers that say how far they may be believed. */
const HEADERS: Readonly<Record<HeaderGroup, Json | undefined>> = {
  WRITE: {
    'Idempotency-Replayed': {
      description: '`true` where it is the answer to an earlier request under the key, as things were then',
      schema: { type: 'string', enum: ['true'] },
    },
  },
  LEDGER: {
    'Ledger-Height': {
      description:
        'How many blocks what was read stands on at least; each page of a list on its own. Absent where nobody can tell',
      schema: { type: 'string', pattern: '^[0-9]+$' },
    },
  },
  NONE: undefined,
};

/** One response a status, naming the codes that come under it. */
function problemsOf(route: Route): Json {
  const codes = [...new Set([...COMMON[route.access], ...(route.errors ?? [])])];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const schema = { $ref: '#/components/schemas/Problem' };
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      { description: group.join(', '), content: { [PROBLEM_MEDIA_TYPE]: { schema } } },
    ]),
  );
}

/** Collects the named schemas that the routes refer to. */
class SchemaComponents {
  readonly #named = new Map<string, Json>();

  /** The schema as it stands in place: a reference for one that has a name. */
  of(schema: z.ZodType): Json {
    const {
      $schema: _,
      $defs = {},
      ...whole
    } = z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
      target: 'draft-2020-12',
    }) as Json & { $defs?: Record<string, Json> };
    for (const [name, definition] of Object.entries($defs)) this.#named.set(name, referring(definition));
    const { id, ...body } = whole as Json & { id?: string };
    if (typeof id !== 'string') return referring(body);
    this.#named.set(id, referring(body));
    return { $ref: `#/components/schemas/${id}` };
  }

  all(): Json {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** The same schema with its references pointing to the components, and without the names that became their keys. */
function referring(schema: Json): Json {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  const { id: _, ...rest } = JSON.parse(text) as Json;
  return rest;
}
