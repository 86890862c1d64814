/** Reads the body of an import as it streams in: files of a multipart form, or documents as NDJSON. */
import { isUtf8 } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { z } from 'zod';
import { MAX_FILE_BYTES } from '../documents';
import { requireDistinctMembers } from '../http/json-members';
import { problem, ProblemError } from '../problem';
import { lineOfBody, linesOfFile, type ReadLine } from './line';

export const MULTIPART = 'multipart/form-data';
export const NDJSON_TYPES: readonly string[] = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

export type ReaderLimits = Readonly<{
  /** Most bytes of the body. */
  bytes: number;
  /** Most files, and most lines. */
  files: number;
}>;

export type ReadImport = Readonly<{
  lines: readonly ReadLine[];
  /** Hash of what was sent, whatever the form's boundaries were. */
  contentHash: string;
}>;

/**
 * Reads all of an import.
 * @param dueDays for documents that state no due date
 * @throws ProblemError UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE or INVALID_INPUT.
 */
export async function readImport(
  request: IncomingMessage,
  dueDays: number | undefined,
  limits: ReaderLimits,
): Promise<ReadImport> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw problem('UNSUPPORTED_MEDIA_TYPE', `an import has no content encoding ${encoding}`);
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const collector = new Collector(dueDays, limits);
  if (type === MULTIPART) await readMultipart(request, collector, limits);
  else if (NDJSON_TYPES.includes(type)) await readNdjson(request, collector, limits);
  else throw problem('UNSUPPORTED_MEDIA_TYPE', `an import is ${MULTIPART} or application/x-ndjson`);
  return collector.end();
}

/** Puts lines together in the order of the files. */
class Collector {
  readonly #dueDays: number | undefined;
  readonly #limit: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #lines: ReadLine[] = [];

  constructor(dueDays: number | undefined, limits: ReaderLimits) {
    this.#dueDays = dueDays;
    this.#limit = limits.files;
  }

  file(name: string, bytes: Uint8Array | undefined): void {
    this.#note(name, bytes ?? new Uint8Array(0));
    if (bytes !== undefined) this.#add(linesOfFile({ name, bytes }, this.#dueDays));
    else {
      const detail = `the file has more than ${MAX_FILE_BYTES} bytes`;
      this.#add([{ file: name, problem: { code: 'PAYLOAD_TOO_LARGE', detail } }]);
    }
  }

  body(name: string, text: string, body: unknown): void {
    this.#note(name, Buffer.from(text));
    this.#add([lineOfBody(name, body)]);
  }

  malformed(name: string, text: string, detail: string): void {
    this.#note(name, Buffer.from(text));
    this.#add([{ file: name, problem: { code: 'INVALID_INPUT', detail } }]);
  }

  end(): ReadImport {
    if (this.#lines.length === 0) throw problem('INVALID_INPUT', 'the import holds no file');
    return { lines: this.#lines, contentHash: this.#hash.digest('hex') };
  }

  #note(name: string, bytes: Uint8Array): void {
    this.#hash.update(`${Buffer.byteLength(name)}:${name}:`).update(createHash('sha256').update(bytes).digest());
  }

  #add(lines: readonly ReadLine[]): void {
    this.#lines.push(...lines);
    if (this.#lines.length > this.#limit) {
      throw problem('PAYLOAD_TOO_LARGE', `an import has at most ${this.#limit} documents`);
    }
  }
}

function safeName(name: string | undefined, n: number): string {
  const cleaned = (name ?? '').replace(/[\p{C}\u2028\u2029]/gu, '').slice(0, 500);
  return cleaned === '' ? `file-${n}` : cleaned;
}

