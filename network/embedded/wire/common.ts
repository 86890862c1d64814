/** Fabric's common messages: envelopes and their headers. */
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';

/** common.HeaderType: what a payload holds. */
export const HeaderType = {
  CONFIG: 1,
  CONFIG_UPDATE: 2,
  ENDORSER_TRANSACTION: 3,
  ORDERER_TRANSACTION: 4,
  DELIVER_SEEK_INFO: 5,
} as const;

const HEADER_TYPE_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [0, 'MESSAGE'],
  ...Object.entries(HeaderType).map(([name, type]): [number, string] => [type, name]),
  [6, 'CHAINCODE_PACKAGE'],
]);

/** A header type's name, as Fabric's error messages show it. */
export function headerTypeName(type: number): string {
  return HEADER_TYPE_NAMES.get(type) ?? String(type);
}

export interface Envelope {
  readonly payload: Buffer;
  readonly signature: Buffer;
}

export interface Header {
  readonly channelHeader: Buffer;
  readonly signatureHeader: Buffer;
}

export interface Payload {
  readonly header: Header | undefined;
  readonly data: Buffer;
}

export interface ChannelHeader {
  readonly type: number;
  /** The bytes of the google.protobuf.Timestamp that the client set; empty when there is none. */
  readonly timestamp: Buffer;
  readonly channelId: string;
  readonly txId: string;
  readonly epoch: number;
  readonly extension: Buffer;
}

export interface SignatureHeader {
  readonly creator: Buffer;
  readonly nonce: Buffer;
}

export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const [payload, signature] = decodeTwoBytes(bytes);
  return { payload, signature };
}

export function encodeEnvelope(envelope: Envelope): Buffer {
  return new Writer(envelope.payload.length + envelope.signature.length + 24)
    .bytes(1, envelope.payload)
    .bytes(2, envelope.signature)
    .finish();
}

export function decodeHeader(bytes: Uint8Array): Header {
  const [channelHeader, signatureHeader] = decodeTwoBytes(bytes);
  return { channelHeader, signatureHeader };
}

export function decodePayload(bytes: Uint8Array): Payload {
  const reader = new Reader(bytes);
  let header: Header | undefined;
  let data = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) header = decodeHeader(reader.bytes());
    else if (key === bytesField(2)) data = reader.bytes();
    else reader.skip(key);
  }
  return { header, data };
}

export function encodePayload(header: Uint8Array, data: Uint8Array): Buffer {
  return new Writer(header.length + data.length + 24).message(1, header).bytes(2, data).finish();
}

export function decodeChannelHeader(bytes: Uint8Array): ChannelHeader {
  const reader = new Reader(bytes);
  let type = 0;
  let epoch = 0;
  let timestamp = NO_BYTES;
  let extension = NO_BYTES;
  let channelId = '';
  let txId = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) type = reader.integer();
    else if (key === bytesField(3)) timestamp = reader.bytes();
    else if (key === bytesField(4)) channelId = reader.string();
    else if (key === bytesField(5)) txId = reader.string();
    else if (key === varintField(6)) epoch = reader.integer();
    else if (key === bytesField(7)) extension = reader.bytes();
    else reader.skip(key);
  }
  return { type, timestamp, channelId, txId, epoch, extension };
}

/** A google.protobuf.Timestamp in milliseconds of the Unix time; undefined when there is none. */
export function decodeTimestamp(bytes: Uint8Array): number | undefined {
  if (bytes.length === 0) return undefined;
  const reader = new Reader(bytes);
  let seconds = 0;
  let nanos = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) seconds = reader.integer();
    else if (key === varintField(2)) nanos = reader.integer();
    else reader.skip(key);
  }
  return seconds * 1000 + nanos / 1_000_000;
}

export function decodeSignatureHeader(bytes: Uint8Array): SignatureHeader {
  const [creator, nonce] = decodeTwoBytes(bytes);
  return { creator, nonce };
}

/** Many of Fabric's messages are two byte fields, numbered 1 and 2. */
export function decodeTwoBytes(bytes: Uint8Array): readonly [Buffer, Buffer] {
  const reader = new Reader(bytes);
  let first = NO_BYTES;
  let second = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) first = reader.bytes();
    else if (key === bytesField(2)) second = reader.bytes();
    else reader.skip(key);
  }
  return [first, second];
}
