/** What public, hashed and private read-write sets share: versions and metadata entries. */
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';

/** The block and the position in it of the transaction that wrote a value. */
export interface Version {
  readonly block: number;
  readonly tx: number;
}

export interface MetadataEntry {
  readonly name: string;
  readonly value: Buffer;
}

export function decodeVersion(bytes: Uint8Array): Version {
  const reader = new Reader(bytes);
  let block = 0;
  let tx = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) block = reader.integer();
    else if (key === varintField(2)) tx = reader.integer();
    else reader.skip(key);
  }
  return { block, tx };
}

export function encodeVersion(version: Version): Buffer {
  return new Writer(24).integer(1, version.block).integer(2, version.tx).finish();
}

/** Name and value, as in kvrwset.KVMetadataEntry and in the shim's StateMetadata. */
export function decodeMetadataEntry(bytes: Uint8Array): MetadataEntry {
  const reader = new Reader(bytes);
  let name = '';
  let value = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) name = reader.string();
    else if (key === bytesField(2)) value = reader.bytes();
    else reader.skip(key);
  }
  return { name, value };
}

export function encodeMetadataEntry(entry: MetadataEntry): Buffer {
  return new Writer(entry.name.length * 3 + entry.value.length + 32)
    .string(1, entry.name)
    .bytes(2, entry.value)
    .finish();
}
