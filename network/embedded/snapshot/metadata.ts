/** What a snapshot says of itself: the files' hashes and the last block, which administrators compare and may sign. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ledger } from '../ledger/ledger';

/** SHA-256 in hex by the file's name. */
export type FileHashes = Readonly<Record<string, string>>;

/** Writes the two metadata files of a snapshot at the ledger's last block. */
export async function writeMetadata(
  folder: string,
  channel: string,
  ledger: Ledger,
  number: number,
  hashes: FileHashes,
): Promise<void> {
  const signable = json({
    channel_name: channel,
    last_block_number: number,
    last_block_hash: ledger.lastHash.toString('hex'),
    previous_block_hash: ledger.block(number)?.header.previousHash.toString('hex') ?? '',
    snapshot_files_raw_hashes: Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1))),
    state_db_type: 'SimpleKeyValueDB',
  });
  const additional = json({
    snapshot_hash: createHash('sha256').update(signable).digest('hex'),
    last_block_commit_hash: ledger.lastCommitHash.toString('hex'),
  });
  const written = { mode: 0o444, flag: 'wx', flush: true } as const;
  await writeFile(join(folder, '_snapshot_signable_metadata.json'), signable, written);
  await writeFile(join(folder, '_snapshot_additional_metadata.json'), additional, written);
}

/** Indented as Fabric does it: who joins by the snapshot hashes the very bytes. */
function json(value: object): string {
  return JSON.stringify(value, undefined, 4);
}
