/** Writes a channel's blocks as files, each a common.Block as a peer's Deliver service gives it and `peer channel fetch` saves it. */
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Ledger, LedgerError } from '../ledger/ledger';
import { readGenesis } from '../verify/configuration';
import { type Block, dataHash, encodeBlock, headerHash } from '../wire/block';
import { BackupError } from './errors';
import { sha256Hex } from './files';
import { type BlockExport, type ExportedBlock, writeManifest } from './manifest';
import { requireNew } from './snapshot';
import { stageLedger } from './stage';

export interface ExportOptions {
  /** The first block; default 0. */
  readonly from?: number;
  /** The last block; default the newest. */
  readonly to?: number;
  /** Says what would be done, and writes nothing that stays. */
  readonly dryRun?: boolean;
  readonly onBlock?: (done: number, total: number) => void;
}

export interface ExportedBlocks extends Pick<BlockExport, 'channel' | 'height'> {
  readonly first: number;
  readonly last: number;
  /** SHA-256 of the manifest; undefined in a dry run. */
  readonly digest: string | undefined;
}

/**
 * Exports blocks of the ledger in a directory into a new folder, whether or not a network has the ledger open.
 * @throws BackupError, LedgerError when the blocks do not chain; then the folder is not there.
 */
export async function exportBlocks(
  directory: string,
  destination: string,
  options: ExportOptions = {},
): Promise<ExportedBlocks> {
  await requireNew(destination);
  const stage = await stageLedger(directory, dirname(destination));
  try {
    const none = (): Promise<never> => Promise.reject(new LedgerError(`the ledger in ${directory} is empty`));
    const ledger = await Ledger.open(stage.folder, none);
    try {
      const { name: channel } = readGenesis(blockOf(ledger, 0));
      const { height } = ledger;
      const [first, last] = [options.from ?? 0, options.to ?? height - 1];
      if (first > last || last >= height) {
        throw new BackupError('REFUSED', `channel ${channel} has blocks 0 to ${height - 1}, not ${first} to ${last}`);
      }
      const range = { channel, height, first, last };
      if (options.dryRun === true) return { ...range, digest: undefined };
      const digest = await write(ledger, range, destination, options);
      return { ...range, digest };
    } finally {
      await ledger.close();
    }
  } finally {
    stage.remove();
  }
}

async function write(
  ledger: Ledger,
  { channel, height, first, last }: Omit<ExportedBlocks, 'digest'>,
  destination: string,
  { onBlock }: ExportOptions,
): Promise<string> {
  const partial = await mkdtemp(join(dirname(destination), `.${basename(destination)}-partial-`));
  try {
    const blocks: ExportedBlock[] = [];
    let previous = first === 0 ? undefined : headerHash(blockOf(ledger, first - 1).header);
    for (let number = first; number <= last; number += 1) {
      const block = blockOf(ledger, number);
      requireChained(block, previous);
      previous = headerHash(block.header);
      const bytes = encodeBlock(block);
      const path = `${channel}_${number}.block`;
      await writeSynced(join(partial, path), bytes);
      blocks.push({
        ...{ path, bytes: bytes.length, sha256: sha256Hex(bytes) },
        ...{ number, hash: previous.toString('hex'), transactions: block.data.length },
      });
      onBlock?.(number - first + 1, last - first + 1);
    }
    const digest = await writeManifest(partial, { format: 'onepledge-export-1', channel, height, blocks });
    await rename(partial, destination);
    return digest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

function blockOf(ledger: Ledger, number: number): Block {
  const block = ledger.block(number);
  if (block === undefined) throw new LedgerError(`block ${number} is missing`);
  return block;
}

function requireChained({ header, data }: Block, previous: Buffer | undefined): void {
  if (!dataHash(data).equals(header.dataHash)) {
    throw new LedgerError(`block ${header.number} does not have the data that its header names`);
  }
  if (previous !== undefined && !previous.equals(header.previousHash)) {
    throw new LedgerError(`block ${header.number} does not follow block ${header.number - 1}`);
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
