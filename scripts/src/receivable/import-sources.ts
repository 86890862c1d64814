/** Which files an import takes: files as named, and from folders those with the extensions of documents. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../cli/errors';

/** A file to import; `problem` where it cannot be. `file` is its name as the command line or the walk made it. */
export type Source = Readonly<{ file: string; size: number; problem?: Refused }>;
export type Refused = Readonly<{ code: string; detail: string }>;

/** The gateway's limit of a document. */
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

const DOCUMENT = /\.(xml|csv)$/i;

/** Finds the files, in the order of the paths and within folders by name. Symbolic links to folders are not followed. */
export async function findSources(paths: readonly string[]): Promise<readonly Source[]> {
  const found: Source[] = [];
  for (const path of paths) found.push(...(await sourcesAt(path)));
  return found;
}

async function sourcesAt(path: string): Promise<readonly Source[]> {
  const source = await describe(path);
  return source === FOLDER ? walk(path) : [source];
}

async function walk(folder: string): Promise<readonly Source[]> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return [{ file: folder, size: 0, problem: unreadable(error) }];
  }
  const found: Source[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      found.push(...(await walk(path)));
    } else if (DOCUMENT.test(entry.name)) {
      const source = await describe(path);
      if (source !== FOLDER) found.push(source);
    }
  }
  return found;
}

const FOLDER = 'folder';

async function describe(path: string): Promise<Source | typeof FOLDER> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return FOLDER;
    if (!found.isFile()) return { file: path, size: 0, problem: { code: 'UNREADABLE', detail: 'is not a file' } };
    if (found.size <= MAX_FILE_BYTES) return { file: path, size: found.size };
    const detail = `the file has ${found.size} bytes; a document may have ${MAX_FILE_BYTES}`;
    return { file: path, size: found.size, problem: { code: 'PAYLOAD_TOO_LARGE', detail } };
  } catch (error) {
    return { file: path, size: 0, problem: unreadable(error) };
  }
}

/** The refusal of a file that the system does not let us read. */
export function unreadable(error: unknown): Refused {
  return { code: 'UNREADABLE', detail: `cannot be read (${errorCode(error) ?? String(error)})` };
}
