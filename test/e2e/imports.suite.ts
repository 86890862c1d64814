/** Imports of trade documents through the command line and through HTTP: each file its own outcome, each invoice once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { generateSamples, type ExpectedDocument, type SampleFile } from '@onepledge/scripts/dist/samples';
import { onepledge, type CliOptions } from '../support/cli';
import type { Answer, Page, Receivable } from '../support/client';
import { cny, day, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';
import { until } from '../support/wait';

const { as, system } = useSystem({ gateways: 2 });
const sequence = new Sequence('imports');

type Line = Readonly<{
  file: string;
  row?: number;
  outcome: string;
  id?: string;
  code?: string;
  detail?: string;
  field?: string;
}>;
type Import = Readonly<{ id: string; status: string; total: number; done: number; lines?: readonly Line[] }>;

let folders = 0;

function folderOf(files: readonly SampleFile[]): string {
  folders += 1;
  const folder = join(system().home, `files-${folders}`);
  mkdirSync(folder);
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  return folder;
}

const samples = (): readonly SampleFile[] =>
  generateSamples({ seed: sequence.random.below(2 ** 31), count: 20, asOf: day(0) });

const outcomeOf = (document: ExpectedDocument): string => document.outcome;

async function importFiles(paths: readonly string[], options: CliOptions = {}): Promise<readonly Line[]> {
  const words = ['receivable', 'import', ...paths, '--due-days', '90', '--as', 'platform', '--json'];
  const { code, stdout, stderr } = await onepledge(system(), words, options);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** Outcome or code of each document of each file, by the file's name. */
function outcomes(lines: readonly Line[]): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const { file, outcome, code } of lines) {
    const name = file.split('/').at(-1) ?? file;
    (found[name] ??= []).push(outcome === 'REGISTERED' ? outcome : (code ?? 'no code'));
  }
  return found;
}

/** What each invoice came to, over all files that hold it. */
function byInvoice(files: readonly SampleFile[], lines: readonly Line[]): readonly (readonly string[])[] {
  const found = outcomes(lines);
  const invoices = new Map<string, string[]>();
  for (const { name, expected } of files) {
    expected.forEach((document, i) => {
      if (document.outcome === 'INVALID_EVIDENCE') return;
      const number = document.outcome === 'REGISTERED' ? document.number : document.of;
      const list = invoices.get(number) ?? [];
      list.push(found[name]?.[i] ?? 'missing');
      invoices.set(number, list);
    });
  }
  return [...invoices.values()];
}

const once = (list: readonly string[]): readonly string[] => [
  'REGISTERED',
  ...list.slice(1).map(() => 'DUPLICATE_EVIDENCE'),
];
const inOrder = (list: readonly string[]): readonly string[] => [...list].sort().reverse();

