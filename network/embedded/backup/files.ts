/** Files of a backup: copied with their hashes, and checked against them. */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isCode } from '../../identity/key-file';
import { BackupError } from './errors';

/** A file of a backup, by its path within it. */
export interface BackupFile {
  /** With `/` between folders. */
  readonly path: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** Told of bytes as they are read or written. */
export type OnBytes = (done: number, total: number) => void;

const CHUNK = 1024 * 1024;

/** All files below a folder, as paths within it, in order. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The size of files together, in bytes. */
export async function sizeOf(folder: string, paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += (await stat(join(folder, path))).size;
  return bytes;
}

/**
 * Copies files into another folder, forced to disk.
 * @returns what was written.
 */
export async function copyFiles(
  from: string,
  to: string,
  paths: readonly string[],
  onBytes: (bytes: number) => void,
): Promise<readonly BackupFile[]> {
  const copied: BackupFile[] = [];
  for (const path of paths) {
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const file = await open(target, 'wx', 0o600);
    try {
      const { bytes, sha256 } = await readThrough(join(from, path), onBytes, file);
      await file.sync();
      copied.push({ path, bytes, sha256 });
    } finally {
      await file.close();
    }
  }
  return copied;
}

/**
 * Checks that a folder has these files and no other, each with its size and hash.
 * @param besides a file that may be there as well
 * @throws BackupError NOT_WHOLE, which tells the first fault.
 */
export async function checkFiles(
  folder: string,
  files: readonly BackupFile[],
  besides: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const listed = new Set(files.map(({ path }) => path));
  const stranger = (await filesIn(folder)).find((path) => !listed.has(path) && path !== besides);
  if (stranger !== undefined) throw notWhole(`${stranger} is not of this backup`);
  for (const { path, bytes, sha256 } of files) {
    const found = await stat(join(folder, path)).catch((error: unknown) => {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) throw notWhole(`${path} is missing`);
      throw error;
    });
    if (found.size !== bytes) throw notWhole(`${path} has ${found.size} bytes, not ${bytes}`);
    const read = await readThrough(join(folder, path), onBytes);
    if (read.sha256 !== sha256) throw notWhole(`${path} does not have the content that was written`);
  }
}

function notWhole(detail: string): BackupError {
  return new BackupError('NOT_WHOLE', `the backup is not whole: ${detail}`);
}

/** @throws BackupError FAILED when there is less room than that in the folder's file system. */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > bytes) return;
  const mebibytes = (count: number): number => Math.ceil(count / 2 ** 20);
  throw new BackupError(
    'FAILED',
    `there is no room in ${folder}: ${mebibytes(bytes)} MiB are needed and ${mebibytes(bavail * bsize)} MiB are free`,
  );
}

/** SHA-256 in hex. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readThrough(
  path: string,
  onBytes: (bytes: number) => void,
  copy?: FileHandle,
): Promise<Omit<BackupFile, 'path'>> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK);
  const file = await open(path, 'r');
  let bytes = 0;
  try {
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(chunk.subarray(0, bytesRead));
      await copy?.writeFile(chunk.subarray(0, bytesRead));
      bytes += bytesRead;
      onBytes(bytesRead);
    }
  } finally {
    await file.close();
  }
}
