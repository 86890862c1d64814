/** Blocks as they are on disk, where each transaction is, and whether the chain hangs together. */
import {
  type Block,
  BlockMetadataIndex,
  dataHash,
  decodeBlockHeader,
  decodeRepeatedBytes,
  headerHash,
} from '../wire/block';
import { decodeTwoBytes } from '../wire/common';
import { NO_BYTES, Reader, Writer } from '../wire/protobuf';
import { blockKey, envelopeKey } from './keys';
import { type Database } from './state';

/** The ledger cannot be opened or is not whole. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
}

/** Where a transaction is in the chain, and whether it is valid (0) or why not (TxValidationCode). */
export interface TransactionLocation {
  readonly block: number;
  readonly tx: number;
  readonly code: number;
}

/** @throws LedgerError when a transaction of the block is missing. */
export function readBlock(database: Database, number: number): Block | undefined {
  const block = readWithoutData(database, number);
  if (block === undefined) return undefined;
  const count = block.metadata[BlockMetadataIndex.TRANSACTIONS_FILTER]?.length ?? 0;
  const data: Buffer[] = [];
  for (let tx = 0; tx < count; tx += 1) {
    const envelope = database.getSync(envelopeKey(number, tx));
    if (envelope === undefined) throw new LedgerError(`block ${number} lacks transaction ${tx}`);
    data.push(envelope);
  }
  return { ...block, data };
}

/** A block's header and metadata only. */
export function readWithoutData(database: Database, number: number): Omit<Block, 'data'> | undefined {
  const stored = database.getSync(blockKey(number));
  if (stored === undefined) return undefined;
  const [header, metadata] = decodeTwoBytes(stored);
  return { header: decodeBlockHeader(header), metadata: decodeRepeatedBytes(metadata) };
}

/**
 * The hash of a block's header.
 * @throws LedgerError when the block is missing.
 */
export function hashOfBlock(database: Database, number: number): Buffer {
  const block = readWithoutData(database, number);
  if (block === undefined) throw new LedgerError(`block ${number} is missing`);
  return headerHash(block.header);
}

/** How much at the end of a chain is checked: no more than so many blocks, nor, the last one apart, so many bytes. */
export interface TailLimits {
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * Checks that the last blocks hang together; gives the hash of the last one's header.
 * @throws LedgerError
 */
export function checkTail(database: Database, height: number, limits: TailLimits): Buffer {
  let expected: Buffer | undefined;
  let last = NO_BYTES;
  let bytes = 0;
  for (let number = height - 1; number >= Math.max(0, height - limits.blocks) && bytes < limits.bytes; number -= 1) {
    const block = readBlock(database, number);
    if (block === undefined || block.header.number !== number) throw new LedgerError(`block ${number} is missing`);
    if (!dataHash(block.data).equals(block.header.dataHash)) {
      throw new LedgerError(`block ${number} does not have the data that its header names`);
    }
    const hash = headerHash(block.header);
    if (expected === undefined) last = hash;
    else if (!hash.equals(expected)) throw new LedgerError(`block ${number + 1} does not follow block ${number}`);
    expected = block.header.previousHash;
    for (const envelope of block.data) bytes += envelope.length;
  }
  return last;
}

export function encodeLocation(location: TransactionLocation): Buffer {
  return new Writer(32).integer(1, location.block).integer(2, location.tx).integer(3, location.code).finish();
}

export function decodeLocation(bytes: Buffer): TransactionLocation {
  const reader = new Reader(bytes);
  const values = [0, 0, 0, 0];
  for (let key = reader.next(); key !== 0; key = reader.next()) values[key >> 3] = reader.integer();
  return { block: values[1] ?? 0, tx: values[2] ?? 0, code: values[3] ?? 0 };
}
