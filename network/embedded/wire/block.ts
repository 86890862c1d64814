/** Fabric's blocks: header, data, metadata, and the hashes that chain them. */
import { createHash } from 'node:crypto';
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';

/** common.BlockMetadataIndex: what each entry of a block's metadata holds. */
export const BlockMetadataIndex = { SIGNATURES: 0, LAST_CONFIG: 1, TRANSACTIONS_FILTER: 2, COMMIT_HASH: 4 } as const;
const METADATA_ENTRIES = 5;

export interface BlockHeader {
  readonly number: number;
  /** Empty in block 0. */
  readonly previousHash: Buffer;
  readonly dataHash: Buffer;
}

export interface Block {
  readonly header: BlockHeader;
  /** The bytes of the envelopes, in order. */
  readonly data: readonly Buffer[];
  readonly metadata: readonly Buffer[];
}

/** The hash of a block's data: SHA-256 of the envelopes one after another. */
export function dataHash(data: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const envelope of data) hash.update(envelope);
  return hash.digest();
}

/** The header's ASN.1 DER form, SEQUENCE { INTEGER, OCTETS, OCTETS }: what is hashed and signed. */
export function headerBytes(header: BlockHeader): Buffer {
  const content = Buffer.concat([
    derInteger(header.number),
    derOctets(header.previousHash),
    derOctets(header.dataHash),
  ]);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

/** What the next block's header carries. */
export function headerHash(header: BlockHeader): Buffer {
  return createHash('sha256').update(headerBytes(header)).digest();
}

/** The metadata that a block has from the orderer: encoded entries. */
export interface OrdererMetadata {
  readonly signatures: Buffer;
  readonly lastConfig: Buffer;
}

/** A block's metadata as peers store them: the orderer's, one validation code a transaction, and the hash of what it did. */
export function blockMetadata(
  codes: Uint8Array,
  orderer?: OrdererMetadata,
  commitHash: Uint8Array = NO_BYTES,
): readonly Buffer[] {
  const metadata = Array.from({ length: METADATA_ENTRIES }, () => NO_BYTES);
  if (orderer !== undefined) {
    metadata[BlockMetadataIndex.SIGNATURES] = orderer.signatures;
    metadata[BlockMetadataIndex.LAST_CONFIG] = orderer.lastConfig;
  }
  metadata[BlockMetadataIndex.TRANSACTIONS_FILTER] = Buffer.from(codes);
  // In a common.Metadata.
  metadata[BlockMetadataIndex.COMMIT_HASH] = new Writer(commitHash.length + 8).bytes(1, commitHash).finish();
  return metadata;
}

/** The commit hash of a block; empty in block 0. */
export function commitHashOf({ metadata }: Pick<Block, 'metadata'>): Buffer {
  const [hash = NO_BYTES] = decodeRepeatedBytes(metadata[BlockMetadataIndex.COMMIT_HASH] ?? NO_BYTES);
  return hash;
}

/** The number of the configuration block that counts after a block, as its orderer says. @throws WireError */
export function lastConfigOf({ metadata }: Pick<Block, 'metadata'>): number {
  const [value] = decodeRepeatedBytes(metadata[BlockMetadataIndex.LAST_CONFIG] ?? NO_BYTES);
  const reader = new Reader(value ?? NO_BYTES);
  let index = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) index = reader.integer();
    else reader.skip(key);
  }
  return index;
}

/** The validation codes of a block's transactions. */
export function validationCodes(block: Block): Uint8Array {
  return block.metadata[BlockMetadataIndex.TRANSACTIONS_FILTER] ?? NO_BYTES;
}

export function encodeBlockHeader(header: BlockHeader): Buffer {
  return new Writer(96).integer(1, header.number).bytes(2, header.previousHash).bytes(3, header.dataHash).finish();
}

export function decodeBlockHeader(bytes: Uint8Array): BlockHeader {
  const reader = new Reader(bytes);
  let number = 0;
  let previousHash = NO_BYTES;
  let hash = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) number = reader.integer();
    else if (key === bytesField(2)) previousHash = reader.bytes();
    else if (key === bytesField(3)) hash = reader.bytes();
    else reader.skip(key);
  }
  return { number, previousHash, dataHash: hash };
}

export function encodeBlock(block: Block): Buffer {
  const size = block.data.reduce((sum, envelope) => sum + envelope.length + 8, 1024);
  const writer = new Writer(size + 1024).message(1, encodeBlockHeader(block.header));
  // A block sent for its header and signatures has no data at all.
  if (block.data.length > 0) writer.message(2, encodeRepeatedBytes(block.data));
  return writer.message(3, encodeRepeatedBytes(block.metadata)).finish();
}

/** @throws WireError when the bytes are not a block. */
export function decodeBlock(bytes: Uint8Array): Block {
  const reader = new Reader(bytes);
  let header: BlockHeader = { number: 0, previousHash: NO_BYTES, dataHash: NO_BYTES };
  let data: readonly Buffer[] = [];
  let metadata: readonly Buffer[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) header = decodeBlockHeader(reader.bytes());
    else if (key === bytesField(2)) data = decodeRepeatedBytes(reader.bytes());
    else if (key === bytesField(3)) metadata = decodeRepeatedBytes(reader.bytes());
    else reader.skip(key);
  }
  return { header, data, metadata };
}

/** A message that is one repeated bytes field, number 1. */
export function encodeRepeatedBytes(values: readonly Uint8Array[]): Buffer {
  const writer = new Writer(values.reduce((sum, value) => sum + value.length + 8, 16));
  for (const value of values) writer.message(1, value);
  return writer.finish();
}

export function decodeRepeatedBytes(bytes: Uint8Array): readonly Buffer[] {
  const reader = new Reader(bytes);
  const values: Buffer[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) values.push(reader.bytes());
    else reader.skip(key);
  }
  return values;
}

function derInteger(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(rest % 256);
    rest = Math.floor(rest / 256);
  } while (rest > 0);
  // The first bit is the sign.
  if ((bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  return Buffer.from([0x02, bytes.length, ...bytes]);
}

function derOctets(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x04, bytes.length]), bytes]);
}
