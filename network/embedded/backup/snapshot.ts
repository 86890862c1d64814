/** Takes a copy of a network's ledgers and installed chaincode packages, while it runs or when it is stopped. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { splitPem } from '../../identity/certificate';
import { lastConfiguration } from '../channel';
import { ConfigError } from '../channelconfig/errors';
import { Ledger, LedgerError } from '../ledger/ledger';
import { BackupError } from './errors';
import { type BackupFile, copyFiles, filesIn, type OnBytes, requireRoom, sha256Hex, sizeOf } from './files';
import { type Snapshot, writeManifest } from './manifest';
import { isLedger, isStage, type Staged, stageLedger } from './stage';

export interface SnapshotOptions {
  /** Says what would be done, and writes nothing that stays. */
  readonly dryRun?: boolean;
  readonly onBytes?: OnBytes;
}

export interface TakenSnapshot {
  readonly channels: Snapshot['channels'];
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 of the manifest; undefined in a dry run. */
  readonly digest: string | undefined;
}

/** Where a home has what a snapshot holds. */
export const ledgersFolder = (home: string): string => join(home, 'network', 'ledger');
export const packagesFolder = (home: string): string => join(home, 'network', 'chaincodes');

/** The channels that have a ledger in a home. */
export function channelsOf(home: string): readonly string[] {
  const folder = ledgersFolder(home);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => !isStage(name) && isLedger(join(folder, name))).sort();
}

/**
 * Copies all channels' ledgers, each as of one moment, into a new folder. What a client was told is committed before the call is in
 * it. Keys are not.
 * @throws BackupError, LedgerError; then the folder is not there.
 */
export async function takeSnapshot(
  home: string,
  destination: string,
  options: SnapshotOptions = {},
): Promise<TakenSnapshot> {
  const channels = channelsOf(home);
  if (channels.length === 0) throw new BackupError('REFUSED', `there is no ledger in ${home}`);
  await requireNew(destination);
  const staged: Staged[] = [];
  try {
    const sources: Source[] = [];
    const described: Snapshot['channels'] = [];
    for (const name of channels) {
      const stage = await stageLedger(join(ledgersFolder(home), name), dirname(destination));
      staged.push(stage);
      described.push({ name, ...(await describeLedger(stage.folder)) });
      const paths = (await filesIn(stage.folder)).filter((path) => !['LOCK', 'LOG', 'LOG.old'].includes(path));
      sources.push({ folder: stage.folder, prefix: join('ledger', name), paths });
    }
    const packages = packagesFolder(home);
    if (existsSync(packages)) sources.push({ folder: packages, prefix: 'chaincodes', paths: await filesIn(packages) });
    const files = sources.reduce((sum, { paths }) => sum + paths.length, 0);
    let bytes = 0;
    for (const { folder, paths } of sources) bytes += await sizeOf(folder, paths);
    await requireRoom(dirname(destination), bytes);
    if (options.dryRun === true) return { channels: described, files, bytes, digest: undefined };
    const digest = await write(destination, sources, described, (done) => options.onBytes?.(done, bytes));
    return { channels: described, files, bytes, digest };
  } finally {
    for (const stage of staged) stage.remove();
  }
}

/** Files that go to one place of the snapshot. */
interface Source {
  readonly folder: string;
  readonly prefix: string;
  readonly paths: readonly string[];
}

/** Everything under another name first: a folder of the wanted name is a whole snapshot. */
async function write(
  destination: string,
  sources: readonly Source[],
  channels: Snapshot['channels'],
  onDone: (bytes: number) => void,
): Promise<string> {
  const partial = await mkdtemp(join(dirname(destination), `.${basename(destination)}-partial-`));
  try {
    let done = 0;
    const onBytes = (bytes: number): void => {
      onDone((done += bytes));
    };
    const files: BackupFile[] = [];
    for (const { folder, prefix, paths } of sources) {
      const copied = await copyFiles(folder, join(partial, prefix), paths, onBytes);
      files.push(...copied.map((file) => ({ ...file, path: join(prefix, file.path) })));
    }
    const digest = await writeManifest(partial, {
      ...{ format: 'onepledge-snapshot-1', takenAt: new Date().toISOString(), channels, files },
    });
    await rename(partial, destination);
    return digest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** @throws BackupError when something of the name is there already, or its place cannot be made. */
export async function requireNew(destination: string): Promise<void> {
  if (existsSync(destination)) throw new BackupError('REFUSED', `${destination} is there already: name a new folder`);
  await mkdir(dirname(destination), { recursive: true });
}

/**
 * A ledger's height and last hash, and by which CAs its organisations are known. The ledger is opened as a network would: what its last
 * log holds is put in order, and its last blocks are checked.
 * @throws LedgerError
 */
export async function describeLedger(folder: string): Promise<Omit<Snapshot['channels'][number], 'name'>> {
  const none = (): Promise<never> => Promise.reject(new LedgerError(`the ledger in ${folder} is empty`));
  const ledger = await Ledger.open(folder, none);
  try {
    const { bundle } = lastConfiguration(ledger);
    const authorities = Object.fromEntries(
      [...bundle.roots].map(([mspId, { caPem, intermediateCaPem = '' }]) => [
        mspId,
        certificateDigests(caPem + intermediateCaPem),
      ]),
    );
    return { height: ledger.height, lastHash: ledger.lastHash.toString('hex'), authorities };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new LedgerError(`the ledger in ${folder} has no configuration: ${error.message}`, { cause: error });
  } finally {
    await ledger.close();
  }
}

/** SHA-256 in hex of each certificate in a PEM text, in order. */
export function certificateDigests(pem: string): string[] {
  return splitPem(pem)
    .map((each) => sha256Hex(new X509Certificate(each).raw))
    .sort();
}
