/** Messages of the Snapshot service. */
import { decodeTwoBytes } from './common';
import { bytesField, Reader, uvarint, varintField, Writer } from './protobuf';

/** A SnapshotRequest, or a SnapshotQuery, which has no block. */
export interface SnapshotRequest {
  /** Undefined: there is no signature header. */
  readonly creator: Buffer | undefined;
  readonly channel: string;
  /** 0: the last one. */
  readonly block: number;
}

export function decodeSnapshotRequest(bytes: Uint8Array): SnapshotRequest {
  const reader = new Reader(bytes);
  let creator: Buffer | undefined;
  let channel = '';
  let block = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) [creator] = decodeTwoBytes(reader.bytes());
    else if (key === bytesField(2)) channel = reader.string();
    else if (key === varintField(3)) block = reader.bound();
    else reader.skip(key);
  }
  return { creator, channel, block };
}

/** A QueryPendingSnapshotsResponse. */
export function encodePendingSnapshots(blocks: readonly number[]): Buffer {
  return new Writer(blocks.length * 8 + 8).bytes(1, Buffer.concat(blocks.map(uvarint))).finish();
}
