/** Fabric's lifecycle messages: arguments and results of `_lifecycle`, and what it keeps in the state. */
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';

/** What organisations agree on about a chaincode, as the messages carry it. */
export interface ChaincodeParameters {
  readonly version: string;
  readonly endorsementPlugin: string;
  readonly initRequired: boolean;
  readonly validationPlugin: string;
  /** The bytes of a peer.ApplicationPolicy: the endorsement policy. */
  readonly validationParameter: Buffer;
  /** The bytes of a peer.CollectionConfigPackage; empty when there are none. */
  readonly collections: Buffer;
}

export interface SequencedParameters extends ChaincodeParameters {
  readonly sequence: number;
}

/** ApproveChaincodeDefinitionForMyOrgArgs, CheckCommitReadinessArgs and CommitChaincodeDefinitionArgs: one layout. */
export interface DefinitionArgs extends SequencedParameters {
  readonly name: string;
  /** The approved package; empty: none, so that the organisation's peers do not run the chaincode. */
  readonly packageId: string;
}

export function decodeDefinitionArgs(bytes: Uint8Array): DefinitionArgs {
  const reader = new Reader(bytes);
  const texts = ['', '', '', '', '', ''];
  let sequence = 0;
  let validationParameter = NO_BYTES;
  let collections = NO_BYTES;
  let initRequired = false;
  let packageId = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    const field = Math.floor(key / 8);
    if (key === varintField(1)) sequence = reader.integer();
    else if (field >= 2 && field <= 5 && key === bytesField(field)) texts[field] = reader.string();
    else if (key === bytesField(6)) validationParameter = reader.bytes();
    else if (key === bytesField(7)) collections = reader.bytes();
    else if (key === varintField(8)) initRequired = reader.boolean();
    else if (key === bytesField(9)) packageId = decodeSource(reader.bytes());
    else reader.skip(key);
  }
  const [, , name = '', version = '', endorsementPlugin = '', validationPlugin = ''] = texts;
  return {
    sequence,
    name,
    version,
    endorsementPlugin,
    validationPlugin,
    validationParameter,
    collections,
    initRequired,
    packageId,
  };
}

export function encodeDefinitionArgs(args: DefinitionArgs): Buffer {
  const writer = new Writer(512)
    .integer(1, args.sequence)
    .string(2, args.name)
    .string(3, args.version)
    .string(4, args.endorsementPlugin)
    .string(5, args.validationPlugin)
    .bytes(6, args.validationParameter)
    .bytes(7, args.collections)
    .boolean(8, args.initRequired);
  if (args.packageId !== '') writer.message(9, encodeSource(args.packageId));
  return writer.finish();
}

/** A ChaincodeSource: the package id, empty when the source is unavailable. */
function decodeSource(bytes: Uint8Array): string {
  const reader = new Reader(bytes);
  let packageId = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(2)) packageId = decodeFirstText(reader.bytes());
    else reader.skip(key);
  }
  return packageId;
}

function encodeSource(packageId: string): Buffer {
  if (packageId === '') return new Writer(8).message(1, NO_BYTES).finish();
  const local = new Writer(packageId.length + 8).string(1, packageId).finish();
  return new Writer(local.length + 8).message(2, local).finish();
}

/** Messages whose first field is a text: QueryChaincodeDefinitionArgs, QueryInstalledChaincodeArgs and others. */
export function decodeFirstText(bytes: Uint8Array): string {
  return decodeNameAndSequence(bytes).name;
}

/** QueryApprovedChaincodeDefinitionArgs; sequence 0: the newest. */
export function decodeNameAndSequence(bytes: Uint8Array): { readonly name: string; readonly sequence: number } {
  const reader = new Reader(bytes);
  let name = '';
  let sequence = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) name = reader.string();
    else if (key === varintField(2)) sequence = reader.integer();
    else reader.skip(key);
  }
  return { name, sequence };
}

/** The fields that QueryChaincodeDefinitionResult and QueryApprovedChaincodeDefinitionResult share, 1 to 7. */
function writeDefinition(writer: Writer, definition: SequencedParameters, first: number): Writer {
  writer
    .integer(first, definition.sequence)
    .string(first + 1, definition.version)
    .string(first + 2, definition.endorsementPlugin)
    .string(first + 3, definition.validationPlugin)
    .bytes(first + 4, definition.validationParameter);
  // A definition that was read from the state always has the message, if only an empty one.
  return writer.message(first + 5, definition.collections).boolean(first + 6, definition.initRequired);
}

export function encodeDefinitionResult(
  definition: SequencedParameters,
  approvals: ReadonlyMap<string, boolean>,
): Buffer {
  const writer = writeDefinition(new Writer(1024), definition, 1);
  writeApprovals(writer, 8, approvals);
  return writer.finish();
}

export function encodeApprovedResult(definition: SequencedParameters, packageId: string): Buffer {
  return writeDefinition(new Writer(1024), definition, 1).message(8, encodeSource(packageId)).finish();
}

/** QueryChaincodeDefinitionsResult. */
export function encodeDefinitionsResult(definitions: ReadonlyMap<string, SequencedParameters>): Buffer {
  const writer = new Writer(1024);
  for (const [name, definition] of definitions) {
    // ChaincodeDefinition has its name in front: all other fields are one further.
    writer.message(1, writeDefinition(new Writer(1024).string(1, name), definition, 2).finish());
  }
  return writer.finish();
}

export interface ApprovedDefinition extends SequencedParameters {
  readonly name: string;
  readonly packageId: string;
}

