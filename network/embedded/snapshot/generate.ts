/** Writes a snapshot of a channel in Fabric's format, which a peer of Fabric can join the channel by. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Channel } from '../channel';
import { exportConfigHistory } from './confighistory';
import { writeMetadata } from './metadata';
import { exportTxIds } from './txids';
import { exportState } from './worldstate';

/**
 * Writes what the ledger has now: nothing may be committed meanwhile.
 * @param target a folder that is not there yet; it appears whole or not at all
 * @param temporary a folder on the same disk
 */
export async function generateSnapshot(channel: Channel, target: string, temporary: string): Promise<void> {
  const { ledger } = channel;
  const view = ledger.acquire();
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(temporary, `${view.height - 1}-`));
  try {
    const hashes = {
      ...(await exportTxIds(folder, channel)),
      ...(await exportConfigHistory(folder, channel, view)),
      ...(await exportState(folder, channel, view)),
    };
    await writeMetadata(folder, channel.name, ledger, view.height - 1, hashes);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(folder, target);
  } finally {
    view.release();
    await rm(folder, { recursive: true, force: true });
  }
}
