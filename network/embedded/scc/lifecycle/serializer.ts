/**
 * How `_lifecycle` keeps structures in the state, key by key as Fabric does, so that a write set names only what changed:
 * `namespaces/metadata/<name>` says what it is, `namespaces/fields/<name>/<field>` hold the fields.
 */
import { createHash } from 'node:crypto';
import {
  type ChaincodeParameters,
  decodeEndorsementInfo,
  decodeStateData,
  decodeStateMetadata,
  decodeValidationInfo,
  encodeEndorsementInfo,
  encodeStateData,
  encodeStateMetadata,
  encodeValidationInfo,
  type SequencedParameters,
  type StateData,
  type StateMetadata,
} from '../../wire/lifecycle';
import { NO_BYTES } from '../../wire/protobuf';

export const NAMESPACES = 'namespaces';
/** Where an organisation keeps which package runs a definition. */
export const CHAINCODE_SOURCES = 'chaincode-sources';

export interface ReadableState {
  get(key: string): Buffer | undefined;
}

export interface WritableState extends ReadableState {
  put(key: string, value: Buffer): void;
  delete(key: string): void;
}

/** Private state of which only hashes are known. */
export interface OpaqueState {
  /** SHA-256 of the value; undefined when there is none. */
  hash(key: string): Buffer | undefined;
}

/** A structure by its name in Fabric and its fields in Fabric's order: their hashes depend on both. */
export interface Structure {
  readonly datatype: string;
  readonly fields: readonly (readonly [name: string, value: StateData])[];
}

/** What an organisation approves. */
export function chaincodeParameters(parameters: ChaincodeParameters): Structure {
  return { datatype: 'ChaincodeParameters', fields: parameterFields(parameters) };
}

/** What is committed. */
export function chaincodeDefinition(definition: SequencedParameters): Structure {
  const sequence = ['Sequence', { kind: 'Int64', value: definition.sequence }] as const;
  return { datatype: 'ChaincodeDefinition', fields: [sequence, ...parameterFields(definition)] };
}

export function chaincodeLocalPackage(packageId: string): Structure {
  return { datatype: 'ChaincodeLocalPackage', fields: [['PackageID', { kind: 'String', value: packageId }]] };
}

function parameterFields(parameters: ChaincodeParameters): Structure['fields'] {
  return [
    ['EndorsementInfo', { kind: 'Bytes', value: encodeEndorsementInfo(parameters) }],
    ['ValidationInfo', { kind: 'Bytes', value: encodeValidationInfo(parameters) }],
    ['Collections', { kind: 'Bytes', value: parameters.collections }],
  ];
}

export function metadataKey(namespace: string, name: string): string {
  return `${namespace}/metadata/${name}`;
}

export function fieldKey(namespace: string, name: string, field: string): string {
  return `${namespace}/fields/${name}/${field}`;
}

/** All keys of a chaincode's committed definition. */
export function definitionKeys(name: string): readonly string[] {
  const fields = ['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'];
  return [metadataKey(NAMESPACES, name), ...fields.map((field) => fieldKey(NAMESPACES, name, field))];
}

/** The keys of all metadata of a namespace: from the first on, up to and without the second. */
export function metadataRange(namespace: string): readonly [string, string] {
  const prefix = metadataKey(namespace, '');
  return [prefix, `${prefix}\u007f`];
}

/** Writes what differs from what is there. */
export function serialize(namespace: string, name: string, structure: Structure, state: WritableState): void {
  const before = readMetadata(namespace, name, state);
  const existing = new Map<string, Buffer>();
  for (const field of before?.fields ?? []) {
    const key = fieldKey(namespace, name, field);
    existing.set(key, state.get(key) ?? NO_BYTES);
  }
  for (const [field, value] of structure.fields) {
    const key = fieldKey(namespace, name, field);
    const bytes = encodeStateData(value);
    if (existing.get(key)?.equals(bytes) !== true) state.put(key, bytes);
    existing.delete(key);
  }
  if (
    existing.size > 0 ||
    structure.datatype !== before?.datatype ||
    structure.fields.length !== before.fields.length
  ) {
    state.put(metadataKey(namespace, name), encodeStateMetadata(metadataOf(structure)));
  }
  for (const key of existing.keys()) state.delete(key);
}

/** Compares with the hashes of what is there. Empty: it is exactly this; else what differs, as Fabric names it. */
export function differences(namespace: string, name: string, structure: Structure, state: OpaqueState): string[] {
  const hashes = structure.fields.map(([field]) => state.hash(fieldKey(namespace, name, field)));
  if (!isHashOf(encodeStateMetadata(metadataOf(structure)), state.hash(metadataKey(namespace, name)))) {
    return [structure.datatype];
  }
  return structure.fields.flatMap(([field, value], index) =>
    isHashOf(encodeStateData(value), hashes[index]) ? [] : [field],
  );
}

/** Undefined: nothing is kept under this name. */
export function readMetadata(namespace: string, name: string, state: ReadableState): StateMetadata | undefined {
  const bytes = state.get(metadataKey(namespace, name));
  return bytes === undefined ? undefined : decodeStateMetadata(bytes);
}

export function readParameters(namespace: string, name: string, state: ReadableState): ChaincodeParameters {
  return {
    ...decodeEndorsementInfo(readBytes(namespace, name, 'EndorsementInfo', state)),
    ...decodeValidationInfo(readBytes(namespace, name, 'ValidationInfo', state)),
    collections: readBytes(namespace, name, 'Collections', state),
  };
}

/** 0: not defined. */
export function readSequence(name: string, state: ReadableState): number {
  const data = readField(NAMESPACES, name, 'Sequence', state);
  return data?.kind === 'Int64' ? data.value : 0;
}

export function readPackageId(privateName: string, state: ReadableState): string {
  const data = readField(CHAINCODE_SOURCES, privateName, 'PackageID', state);
  return data?.kind === 'String' ? data.value : '';
}

function readBytes(namespace: string, name: string, field: string, state: ReadableState): Buffer {
  const data = readField(namespace, name, field, state);
  return data?.kind === 'Bytes' ? data.value : NO_BYTES;
}

function readField(namespace: string, name: string, field: string, state: ReadableState): StateData | undefined {
  return decodeStateData(state.get(fieldKey(namespace, name, field)) ?? NO_BYTES);
}

function metadataOf({ datatype, fields }: Structure): StateMetadata {
  return { datatype, fields: fields.map(([name]) => name) };
}

function isHashOf(bytes: Buffer, hash: Buffer | undefined): boolean {
  return hash !== undefined && createHash('sha256').update(bytes).digest().equals(hash);
}