describe('an import by the command line', () => {
  test('gives each file what it deserves, and the second time nothing new', async () => {
    const files = samples();
    const folder = folderOf(files);
    const paths = files.map(({ name }) => join(folder, name));
    const first = await importFiles(paths);
    expect(outcomes(first)).toEqual(
      Object.fromEntries(files.map(({ name, expected }) => [name, expected.map(outcomeOf)])),
    );
    expect(first.map(({ file }) => file)).toEqual(files.flatMap(({ expected }, i) => expected.map(() => paths[i])));

    const second = await importFiles(paths);
    const again = (document: ExpectedDocument): string =>
      document.outcome === 'REGISTERED' ? 'DUPLICATE_EVIDENCE' : document.outcome;
    expect(outcomes(second)).toEqual(
      Object.fromEntries(files.map(({ name, expected }) => [name, expected.map(again)])),
    );

    // What is on the ledger is what the documents say.
    const platform = await as({ member: 'platform' });
    for (const [i, { expected, name }] of files.entries()) {
      const [document] = expected;
      if (i % 5 !== 0 || document?.outcome !== 'REGISTERED' || expected.length > 1) continue;
      const { id = '' } = first.find(({ file }) => file.endsWith(`/${name}`)) ?? {};
      const asset = await platform.receivable(id);
      expect(asset).toMatchObject({
        amount: { currency: document.currency, amount: document.total },
        creditor: { uscc: document.seller },
        debtor: { uscc: document.buyer },
        evidence: [{ kind: 'INVOICE', issuedOn: document.issued }],
        ...(document.due === undefined ? {} : { dueDate: document.due }),
      });
    }
  });

  test('of a folder, in whatever order, registers each invoice once', async () => {
    const files = samples();
    const lines = await importFiles([folderOf(files)]);
    for (const list of byInvoice(files, lines)) expect(inOrder(list)).toEqual(once(list));
    const invalid = files.filter(({ expected }) => expected.every(({ outcome }) => outcome === 'INVALID_EVIDENCE'));
    const found = outcomes(lines);
    expect(invalid.map(({ name }) => found[name])).toEqual(invalid.map(() => ['INVALID_EVIDENCE']));
  });

  test('of the same files through two gateways at once registers each invoice once', async () => {
    const files = samples();
    const folder = folderOf(files);
    const [one, other] = await Promise.all([
      importFiles([folder], { gateway: 0 }),
      importFiles([folder], { gateway: 1 }),
    ]);
    const both = byInvoice(files, one).map((list, i) => [...list, ...(byInvoice(files, other)[i] ?? [])]);
    for (const list of both) expect(inOrder(list)).toEqual(once(list));
  });

  test('refuses a file that is not there or too large with a line of its own, and deals with the others', async () => {
    const [good] = samples();
    if (good === undefined) throw new Error('no samples');
    const folder = folderOf([good]);
    const large = join(folder, 'large.xml');
    writeFileSync(large, Buffer.alloc(6 * 1024 * 1024, 0x20));
    const lines = await importFiles([join(folder, good.name), large]);
    expect(lines.map(({ outcome, code }) => code ?? outcome)).toEqual(['REGISTERED', 'PAYLOAD_TOO_LARGE']);
  });
});

