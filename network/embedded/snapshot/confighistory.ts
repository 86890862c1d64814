/** A snapshot's history of collections: which a chaincode had from which block on, as Fabric's core/ledger/confighistory exports it. */
import { join } from 'node:path';
import { type Channel } from '../channel';
import { type Ledger } from '../ledger/ledger';
import { type StateView } from '../ledger/state';
import { LIFECYCLE } from '../scc/lifecycle/definitions';
import { fieldKey, NAMESPACES } from '../scc/lifecycle/serializer';
import { decodeStateData } from '../wire/lifecycle';
import { NO_BYTES } from '../wire/protobuf';
import { readWriteSets } from '../wire/results';
import { type Version } from '../wire/rwset';
import { SnapshotFile } from './file';
import { type FileHashes } from './metadata';

/** Where Fabric has kept collections since before there was the lifecycle of today. */
const NAMESPACE = 'lscc';
const BATCH = 64;

/** Writes an entry for each definition with collections that was ever committed; no file where there was none. */
export async function exportConfigHistory(folder: string, channel: Channel, view: StateView): Promise<FileHashes> {
  const entries: (readonly [key: Buffer, value: Buffer])[] = [];
  for (const name of channel.chaincodes.names()) {
    const collections = await versionsOf(view, fieldKey(NAMESPACES, name, 'Collections'));
    const blocks = new Set((await versionsOf(view, fieldKey(NAMESPACES, name, 'Sequence'))).map(({ block }) => block));
    for (const block of blocks) {
      const inForce = collections.find((version) => version.block <= block);
      const value = inForce === undefined ? NO_BYTES : collectionsAt(channel.ledger, inForce, name);
      if (value.length > 0) entries.push([entryKey(name, block), value]);
    }
  }
  if (entries.length === 0) return {};
  entries.sort(([a], [b]) => Buffer.compare(a, b));
  const data = await SnapshotFile.create(join(folder, 'confighistory.data'));
  for (const [key, value] of entries) {
    await data.bytes(key);
    await data.bytes(value);
  }
  const metadata = await SnapshotFile.create(join(folder, 'confighistory.metadata'));
  metadata.number(entries.length);
  return { 'confighistory.data': await data.done(), 'confighistory.metadata': await metadata.done() };
}

/** The transactions that wrote a key of the lifecycle's, newest first. */
async function versionsOf(view: StateView, key: string): Promise<readonly Version[]> {
  const history = view.history(LIFECYCLE, key);
  const found: Version[] = [];
  try {
    for (let some = await history.next(BATCH); some.length > 0; some = await history.next(BATCH)) found.push(...some);
    return found;
  } finally {
    await history.close();
  }
}

function collectionsAt(ledger: Ledger, { block, tx }: Version, name: string): Buffer {
  const envelope = ledger.envelope(block, tx);
  const sets = envelope === undefined ? [] : readWriteSets(envelope);
  const key = fieldKey(NAMESPACES, name, 'Collections');
  const write = sets.find(({ namespace }) => namespace === LIFECYCLE)?.writes.find((one) => one.key === key);
  const data = decodeStateData(write?.value ?? NO_BYTES);
  return data?.kind === 'Bytes' ? data.value : NO_BYTES;
}

/** Newer blocks sort before older ones. */
function entryKey(name: string, block: number): Buffer {
  const inverse = Buffer.alloc(8);
  inverse.writeBigUInt64BE(0xffff_ffff_ffff_ffffn - BigInt(block));
  return Buffer.concat([Buffer.from(`s${NAMESPACE}\u0000${name}~collection`, 'utf8'), inverse]);
}