async function readMultipart(request: IncomingMessage, collector: Collector, limits: ReaderLimits): Promise<void> {
  let form: busboy.Busboy;
  try {
    form = busboy({
      headers: request.headers,
      preservePath: true,
      defParamCharset: 'utf8',
      limits: {
        files: limits.files,
        fileSize: MAX_FILE_BYTES + 1,
        fields: 1,
        parts: limits.files + 1,
        headerPairs: 50,
      },
    });
  } catch (error) {
    throw new ProblemError({ code: 'INVALID_INPUT', detail: 'the form is not well-formed' }, { cause: error });
  }
  await new Promise<void>((resolve, reject) => {
    let received = 0;
    let files = 0;
    const fail = (error: unknown): void => {
      request.unpipe(form);
      request.resume();
      reject(error instanceof ProblemError ? error : malformedForm(error));
    };
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > limits.bytes) fail(problem('PAYLOAD_TOO_LARGE', `an import has at most ${limits.bytes} bytes`));
    });
    form.on('file', (_field, stream, { filename }) => {
      files += 1;
      const name = safeName(filename, files);
      // A form that breaks off breaks its open file too; unheard, that would end the process.
      stream.on('error', fail);
      collect(stream, (bytes) => {
        try {
          collector.file(name, bytes);
        } catch (error) {
          fail(error);
        }
      });
    });
    form.on('field', (name) => {
      fail(problem('INVALID_INPUT', `${name}: is not a file`, name.slice(0, 100)));
    });
    form.on('filesLimit', () => {
      fail(problem('PAYLOAD_TOO_LARGE', `an import has at most ${limits.files} files`));
    });
    form.on('error', fail);
    form.on('close', resolve);
    request.once('aborted', () => {
      reject(problem('INVALID_INPUT', 'the request ended before its body'));
    });
    request.pipe(form);
  });
}

function malformedForm(error: unknown): ProblemError {
  return new ProblemError({ code: 'INVALID_INPUT', detail: 'the form is not well-formed' }, { cause: error });
}

/** Gives a file's bytes; undefined when it is larger than a file may be. */
function collect(stream: Readable & { truncated?: boolean }, done: (bytes: Uint8Array | undefined) => void): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
  });
  stream.on('end', () => {
    const bytes = Buffer.concat(chunks);
    done(stream.truncated === true || bytes.length > MAX_FILE_BYTES ? undefined : bytes);
  });
}

const NEWLINE = 0x0a;
const FileLineSchema = z.strictObject({ file: z.string().min(1).max(500), contentBase64: z.base64() });

async function readNdjson(request: IncomingMessage, collector: Collector, limits: ReaderLimits): Promise<void> {
  let begun: Buffer[] = [];
  let received = 0;
  let n = 0;
  const take = (end: Buffer): void => {
    // Put together once: a line may have come in a thousand chunks.
    const bytes = Buffer.concat([...begun, end]);
    begun = [];
    const text = bytes.toString('utf8').trim();
    if (text === '') return;
    n += 1;
    // Read leniently, a broken name or number would become another one.
    if (isUtf8(bytes)) readJsonLine(`line-${n}`, text, collector);
    else collector.malformed(`line-${n}`, text, 'the line is not UTF-8');
  };
  for await (const chunk of request as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > limits.bytes) throw problem('PAYLOAD_TOO_LARGE', `an import has at most ${limits.bytes} bytes`);
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
    }
    begun.push(chunk.subarray(from));
  }
  take(Buffer.alloc(0));
}

function readJsonLine(name: string, text: string, collector: Collector): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    collector.malformed(name, text, `the line is not JSON: ${error instanceof Error ? error.message : ''}`);
    return;
  }
  try {
    requireDistinctMembers(text, value);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    collector.malformed(name, text, error.problem.detail);
    return;
  }
  if (typeof value !== 'object' || value === null || !('contentBase64' in value)) {
    collector.body(name, text, value);
    return;
  }
  const file = FileLineSchema.safeParse(value);
  if (!file.success) {
    collector.malformed(name, text, 'the line must hold file and contentBase64, and nothing else');
    return;
  }
  const bytes = Buffer.from(file.data.contentBase64, 'base64');
  collector.file(safeName(file.data.file, 0), bytes.length > MAX_FILE_BYTES ? undefined : bytes);
}
