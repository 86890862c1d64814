/** One at a time in a folder: a lock directory with its owner's process id, recovered when the owner is gone. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 2_000;
// A process id can be given to another process after a restart of the machine, so a live id alone does not prove an owner.
const SILENT_MS = 60_000;
const POLL_MS = 100;

/**
 * Runs work while no other process holds the lock.
 * @param {string} folder the lock's own path; it exists while the lock is held
 * @param {{ waitMs: number, onWait?: (owner: number | undefined) => void }} options how long to wait for another owner
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what the work gives
 * @template T
 * @throws Error when the lock could not be had in time
 */
export async function withLock(folder, options, work) {
  const release = await acquire(folder, options);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(folder, { waitMs, onWait }) {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  const deadline = Date.now() + waitMs;
  for (let told = false; ; told = true) {
    if (take(folder)) return hold(folder);
    if (recover(folder)) continue;
    if (!told) onWait?.(ownerOf(folder));
    if (Date.now() > deadline)
      throw new Error(`another process (${ownerOf(folder) ?? 'unknown'}) holds ${folder}; if there is none, delete it`);
    await sleep(POLL_MS);
  }
}

/** The directory is prepared under another name and renamed, so that it never exists without its owner's id. */
function take(folder) {
  const prepared = `${folder}.${process.pid}`;
  rmSync(prepared, { recursive: true, force: true });
  mkdirSync(prepared, { recursive: true });
  writeFileSync(join(prepared, 'owner'), String(process.pid));
  try {
    // A rename replaces an empty directory at most, and a lock is never empty.
    renameSync(prepared, folder);
    return true;
  } catch {
    rmSync(prepared, { recursive: true, force: true });
    return false;
  }
}

function hold(folder) {
  const beat = setInterval(() => {
    try {
      utimesSync(folder, new Date(), new Date());
    } catch {
      // Taken away from outside: the work ends as it may, nothing better can be done here.
    }
  }, HEARTBEAT_MS);
  beat.unref();
  const remove = () => {
    if (ownerOf(folder) === process.pid) rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return () => {
    clearInterval(beat);
    process.removeListener('exit', remove);
    remove();
  };
}

/**
 * Takes an abandoned lock away. Two that find it abandoned at the same moment must not both remove: the second could remove
 * the lock that the first has taken since. So only the holder of a second directory may, and it looks again first.
 */
function recover(folder) {
  if (!abandoned(folder)) return false;
  const guard = `${folder}.recovery`;
  try {
    mkdirSync(guard);
  } catch {
    if (silentFor(guard) > SILENT_MS) rmSync(guard, { recursive: true, force: true });
    return false;
  }
  try {
    if (!abandoned(folder)) return false;
    rmSync(folder, { recursive: true, force: true });
    return true;
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

function abandoned(folder) {
  const owner = ownerOf(folder);
  const silent = silentFor(folder);
  if (owner === undefined) return silent > SILENT_MS;
  return owner === process.pid || !isAlive(owner) || silent > SILENT_MS;
}

function ownerOf(folder) {
  try {
    return Number(readFileSync(join(folder, 'owner'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function silentFor(folder) {
  try {
    return Date.now() - statSync(folder).mtimeMs;
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