describe('an import through HTTP', () => {
  const path = '/v1/receivables/imports?dueDays=90';
  const bodyOf = (number: string): string => JSON.stringify(sequence.registration({ number }));

  async function finished(answer: Answer): Promise<Import> {
    const platform = await as({ member: 'platform' });
    const { id } = answer.json<Import>();
    return until(`import ${id} is final`, async () => {
      const view = await platform.read<Import>(`/v1/imports/${id}`);
      return view.done === view.total && view.lines !== undefined ? view : undefined;
    });
  }

  test('of NDJSON registers each line that is good', async () => {
    const platform = await as({ member: 'platform' });
    const number = sequence.invoiceNumber();
    const lines = [bodyOf(number), bodyOf(sequence.invoiceNumber()), bodyOf(number), '{"creditor":1}', 'not json'];
    const answer = await platform.call('POST', path, `${lines.join('\n')}\n`, {}, 'application/x-ndjson');
    expect([201, 202]).toContain(answer.status);
    const view = await finished(answer);
    expect(view.lines?.map(({ outcome, code }) => code ?? outcome)).toEqual([
      'REGISTERED',
      'REGISTERED',
      'DUPLICATE_EVIDENCE',
      'INVALID_INPUT',
      'INVALID_INPUT',
    ]);
    const { id = '' } = view.lines?.[0] ?? {};
    expect(await platform.receivable(id)).toMatchObject({ amount: cny('1000000.00') });
  });

  test('repeated with its key is the same import', async () => {
    const platform = await as({ member: 'platform' });
    const key = randomUUID();
    const text = `${bodyOf(sequence.invoiceNumber())}\n`;
    const first = await finished(await platform.call('POST', path, text, { key }, 'application/x-ndjson'));
    const again = await finished(await platform.call('POST', path, text, { key }, 'application/x-ndjson'));
    expect(again).toEqual(first);
    const other = await platform.call(
      'POST',
      path,
      `${bodyOf(sequence.invoiceNumber())}\n`,
      { key },
      'application/x-ndjson',
    );
    expect([other.status, other.problem.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  // Half of the invoice: its value alone would let it in twice.
  test('repeated with its key at another gateway, which may know nothing of it, is carried out once', async () => {
    const company = sequence.company('Half an Invoice');
    const half = sequence.registration({ creditor: company, amount: cny('50.00') });
    const evidence = half.evidence.map((document) => ({ ...document, amount: cny('100.00') }));
    const text = `${JSON.stringify({ ...half, evidence })}\n`;
    const key = randomUUID();
    const clients = [await as({ member: 'platform' }, 0), await as({ member: 'platform' }, 1)];
    for (const client of clients) {
      const answer = await client.call('POST', path, text, { key }, 'application/x-ndjson');
      await until('the import is done', async () => {
        const { id } = answer.json<Import>();
        return (await client.read<Import>(`/v1/imports/${id}`)).status === 'DONE' ? true : undefined;
      });
    }
    const { items } = await (
      await as({ member: 'platform' })
    ).read<Page<Receivable>>(`/v1/receivables?holder=${company.uscc}`);
    expect(items.map(({ amount }) => amount)).toEqual([cny('50.00')]);
  });

  test('answers 202 with the place to ask at when the client does not want to wait', async () => {
    const platform = await as({ member: 'platform' });
    const text = `${bodyOf(sequence.invoiceNumber())}\n`;
    const answer = await platform.call('POST', path, text, { prefer: 'respond-async' }, 'application/x-ndjson');
    const { id } = answer.as<Import>(202);
    expect(answer.headers['location']).toBe(`/v1/imports/${id}`);
    expect(await finished(answer)).toMatchObject({ total: 1, done: 1, lines: [{ outcome: 'REGISTERED' }] });
  });

  test('of a document without a due date, and no days given, is refused for that', async () => {
    const platform = await as({ member: 'platform' });
    const [good] = samples();
    const boundary = 'b1';
    const body = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\nContent-Type: application/xml\r\n\r\n`,
      ),
      good?.bytes ?? Buffer.alloc(0),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const answer = await platform.call(
      'POST',
      '/v1/receivables/imports',
      body,
      {},
      `multipart/form-data; boundary=${boundary}`,
    );
    expect(await finished(answer)).toMatchObject({
      lines: [{ file: 'a.xml', outcome: 'REFUSED', code: 'INVALID_INPUT', field: 'dueDate' }],
    });
  });

  test('is shown to the member that asked for it only', async () => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.call(
      'POST',
      path,
      `${bodyOf(sequence.invoiceNumber())}\n`,
      {},
      'application/x-ndjson',
    );
    const { id } = await finished(answer);
    const bankA = await (await as({ member: 'bank-a' })).get(`/v1/imports/${id}`);
    expect([bankA.status, bankA.problem.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('by an auditor is refused, and by a bank each line of a stranger to it', async () => {
    const auditor = await as({ member: 'bank-a', roles: ['auditor'] });
    const refused = await auditor.call(
      'POST',
      path,
      `${bodyOf(sequence.invoiceNumber())}\n`,
      {},
      'application/x-ndjson',
    );
    expect([refused.status, refused.problem.code]).toEqual([403, 'FORBIDDEN']);
    const bankA = await as({ member: 'bank-a' });
    const answer = await bankA.call('POST', path, `${bodyOf(sequence.invoiceNumber())}\n`, {}, 'application/x-ndjson');
    const { id } = answer.json<Import>();
    const view = await until('it is final', async () => {
      const found = await bankA.read<Import>(`/v1/imports/${id}`);
      return found.done === found.total ? found : undefined;
    });
    expect(view.lines?.map(({ code, field }) => [code, field])).toEqual([['FORBIDDEN', 'creditor.uscc']]);
  });

  test('leaves nothing behind in lists that is not registered', async () => {
    const platform = await as({ member: 'platform' });
    const company = sequence.company('Importer');
    const good = JSON.stringify(sequence.registration({ creditor: company }));
    const bad = JSON.stringify(sequence.registration({ creditor: company, amount: cny('0') }));
    await finished(await platform.call('POST', path, `${good}\n${bad}\n`, {}, 'application/x-ndjson'));
    const { items } = await platform.read<Page<Receivable>>(`/v1/receivables?holder=${company.uscc}`);
    expect(items).toHaveLength(1);
  });
});
