/** A key's metadata (such as its endorsement policy) as stored with its value: entries sorted by name. */
import { compareKeys } from '../ledger/keys';
import { bytesField, Reader, Writer } from '../wire/protobuf';
import { decodeMetadataEntry, encodeMetadataEntry, type MetadataEntry } from '../wire/rwset';

export function encodeMetadata(entries: readonly MetadataEntry[]): Buffer {
  const writer = new Writer(256);
  for (const entry of [...entries].sort((a, b) => compareKeys(a.name, b.name))) {
    writer.message(1, encodeMetadataEntry(entry));
  }
  return writer.finish();
}

export function decodeMetadata(bytes: Uint8Array): readonly MetadataEntry[] {
  const reader = new Reader(bytes);
  const entries: MetadataEntry[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) entries.push(decodeMetadataEntry(reader.bytes()));
    else reader.skip(key);
  }
  return entries;
}

/** The entry that holds a key's endorsement policy: a common.SignaturePolicyEnvelope. */
export const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** A key's endorsement policy in its metadata as stored; undefined: it has none. It may be empty. */
export function validationParameter(metadata: Uint8Array): Buffer | undefined {
  if (metadata.length === 0) return undefined;
  return decodeMetadata(metadata).find(({ name }) => name === VALIDATION_PARAMETER)?.value;
}
