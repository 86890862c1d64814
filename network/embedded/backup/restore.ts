/** Puts a snapshot into a home whose network is stopped; what is not whole, or does not fit, is refused before anything changes. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConnectionError, readConnection } from '../../connection';
import { readAuthority } from '../../identity/organization-folder';
import { LedgerError } from '../ledger/ledger';
import { BackupError } from './errors';
import { checkFiles, copyFiles, type OnBytes, requireRoom } from './files';
import { MANIFEST, readSnapshot, type Snapshot } from './manifest';
import { certificateDigests, channelsOf, describeLedger, ledgersFolder, packagesFolder } from './snapshot';

export interface RestoreOptions {
  /** SHA-256 of the manifest, as taking the snapshot gave it. */
  readonly digest?: string;
  /** Whether ledgers that the home has go away. */
  readonly replace?: boolean;
  /** Checks everything and changes nothing. */
  readonly dryRun?: boolean;
  /** Told of bytes that are checked, then of those that are copied. */
  readonly onBytes?: OnBytes;
}

/**
 * Restores a snapshot.
 * @returns the snapshot that was restored.
 * @throws BackupError; then nothing has changed.
 */
export async function restoreSnapshot(source: string, home: string, options: RestoreOptions = {}): Promise<Snapshot> {
  const snapshot = await readSnapshot(source, options.digest);
  requireStopped(home);
  const present = channelsOf(home);
  if (present.length > 0 && options.replace !== true) {
    throw new BackupError(
      'REFUSED',
      `${home} has a ledger already (${present.join(', ')}): say that it is to be replaced`,
    );
  }
  await requireKeys(home, snapshot);
  const total = snapshot.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const onBytes = (bytes: number): void => options.onBytes?.((done += bytes), 2 * total);
  await checkFiles(source, snapshot.files, MANIFEST, onBytes);
  const network = join(home, 'network');
  const existing = [network, home].find((folder) => existsSync(folder)) ?? source;
  await requireRoom(existing, total);
  if (options.dryRun === true) return snapshot;
  await mkdir(network, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(network, '.restored-'));
  try {
    const paths = snapshot.files.map(({ path }) => path);
    const copied = await copyFiles(source, folder, paths, onBytes);
    if (!isDeepStrictEqual(copied, snapshot.files))
      throw new BackupError('NOT_WHOLE', 'the backup changed while it was read');
    for (const channel of snapshot.channels) await checkLedger(folder, channel);
    await putInPlace(folder, home);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return snapshot;
}

/** @throws BackupError when the home's network runs: it would go on with what it has open. */
function requireStopped(home: string): void {
  try {
    const { pid } = readConnection(home);
    throw new BackupError('REFUSED', `the network in ${home} is running (process ${pid}): stop it first`);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
  }
}

/**
 * The ledger's organisations are known by their CAs for good: under other keys nobody could act on it, and a start would make others.
 * @throws BackupError
 */
async function requireKeys(home: string, { channels }: Snapshot): Promise<void> {
  const crypto = join(home, 'crypto');
  const folders = existsSync(crypto) ? readdirSync(crypto) : [];
  const have = new Map<string, readonly string[]>();
  for (const name of folders.filter((each) => existsSync(join(crypto, each, 'ca.pem')))) {
    const { mspId, ca } = await readAuthority(join(crypto, name));
    have.set(mspId, certificateDigests(ca.certPem));
  }
  for (const { name, authorities } of channels) {
    for (const [mspId, digests] of Object.entries(authorities)) {
      const own = have.get(mspId);
      if (own?.some((digest) => digests.includes(digest)) === true) continue;
      const what = own === undefined ? 'no keys of' : 'other keys than the ledger knows of';
      throw new BackupError(
        'REFUSED',
        `${home} has ${what} ${mspId}, a member of channel ${name}: put ${crypto} back first`,
      );
    }
  }
}

/** The copy as the network would open it. @throws BackupError */
async function checkLedger(folder: string, { name, ...expected }: Snapshot['channels'][number]): Promise<void> {
  try {
    const found = await describeLedger(join(folder, 'ledger', name));
    if (isDeepStrictEqual(found, expected)) return;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw new BackupError('NOT_WHOLE', `the ledger of channel ${name} cannot be opened: ${error.message}`, {
      cause: error,
    });
  }
  throw new BackupError('NOT_WHOLE', `the ledger of channel ${name} is not the one that the manifest tells of`);
}

/** Each folder goes into its place in one step; what was there goes away after that. */
async function putInPlace(folder: string, home: string): Promise<void> {
  const moves = [
    ['ledger', ledgersFolder(home)],
    ['chaincodes', packagesFolder(home)],
  ] as const;
  for (const [name, place] of moves) {
    if (existsSync(place)) await rename(place, join(folder, `replaced-${name}`));
    if (existsSync(join(folder, name))) await rename(join(folder, name), place);
  }
}
