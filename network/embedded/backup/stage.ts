/**
 * A ledger's files as of one moment, also while a network writes it.
 *
 * LevelDB never changes a table once it is written, so a second name for it is a copy of it. What the tables are is in the
 * manifest, which only grows, as does the log of the last writes; a whole beginning of a log is what a power cut leaves, and a
 * block is one record in it. So these are copied, and when the manifest has not grown meanwhile, all of it belongs together.
 */
import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCode } from '../../identity/key-file';
import { LedgerError } from '../ledger/ledger';
import { BackupError } from './errors';

/** Files of a ledger in a folder of their own, which may be opened and written like any ledger. */
export interface Staged {
  readonly folder: string;
  remove(): void;
}

const TRIES = 100;
const PREFIX = '.staged-';

/**
 * Stages the ledger in a directory, whether or not a process has it open. The stage is beside the directory, where a table can have
 * a second name, or where that folder cannot be written, in the other one, as copies.
 * @throws LedgerError when there is no ledger; BackupError when it never stands still.
 */
export async function stageLedger(directory: string, otherwise: string): Promise<Staged> {
  if (!isLedger(directory)) throw new LedgerError(`there is no ledger in ${directory}`);
  const folder = makeFolder(dirname(directory), directory) ?? makeFolder(otherwise, directory);
  if (folder === undefined)
    throw new BackupError('FAILED', `neither ${dirname(directory)} nor ${otherwise} can be written`);
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      if (stageOnce(directory, folder)) return { folder, remove };
      await sleep(5 * attempt);
    }
    throw new BackupError('FAILED', `the ledger in ${directory} is being written too fast to be copied: try again`);
  } catch (error) {
    remove();
    throw error;
  }
}

/** Whether the folder is one of these, to be left alone by who lists ledgers. */
export function isStage(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Whether there is a LevelDB store in a directory. */
export function isLedger(directory: string): boolean {
  return statSync(join(directory, 'CURRENT'), { throwIfNoEntry: false }) !== undefined;
}

function makeFolder(parent: string, directory: string): string | undefined {
  try {
    removeAbandoned(parent);
    const name = `${PREFIX}${process.pid}-${basename(directory)}-${randomBytes(4).toString('hex')}`;
    mkdirSync(join(parent, name), { mode: 0o700 });
    return join(parent, name);
  } catch (error) {
    if (isCode(error, 'EACCES', 'EPERM', 'EROFS')) return undefined;
    throw error;
  }
}

/** What a killed process has left behind. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent).filter(isStage)) {
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (isCode(error, 'ESRCH')) rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}

interface Look {
  readonly tables: readonly string[];
  readonly logs: readonly string[];
  readonly manifest: string;
  /** Equal in two looks: nothing has been added to the manifest in between, nor was a log begun. */
  readonly mark: string;
}

function look(directory: string): Look {
  const names = readdirSync(directory);
  const logs = names.filter((name) => name.endsWith('.log')).sort();
  const manifest = readFileSync(join(directory, 'CURRENT'), 'utf8').trim();
  const { size } = statSync(join(directory, manifest));
  const tables = names.filter((name) => name.endsWith('.ldb') || name.endsWith('.sst'));
  return { tables, logs, manifest, mark: [manifest, size, ...logs].join() };
}

/** @returns whether the files that are staged belong together. */
function stageOnce(directory: string, folder: string): boolean {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  try {
    const { tables, logs, manifest, mark } = look(directory);
    for (const name of tables) linkOrCopy(join(directory, name), join(folder, name));
    for (const name of [...logs, manifest, 'CURRENT']) copyFileSync(join(directory, name), join(folder, name));
    return look(directory).mark === mark;
  } catch (error) {
    // A file that is needed no more went away.
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!isCode(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK')) throw error;
    copyFileSync(from, to);
  }
}
