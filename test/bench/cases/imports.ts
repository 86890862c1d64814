/** Imports: many documents in one request, as NDJSON and as electronic invoices (数电票 XML). */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Case } from '../bench';
import { figure } from '../figure';
import { registration } from '../receivables';
import { newHome, PROGRAMS, ROOT, System } from '../system';

const DOCUMENTS_A_SECOND = 1_000;
const DEADLINE_MS = 120_000;
const POLL_MS = 20;
/** Rounds before those that count: until then much of the processor goes into optimizing functions. */
const WARM_UPS = 2;

type Import = Readonly<{
  id: string;
  total: number;
  done: number;
  lines?: readonly Readonly<{ outcome: string; code?: string; detail?: string }>[];
}>;

/** Sends an import and waits until every line is final. @returns documents a second */
async function importOnce(system: System, token: string, body: FormData | string, count: number): Promise<number> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    'idempotency-key': randomUUID(),
    prefer: 'wait=60',
  };
  if (typeof body === 'string') headers['content-type'] = 'application/x-ndjson';
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const started = performance.now();
  const first = await fetch(`${system.url}/v1/receivables/imports?dueDays=90`, {
    method: 'POST',
    headers,
    body,
    signal,
  });
  let answer = (await first.json()) as Import;
  if (first.status !== 201 && first.status !== 202)
    throw new Error(`import: ${first.status} ${JSON.stringify(answer)}`);
  while (answer.done < answer.total || answer.lines === undefined) {
    await sleep(POLL_MS);
    const next = await fetch(`${system.url}/v1/imports/${answer.id}`, {
      headers: { authorization: headers['authorization'] ?? '' },
      signal,
    });
    answer = (await next.json()) as Import;
  }
  const seconds = (performance.now() - started) / 1000;
  const refused = answer.lines.filter(({ outcome }) => outcome !== 'REGISTERED');
  if (answer.lines.length !== count || refused.length > 0) {
    throw new Error(
      `import: ${answer.lines.length} lines, ${refused.length} refused; first: ${JSON.stringify(refused[0])}`,
    );
  }
  return count / seconds;
}

function ndjson(bench: Bench): string {
  const { documents } = bench.plan;
  const first = bench.serials(documents);
  return Array.from({ length: documents }, (_, i) => `${JSON.stringify(registration(first + i))}\n`).join('');
}

type Samples = {
  generateSamples: (options: { seed: number; count: number; asOf: string }) => readonly Readonly<{
    name: string;
    bytes: Uint8Array;
    expected: readonly Readonly<{ outcome: string }>[];
  }>[];
};

/** One form a round, each with invoices of its own. */
function eInvoices(rounds: number, documents: number): readonly FormData[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- compiled files at a place that is known only at run time
  const { generateSamples } = require(join(ROOT, 'scripts', 'dist', 'samples', 'index.js')) as Samples;
  const asOf = new Date().toISOString().slice(0, 10);
  const good = generateSamples({ seed: 1, count: rounds * documents, asOf }).slice(0, rounds * documents);
  return Array.from({ length: rounds }, (_, round) => {
    const form = new FormData();
    for (const { name, bytes } of good.slice(round * documents, (round + 1) * documents)) {
      form.append('files', new Blob([new Uint8Array(bytes)], { type: 'application/xml' }), name);
    }
    return form;
  });
}

export const imports: Case = {
  name: 'import',
  async run(bench) {
    const { plan, note } = bench;
    const { rounds, documents } = plan;
    const system = await System.start(newHome());
    try {
      const token = await system.token('platform');
      const forms = eInvoices(WARM_UPS + rounds, documents);
      const lines: number[] = [];
      const files: number[] = [];
      const used: Readonly<Record<string, number>>[] = [];
      for (const [n, form] of forms.entries()) {
        note(`import of ${documents}, ${n < WARM_UPS ? 'warm-up' : `round ${n - WARM_UPS + 1}`}`);
        const before = system.cpuSeconds();
        lines.push(await importOnce(system, token, ndjson(bench), documents));
        const after = system.cpuSeconds();
        used.push(
          Object.fromEntries(PROGRAMS.map((name) => [name, ((after[name] - before[name]) * 1000) / documents])),
        );
        files.push(await importOnce(system, token, form, documents));
      }
      const target = { atLeast: DOCUMENTS_A_SECOND };
      return [
        {
          title: 'Import',
          figures: [
            figure(`${documents} documents in one request, NDJSON`, '/s', lines.slice(WARM_UPS), target),
            figure(`${documents} electronic invoices (XML) in one request`, '/s', files.slice(WARM_UPS), target),
            ...PROGRAMS.map((name) =>
              figure(
                `processor a document, NDJSON, ${name}`,
                'ms',
                used.slice(WARM_UPS).map((round) => round[name] ?? Number.NaN),
              ),
            ),
          ],
          notes: ['From the first byte sent to the answer that every document is on the ledger.'],
        },
      ];
    } finally {
      await system.remove();
    }
  },
};
