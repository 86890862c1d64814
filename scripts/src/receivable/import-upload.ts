/** Uploads one chunk of an import and follows it until every line is final. */
import { openAsBlob } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../api/client';
import { Refusal, UserError } from '../cli/errors';
import { linesByFile, uploadNames } from './import-chunks';
import { type Source, unreadable } from './import-sources';

/** What became of a file, or of a row of one. */
export type ImportLine = Readonly<{
  file: string;
  row?: number;
  outcome: 'REGISTERED' | 'REFUSED';
  id?: string;
  code?: string;
  detail?: string;
  field?: string;
}>;

type ImportView = Readonly<{ id: string; total: number; done: number; lines?: readonly ImportLine[] }>;

export type UploadOptions = Readonly<{
  api: ApiClient;
  key: string;
  dueDays: number | undefined;
  /** Called with how many files are final by now. */
  onProgress: (done: number) => void;
}>;

const WAIT_SECONDS = 20;
const POLL_MS = 200;
const NO_PROGRESS_MS = 120_000;
const BUSY_TRIES = 10;
const BUSY_MS = 1_000;

/**
 * Imports a chunk.
 * @returns the lines in the order of the files
 * @throws Refusal when the gateway refuses the upload as a whole; UserError when it cannot be reached or goes on no more
 */
export async function uploadChunk(chunk: readonly Source[], options: UploadOptions): Promise<readonly ImportLine[]> {
  const opened = await Promise.all(chunk.map(open));
  const present = opened.filter((file): file is Opened & { blob: Blob } => file.blob !== undefined);
  const names = uploadNames(present.map(({ source }) => source.file));
  const lines = present.length === 0 ? [] : await send(present, names, options);
  const shared = linesByFile(names, lines);
  if (shared === undefined)
    throw new UserError('the gateway answered for other files than were sent', { code: 'PROTOCOL' });
  const bySource = new Map(present.map((file, index) => [file.source, shared[index] ?? []]));
  return opened.flatMap(({ source, problem }) => {
    if (problem !== undefined) return [{ file: source.file, outcome: 'REFUSED' as const, ...problem }];
    return (bySource.get(source) ?? []).map((line) => outputLine(source.file, line));
  });
}

type Opened = Readonly<{ source: Source; blob?: Blob; problem?: NonNullable<Source['problem']> }>;

async function open(source: Source): Promise<Opened> {
  if (source.problem !== undefined) return { source, problem: source.problem };
  try {
    // Read now and not while uploading, so that a file that goes away meanwhile refuses itself and not the chunk.
    const bytes = await (await openAsBlob(source.file)).arrayBuffer();
    return { source, blob: new Blob([bytes]) };
  } catch (error) {
    return { source, problem: unreadable(error) };
  }
}

async function send(
  files: readonly Readonly<{ blob: Blob }>[],
  names: readonly string[],
  options: UploadOptions,
): Promise<readonly ImportLine[]> {
  const form = new FormData();
  files.forEach(({ blob }, index) => {
    form.append('file', blob, names[index]);
  });
  const answer = await whenNotBusy(() =>
    options.api.post(
      '/v1/receivables/imports',
      { dueDays: options.dueDays?.toString() },
      { content: form },
      options.key,
      WAIT_SECONDS,
    ),
  );
  let view = answer.body as ImportView;
  let last = -1;
  let deadline = Date.now() + NO_PROGRESS_MS;
  while (view.done < view.total || view.lines === undefined) {
    if (view.done > last) deadline = Date.now() + NO_PROGRESS_MS;
    if (Date.now() > deadline) {
      throw new UserError(
        `import ${view.id} makes no progress (${view.done} of ${view.total}); it goes on when the ledger does`,
        {
          code: 'IMPORT_STALLED',
        },
      );
    }
    last = view.done;
    options.onProgress(Math.round((files.length * view.done) / Math.max(view.total, 1)));
    await sleep(POLL_MS);
    view = (await options.api.get(`/v1/imports/${encodeURIComponent(view.id)}`)) as ImportView;
  }
  return view.lines;
}

/** Tries again with the same key while the gateway says that nothing was done yet. */
async function whenNotBusy<T>(post: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await post();
    } catch (error) {
      const busy = error instanceof Refusal && ['RATE_LIMITED', 'LEDGER_UNAVAILABLE'].includes(error.problem.code);
      if (!busy || attempt >= BUSY_TRIES) throw error;
      await sleep(BUSY_MS);
    }
  }
}

function outputLine(file: string, line: ImportLine): ImportLine {
  const { row, outcome, id, code, detail, field } = line;
  return {
    file,
    ...(row === undefined ? {} : { row }),
    outcome,
    ...(id === undefined ? {} : { id }),
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(field === undefined ? {} : { field }),
  };
}
