/** `receivable import` */
import { randomUUID } from 'node:crypto';
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import type { Output } from '../cli/output';
import { startProgress } from '../cli/progress';
import { cutChunks } from './import-chunks';

import { findSources, type Source } from './import-sources';
import { type ImportLine, uploadChunk } from './import-upload';

const CHUNK = { files: 100, bytes: 8 * 1024 * 1024 };

export const importDocuments: CommandSpec = {
  verb: 'import',
  summary: 'register receivables from files of invoices',
  details:
    '数电票 XML, UBL 2.1, CII and CSV; the format is found from the content. Folders are searched for .xml and .csv. ' +
    'A line a file (or CSV row) says REGISTERED or REFUSED and why; the exit code is 0 when every file was dealt with.',
  arguments: [{ name: 'paths', summary: 'files and folders', variadic: true }],
  options: [
    { flags: '--due-days <n>', summary: 'days from the issue to the due date, where a document states none' },
    { flags: '--concurrency <n>', summary: 'uploads under way at once, 1 to 16', default: '3' },
    { flags: '--idempotency-key <key>', summary: 'repeat an interrupted import of the same files under its key' },
  ],
  examples: ['invoices/ --due-days 90 --as platform', 'june.csv 4471.xml --as platform --json > outcome.ndjson'],
  async run({ api, output }, input) {
    const sources = await findSources(input.rest(0));
    if (sources.length === 0) throw new UserError('there are no .xml or .csv files', { code: 'NOTHING_TO_IMPORT' });
    const dueDays = input.integer('dueDays', 0, 36_500);
    const concurrency = input.integer('concurrency', 1, 16) ?? 3;
    const key = input.optional('idempotencyKey') ?? randomUUID();
    const client = api();
    const tally = new Tally(output);
    const progress = await startProgress(output, 'importing', 'files', sources.length);
    const done = new Map<number, number>();
    const report = (chunk: number, count: number): void => {
      done.set(chunk, count);
      progress.update([...done.values()].reduce((sum, each) => sum + each, 0));
    };
    const chunks = cutChunks(sources, CHUNK);
    try {
      await inOrder(
        chunks,
        concurrency,
        async (chunk, index) => {
          const onProgress = (count: number): void => {
            report(index, count);
          };
          const lines = await uploadChunk(chunk, { api: client, key: `${key}.${index}`, dueDays, onProgress });
          report(index, chunk.length);
          return lines;
        },
        (lines, chunk) => {
          tally.add(chunk, lines);
        },
      );
    } catch (error) {
      progress.stop();
      output.note(
        `${tally.summary()}; then it was interrupted. To go on: the same files with --idempotency-key ${key}`,
      );
      throw error;
    }
    progress.stop();
    output.note(tally.summary());
  },
};

/** Prints lines and counts them. */
class Tally {
  readonly #output: Output;
  #files = 0;
  #registered = 0;
  #refused = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  add(chunk: readonly Source[], lines: readonly ImportLine[]): void {
    this.#files += chunk.length;
    for (const line of lines) {
      if (line.outcome === 'REGISTERED') this.#registered += 1;
      else this.#refused += 1;
      this.#output.item(line, () => lineText(line));
    }
  }

  summary(): string {
    return `${this.#files} files: ${this.#registered} registered, ${this.#refused} refused`;
  }
}

function lineText(line: ImportLine): string {
  const name = line.row === undefined ? line.file : `${line.file}, row ${line.row}`;
  const what = line.outcome === 'REGISTERED' ? (line.id ?? '') : `${line.code ?? ''}: ${line.detail ?? ''}`;
  return `${line.outcome.padEnd(10)}  ${name}  ${what}`;
}

/**
 * Works on several items at once and takes their results in the items' order, each as soon as those before it are there.
 * The first failure ends it: no further item is begun.
 */
export async function inOrder<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<R>,
  take: (result: R, item: T) => void,
): Promise<void> {
  const results = new Map<number, R>();
  let next = 0;
  let taken = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length && !failed; index = next++) {
      try {
        results.set(index, await work(items[index] as T, index));
      } catch (error) {
        failed = true;
        throw error;
      }
      for (; results.has(taken); taken += 1) {
        take(results.get(taken) as R, items[taken] as T);
        results.delete(taken);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}
