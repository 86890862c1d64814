/** A snapshot's identifiers of all transactions, so that whoever starts from it takes none a second time. */
import { join } from 'node:path';
import { type Channel } from '../channel';
import { decodeChannelHeader, decodeEnvelope, decodePayload } from '../wire/common';
import { lastConfigOf } from '../wire/block';
import { NO_BYTES } from '../wire/protobuf';
import { SnapshotFile } from './file';
import { type FileHashes } from './metadata';

/** Writes them as Fabric's index has them: by their length, then by their bytes. */
export async function exportTxIds(folder: string, channel: Channel): Promise<FileHashes> {
  const lengths = new Set<number>();
  for await (const txId of channel.ledger.transactionIds()) lengths.add(Buffer.byteLength(txId, 'utf8'));
  const data = await SnapshotFile.create(join(folder, 'txids.data'));
  let count = 0;
  try {
    if (hasNamelessTransaction(channel)) {
      await data.bytes(NO_BYTES);
      count += 1;
    }
    // Nearly all have one length: to read them again for each costs less than to keep them all.
    for (const length of [...lengths].sort((a, b) => a - b)) {
      for await (const txId of channel.ledger.transactionIds()) {
        const bytes = Buffer.from(txId, 'utf8');
        if (bytes.length !== length) continue;
        await data.bytes(bytes);
        count += 1;
      }
    }
  } catch (error) {
    await data.abandon();
    throw error;
  }
  const metadata = await SnapshotFile.create(join(folder, 'txids.metadata'));
  metadata.number(count);
  return { 'txids.data': await data.done(), 'txids.metadata': await metadata.done() };
}

/** Fabric's index has the empty identifier too, which configuration transactions have that an orderer made. */
function hasNamelessTransaction({ ledger, configBlock }: Channel): boolean {
  for (let number = configBlock; ;) {
    const envelope = ledger.envelope(number, 0);
    const header = envelope === undefined ? undefined : decodePayload(decodeEnvelope(envelope).payload).header;
    if (header !== undefined && decodeChannelHeader(header.channelHeader).txId === '') return true;
    const before = number === 0 ? undefined : ledger.block(number - 1);
    if (before === undefined) return false;
    number = lastConfigOf(before);
  }
}
