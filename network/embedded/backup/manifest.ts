/** What a backup says of itself: `manifest.json`, written last, so that a folder without one is none. */
import { open, readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';
import { isCode } from '../../identity/key-file';
import { BackupError } from './errors';
import { type BackupFile, sha256Hex } from './files';

export const MANIFEST = 'manifest.json';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Path = z
  .string()
  .min(1)
  .refine((path) => !isAbsolute(path) && normalize(path) === path && !path.startsWith('..'), 'leads out of the backup');
const File = z.strictObject({ path: Path, bytes: z.int().nonnegative(), sha256: Hash });
const Name = z.string().regex(/^[a-z][a-z0-9.-]*$/);

const SnapshotSchema = z.strictObject({
  format: z.literal('onepledge-snapshot-1'),
  takenAt: z.iso.datetime(),
  channels: z.array(
    z.strictObject({
      name: Name,
      /** Number of blocks. */
      height: z.int().positive(),
      /** Of the last block's header. */
      lastHash: Hash,
      /** SHA-256 of the certificates of the CAs that its organisations are known by, by MSP id. */
      authorities: z.record(z.string(), z.array(Hash)),
    }),
  ),
  files: z.array(File),
});

/** A copy of a network's ledgers and installed chaincode packages. */
export type Snapshot = Readonly<z.infer<typeof SnapshotSchema>>;

/** Blocks of a channel as files. */
export interface BlockExport {
  readonly format: 'onepledge-export-1';
  readonly channel: string;
  /** Number of blocks on the ledger. */
  readonly height: number;
  /** In order of their numbers. */
  readonly blocks: readonly ExportedBlock[];
}

export interface ExportedBlock extends BackupFile {
  readonly number: number;
  /** Of the header, in hex: what the next block names. */
  readonly hash: string;
  readonly transactions: number;
}

/** Writes the manifest, forced to disk. @returns its SHA-256 in hex, which tells whether anybody has changed it since. */
export async function writeManifest(folder: string, manifest: Snapshot | BlockExport): Promise<string> {
  const text = `${JSON.stringify(manifest, undefined, 1)}\n`;
  const file = await open(join(folder, MANIFEST), 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return sha256Hex(text);
}

/**
 * Reads the manifest of a snapshot.
 * @param digest what `writeManifest` gave, if the caller has it
 * @throws BackupError NOT_WHOLE
 */
export async function readSnapshot(folder: string, digest?: string): Promise<Snapshot> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), 'utf8');
  } catch (error) {
    if (!isCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new BackupError('NOT_WHOLE', `there is no snapshot in ${folder}: it has no ${MANIFEST}`, { cause: error });
  }
  if (digest !== undefined && digest !== sha256Hex(text)) {
    throw new BackupError('NOT_WHOLE', `the manifest's SHA-256 is ${sha256Hex(text)}, not ${digest}`);
  }
  try {
    return SnapshotSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error).replaceAll(/\s+/g, ' ') : String(error);
    throw new BackupError('NOT_WHOLE', `${join(folder, MANIFEST)} cannot be read: ${reason}`, { cause: error });
  }
}
