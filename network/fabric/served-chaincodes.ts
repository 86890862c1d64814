/** `<home>/fabric/chaincodes.json`: which versions of the chaincodes the organisations' processes serve. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Consortium } from '../consortium';
import { isCode } from '../identity/key-file';

const ServedSchema = z.array(z.object({ name: z.string(), version: z.string(), sequence: z.int().positive() }));

/** A version, with the sequence of the definition that it is served for. */
export type ServedChaincode = Readonly<z.infer<typeof ServedSchema>[number]>;

/** The file's path: who runs the processes watches it. */
export function servedFile(home: string): string {
  return join(home, 'fabric', 'chaincodes.json');
}

/**
 * The versions to serve: those of the file, and of the description what the file does not know yet. During an upgrade a
 * chaincode has two.
 * @throws Error when the file is damaged
 */
export function servedChaincodes(home: string, { channels }: Consortium): readonly ServedChaincode[] {
  const kept = readServed(home);
  const described = channels.flatMap(({ chaincodes }) => chaincodes);
  const added = described.filter(({ name, sequence }) =>
    kept.filter((one) => one.name === name).every((one) => one.sequence < sequence),
  );
  return unique([...kept, ...added.map(({ name, version, sequence }) => ({ name, version, sequence }))]);
}

/** Writes down what is served now, for those who watch the file. */
export function keepServed(home: string, consortium: Consortium): void {
  writeServed(home, servedChaincodes(home, consortium));
}

/** From now on this version is served too. */
export function serveToo(home: string, consortium: Consortium, chaincode: ServedChaincode): void {
  writeServed(home, unique([...servedChaincodes(home, consortium), chaincode]));
}

/** From now on these versions of a chaincode are served and no others. */
export function serveOnly(home: string, name: string, versions: readonly ServedChaincode[]): void {
  const others = readServed(home).filter((one) => one.name !== name);
  writeServed(home, unique([...others, ...versions.map(({ version, sequence }) => ({ name, version, sequence }))]));
}

function unique(all: readonly ServedChaincode[]): readonly ServedChaincode[] {
  return [...new Map(all.map((one) => [`${one.name}_${one.version}`, one])).values()];
}

function readServed(home: string): readonly ServedChaincode[] {
  try {
    return ServedSchema.parse(JSON.parse(readFileSync(servedFile(home), 'utf8')));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw new Error(`${servedFile(home)} is damaged`, { cause: error });
  }
}

function writeServed(home: string, served: readonly ServedChaincode[]): void {
  const file = servedFile(home);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.tmp`, `${JSON.stringify(served, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.tmp`, file);
}
