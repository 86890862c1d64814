/** Cuts an import into uploads, and gives the uploaded files names by which their lines are found again. */
import { basename, extname } from 'node:path';
import type { Source } from './import-sources';

export type ChunkLimits = Readonly<{ files: number; bytes: number }>;

/** Keeps the order; a chunk has at least one file. Files with a problem are not uploaded and weigh nothing. */
export function cutChunks(sources: readonly Source[], limits: ChunkLimits): readonly (readonly Source[])[] {
  const chunks: Source[][] = [];
  let current: Source[] = [];
  let bytes = 0;
  for (const source of sources) {
    const weight = source.problem === undefined ? source.size : 0;
    if (current.length > 0 && (current.length >= limits.files || bytes + weight > limits.bytes)) {
      chunks.push(current);
      current = [];
      bytes = 0;
    }
    current.push(source);
    bytes += weight;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}

/** The files' own names without folders; a name that comes again gets a number. */
export function uploadNames(files: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const extension = extname(file);
    const stem = basename(file, extension);
    let name = basename(file);
    for (let number = 2; taken.has(name); number += 1) name = `${stem} (${number})${extension}`;
    taken.add(name);
    return name;
  });
}

/**
 * Shares the lines of an upload out to its files, whose lines stand together and in the files' order.
 * @param names as uploaded, each of them once
 * @returns the lines of each file; undefined when the lines do not fit the files
 */
export function linesByFile<L extends Readonly<{ file: string }>>(
  names: readonly string[],
  lines: readonly L[],
): readonly (readonly L[])[] | undefined {
  const byName = new Map(names.map((name) => [name, [] as L[]]));
  if (lines.every((line) => byName.has(line.file))) {
    for (const line of lines) byName.get(line.file)?.push(line);
    return [...byName.values()];
  }
  // A name may come back in another encoding, but still differs from its neighbour's.
  const groups: L[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.[0]?.file === line.file) last.push(line);
    else groups.push([line]);
  }
  return groups.length === names.length ? groups : undefined;
}
