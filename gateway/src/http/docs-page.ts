/** The API's documentation for people: one page, made from the OpenAPI document, with nothing loaded from elsewhere. */
import { ERROR_CODES, ERRORS } from '@onepledge/chaincode/model';

type Operation = Readonly<{
  operationId: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  parameters?: readonly Readonly<{
    name: string;
    in: string;
    required: boolean;
    description?: string;
    schema?: unknown;
  }>[];
  requestBody?: Readonly<{ content: Readonly<Record<string, Readonly<{ schema?: unknown }>>> }>;
  responses: Readonly<
    Record<
      string,
      Readonly<{ description: string; content?: Readonly<Record<string, Readonly<{ schema?: unknown }>>> }>
    >
  >;
}>;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de;text-transform:capitalize}details{border:1px solid #d0d7de;border-radius:6px;margin:.5rem 0;padding:.5rem .8rem}
summary{cursor:pointer}code,pre{font-family:ui-monospace,monospace;font-size:.87em}pre{background:#f6f8fa;padding:.7rem;overflow:auto;border-radius:6px}
.m{display:inline-block;min-width:3.2rem;font-weight:700}.post{color:#1a7f37}.get{color:#0550ae}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #eaeef2}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}details,h2{border-color:#30363d}td,th{border-color:#21262d}.post{color:#3fb950}.get{color:#79c0ff}a{color:#79c0ff}}`;

/** Renders the page. */
export function docsPage(document: Readonly<Record<string, unknown>>): string {
  const { paths, components, info } = document as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, unknown> };
    info: { title: string; version: string; summary: string };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(tag));
    return `<h2 id="${escape(tag)}">${escape(tag)}</h2>${own.map((each) => renderOperation(each)).join('')}`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(info.title)} API</title><style>${STYLE}</style></head><body>
<h1>${escape(info.title)} API ${escape(info.version)}</h1><p>${escape(info.summary)}. The same as a document: <a href="/v1/openapi.json">OpenAPI 3.1</a>.</p>
<p>Every call needs <code>Authorization: Bearer &lt;token&gt;</code>; every POST needs <code>Idempotency-Key</code>. Errors are
<code>application/problem+json</code> with a <a href="#codes">code</a>.</p>
<nav>${tags.map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join(' · ')} · <a href="#schemas">schemas</a> · <a href="#codes">codes</a></nav>
${sections.join('')}
<h2 id="schemas">Schemas</h2>${Object.entries(components.schemas)
    .map(
      ([name, schema]) =>
        `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary>${json(schema)}</details>`,
    )
    .join('')}
<h2 id="codes">Codes</h2><table><tr><th>code</th><th>status</th><th>meaning</th></tr>${ERROR_CODES.map((code) => {
    const { status, description } = ERRORS[code];
    return `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escape(description)}</td></tr>`;
  }).join('')}</table></body></html>`;
}

function renderOperation({
  path,
  method,
  operation,
}: Readonly<{ path: string; method: string; operation: Operation }>): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: place, required, description: about = '', schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${escape(place)}${required ? ', required' : ''}</td><td>${escape(about)} <code>${escape(JSON.stringify(schema))}</code></td></tr>`,
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<p>Body <code>${escape(type)}</code></p>${json(schema)}`,
  );
  const answers = Object.entries(responses).map(
    ([status, answer]) =>
      `<tr><td>${escape(status)}</td><td>${escape(answer.description)}</td><td><code>${escape(schemaName(answer.content))}</code></td></tr>`,
  );
  return `<details id="${escape(operationId)}"><summary><span class="m ${escape(method)}">${escape(method.toUpperCase())}</span> <code>${escape(path)}</code> — ${escape(summary)}</summary>
${description === undefined ? '' : `<p>${escape(description)}</p>`}${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}${bodies.join('')}<table>${answers.join('')}</table></details>`;
}

function schemaName(content: Readonly<Record<string, Readonly<{ schema?: unknown }>>> = {}): string {
  const [first] = Object.values(content);
  const reference = (first?.schema as { $ref?: string } | undefined)?.$ref;
  return reference?.split('/').at(-1) ?? '';
}

function json(value: unknown): string {
  return `<pre>${escape(JSON.stringify(value, undefined, 2))}</pre>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
