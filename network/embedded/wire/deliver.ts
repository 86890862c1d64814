/** The messages of Fabric's deliver services: which blocks a client wants, and what it is sent. */
import { type Block, encodeBlock } from './block';
import { bytesField, Reader, varintField, Writer } from './protobuf';

/** common.Status, with the numbers of HTTP. */
export const Status = {
  SUCCESS: 200,
  BAD_REQUEST: 400,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  SERVICE_UNAVAILABLE: 503,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** A place in the chain. `none`: the message names none, which servers take as they take an unknown one. */
export type SeekPosition =
  | { readonly kind: 'newest' | 'oldest' | 'nextCommit' | 'none' }
  | { readonly kind: 'specified'; readonly number: number };

export interface SeekInfo {
  readonly start: SeekPosition | undefined;
  readonly stop: SeekPosition | undefined;
  /** At the end of the chain: fail, or wait for the next block. */
  readonly failIfNotReady: boolean;
  /** Blocks without their transactions, except configuration blocks. */
  readonly headersOnly: boolean;
}

const FAIL_IF_NOT_READY = 1;
const HEADER_WITH_SIG = 1;

/** @throws WireError */
export function decodeSeekInfo(bytes: Uint8Array): SeekInfo {
  const reader = new Reader(bytes);
  let start: SeekPosition | undefined;
  let stop: SeekPosition | undefined;
  let behavior = 0;
  let contentType = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) start = decodeSeekPosition(reader.bytes());
    else if (key === bytesField(2)) stop = decodeSeekPosition(reader.bytes());
    else if (key === varintField(3)) behavior = reader.integer();
    else if (key === varintField(5)) contentType = reader.integer();
    else reader.skip(key);
  }
  return {
    start,
    stop,
    failIfNotReady: behavior === FAIL_IF_NOT_READY,
    headersOnly: contentType === HEADER_WITH_SIG,
  };
}

function decodeSeekPosition(bytes: Uint8Array): SeekPosition {
  const reader = new Reader(bytes);
  let position: SeekPosition = { kind: 'none' };
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(3)) position = { kind: 'specified', number: decodeSeekSpecified(reader.bytes()) };
    else {
      if (key === bytesField(1)) position = { kind: 'newest' };
      else if (key === bytesField(2)) position = { kind: 'oldest' };
      else if (key === bytesField(4)) position = { kind: 'nextCommit' };
      reader.skip(key);
    }
  }
  return position;
}

function decodeSeekSpecified(bytes: Uint8Array): number {
  const reader = new Reader(bytes);
  let number = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) number = reader.bound();
    else reader.skip(key);
  }
  return number;
}

/** A DeliverResponse (of a peer or of an orderer) or a BroadcastResponse that holds a status. */
export function encodeStatusResponse(status: Status, info = ''): Buffer {
  return new Writer(info.length + 24).integer(1, status).string(2, info).finish();
}

/** A DeliverResponse that holds a block. */
export function encodeBlockResponse(block: Block): Buffer {
  const encoded = encodeBlock(block);
  return new Writer(encoded.length + 16).message(2, encoded).finish();
}

/** A DeliverResponse that holds a FilteredBlock. */
export function encodeFilteredBlockResponse(filteredBlock: Uint8Array): Buffer {
  return new Writer(filteredBlock.length + 16).message(3, filteredBlock).finish();
}

/**
 * A DeliverResponse that holds a BlockAndPrivateData.
 * @param privateData serialised TxPvtReadWriteSet messages by the transactions' positions
 */
export function encodePrivateBlockResponse(block: Block, privateData: ReadonlyMap<number, Uint8Array>): Buffer {
  const encoded = encodeBlock(block);
  const content = new Writer(encoded.length + 1024).message(1, encoded);
  for (const [tx, sets] of privateData) {
    content.message(2, new Writer(sets.length + 32).entry(1, tx).message(2, sets).finish());
  }
  const bytes = content.finish();
  return new Writer(bytes.length + 16).message(4, bytes).finish();
}