/** QueryApprovedChaincodeDefinitionsResult. */
export function encodeApprovedDefinitionsResult(definitions: readonly ApprovedDefinition[]): Buffer {
  const writer = new Writer(1024);
  for (const approved of definitions) {
    const fields = writeDefinition(new Writer(1024).string(1, approved.name), approved, 2);
    writer.message(1, fields.message(9, encodeSource(approved.packageId)).finish());
  }
  return writer.finish();
}

/** CheckCommitReadinessResult. */
export function encodeReadinessResult(
  approvals: ReadonlyMap<string, boolean>,
  mismatches: ReadonlyMap<string, readonly string[]>,
): Buffer {
  const writer = new Writer(512);
  writeApprovals(writer, 1, approvals);
  for (const [mspId, items] of mismatches) {
    const list = new Writer(128);
    for (const item of items) list.element(1, item);
    const value = list.finish();
    writer.message(2, new Writer(value.length + 128).string(1, mspId).message(2, value).finish());
  }
  return writer.finish();
}

function writeApprovals(writer: Writer, field: number, approvals: ReadonlyMap<string, boolean>): void {
  for (const [mspId, approved] of approvals) {
    writer.message(
      field,
      new Writer(mspId.length + 16)
        .string(1, mspId)
        .entry(2, approved ? 1 : 0)
        .finish(),
    );
  }
}

/** A package that a peer has, and the committed chaincodes that it runs, by channel. */
export interface InstalledChaincode {
  readonly packageId: string;
  readonly label: string;
  readonly references: ReadonlyMap<string, readonly { readonly name: string; readonly version: string }[]>;
}

/** QueryInstalledChaincodeResult. */
export function encodeInstalledChaincode(installed: InstalledChaincode): Buffer {
  const writer = new Writer(512).string(1, installed.packageId).string(2, installed.label);
  for (const [channel, chaincodes] of installed.references) {
    const references = new Writer(256);
    for (const { name, version } of chaincodes) {
      references.message(1, new Writer(128).string(1, name).string(2, version).finish());
    }
    const value = references.finish();
    writer.message(3, new Writer(value.length + 256).string(1, channel).message(2, value).finish());
  }
  return writer.finish();
}

/** ChaincodeEndorsementInfo, as a definition's field in the state. */
export function encodeEndorsementInfo(parameters: ChaincodeParameters): Buffer {
  return new Writer(128)
    .string(1, parameters.version)
    .boolean(2, parameters.initRequired)
    .string(3, parameters.endorsementPlugin)
    .finish();
}

export function decodeEndorsementInfo(
  bytes: Uint8Array,
): Pick<ChaincodeParameters, 'version' | 'initRequired' | 'endorsementPlugin'> {
  const reader = new Reader(bytes);
  let version = '';
  let initRequired = false;
  let endorsementPlugin = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) version = reader.string();
    else if (key === varintField(2)) initRequired = reader.boolean();
    else if (key === bytesField(3)) endorsementPlugin = reader.string();
    else reader.skip(key);
  }
  return { version, initRequired, endorsementPlugin };
}

/** ChaincodeValidationInfo, as a definition's field in the state. */
export function encodeValidationInfo(parameters: ChaincodeParameters): Buffer {
  return new Writer(parameters.validationParameter.length + 64)
    .string(1, parameters.validationPlugin)
    .bytes(2, parameters.validationParameter)
    .finish();
}

export function decodeValidationInfo(
  bytes: Uint8Array,
): Pick<ChaincodeParameters, 'validationPlugin' | 'validationParameter'> {
  const reader = new Reader(bytes);
  let validationPlugin = '';
  let validationParameter = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) validationPlugin = reader.string();
    else if (key === bytesField(2)) validationParameter = reader.bytes();
    else reader.skip(key);
  }
  return { validationPlugin, validationParameter };
}

/** StateMetadata: what kind of thing is kept under a name, and its fields. */
export interface StateMetadata {
  readonly datatype: string;
  readonly fields: readonly string[];
}

export function encodeStateMetadata(metadata: StateMetadata): Buffer {
  const writer = new Writer(128).string(1, metadata.datatype);
  for (const field of metadata.fields) writer.element(2, field);
  return writer.finish();
}

export function decodeStateMetadata(bytes: Uint8Array): StateMetadata {
  const reader = new Reader(bytes);
  let datatype = '';
  const fields: string[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) datatype = reader.string();
    else if (key === bytesField(2)) fields.push(reader.string());
    else reader.skip(key);
  }
  return { datatype, fields };
}

/** StateData: one field's value; its kind is on record even when the value is empty. */
export type StateData =
  | { readonly kind: 'Int64'; readonly value: number }
  | { readonly kind: 'Bytes'; readonly value: Buffer }
  | { readonly kind: 'String'; readonly value: string };

export function encodeStateData(data: StateData): Buffer {
  if (data.kind === 'Bytes') return new Writer(data.value.length + 16).message(2, data.value).finish();
  if (data.kind === 'String') return new Writer(256).element(3, data.value).finish();
  if (data.value === 0) return Buffer.from([varintField(1), 0]);
  return new Writer(32).integer(1, data.value).finish();
}

/** Undefined: an empty message, as which a key that is not there is read. */
export function decodeStateData(bytes: Uint8Array): StateData | undefined {
  const reader = new Reader(bytes);
  let data: StateData | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) data = { kind: 'Int64', value: reader.integer() };
    else if (key === bytesField(2)) data = { kind: 'Bytes', value: reader.bytes() };
    else if (key === bytesField(3)) data = { kind: 'String', value: reader.string() };
    else reader.skip(key);
  }
  return data;
}
