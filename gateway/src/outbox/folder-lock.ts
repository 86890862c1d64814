/** A lock on a folder that dies with its process, also when that is killed. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

/** Another living process has the folder. */
export class FolderLocked extends Error {
  override readonly name = 'FolderLocked';
}

const POLL_MS = 50;

/**
 * Takes the lock; waits a little for an owner that is just ending.
 * @param patience milliseconds
 * @returns what gives it back
 * @throws FolderLocked when a living process keeps it.
 */
export async function lockFolderWithin(folder: string, patience: number): Promise<() => void> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (!(error instanceof FolderLocked) || performance.now() >= end) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/**
 * Takes the lock.
 * @returns what gives it back
 * @throws FolderLocked when a living process has it.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock');
  const mine = ownerOf(process.pid);
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (tryLink(temporary, file))
        return () => {
          rmSync(file, { force: true });
        };
      const owner = read(file);
      if (owner !== undefined && isAlive(owner)) {
        throw new FolderLocked(`${folder} is in use by process ${owner.split(' ')[0] ?? ''}`);
      }
      rmSync(file, { force: true });
    }
    throw new FolderLocked(`${folder} is contended`);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** States of a process that has ended and whose parent has not looked yet: it has no files open any more. */
const ENDED: ReadonlySet<string> = new Set(['Z', 'X']);

/** Process id and start time: an id that was given to another process since is not mistaken for the owner. */
function ownerOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  // The fields after the name, which stands in parentheses and may hold spaces; the first is the state, the 20th the start time.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return ENDED.has(fields[0] ?? '') ? 'ended' : `${pid} ${fields[19] ?? ''}`;
}

function isAlive(owner: string): boolean {
  const pid = Number(owner.split(' ')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  return ownerOf(pid) === owner;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
