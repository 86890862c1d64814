/** The messages between a peer and a chaincode. */
import { decodeMetadataEntry, encodeMetadataEntry, type MetadataEntry } from './rwset';
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';
import { type ChaincodeEvent, decodeChaincodeEvent } from './transaction';

/** protos.ChaincodeMessage.Type */
export const MessageType = {
  REGISTER: 1,
  REGISTERED: 2,
  INIT: 3,
  READY: 4,
  TRANSACTION: 5,
  COMPLETED: 6,
  ERROR: 7,
  GET_STATE: 8,
  PUT_STATE: 9,
  DEL_STATE: 10,
  INVOKE_CHAINCODE: 11,
  RESPONSE: 13,
  GET_STATE_BY_RANGE: 14,
  GET_QUERY_RESULT: 15,
  QUERY_STATE_NEXT: 16,
  QUERY_STATE_CLOSE: 17,
  KEEPALIVE: 18,
  GET_HISTORY_FOR_KEY: 19,
  GET_STATE_METADATA: 20,
  PUT_STATE_METADATA: 21,
  GET_PRIVATE_DATA_HASH: 22,
  PURGE_PRIVATE_DATA: 23,
  WRITE_BATCH_STATE: 24,
  GET_STATE_MULTIPLE: 25,
} as const;

/** The name of a message type, as Fabric's error messages show it. */
export function messageTypeName(type: number): string {
  for (const [name, value] of Object.entries(MessageType)) if (value === type) return name;
  return String(type);
}

export interface ChaincodeMessage {
  readonly type: number;
  readonly payload: Buffer;
  readonly txId: string;
  readonly channelId: string;
  /** The bytes of the SignedProposal; with TRANSACTION and INIT only. */
  readonly proposal?: Buffer;
  /** With COMPLETED only. */
  readonly event?: ChaincodeEvent;
}

export function decodeChaincodeMessage(bytes: Uint8Array): ChaincodeMessage {
  const reader = new Reader(bytes);
  let type = 0;
  let payload = NO_BYTES;
  let txId = '';
  let channelId = '';
  let event: ChaincodeEvent | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) type = reader.integer();
    else if (key === bytesField(3)) payload = reader.bytes();
    else if (key === bytesField(4)) txId = reader.string();
    else if (key === bytesField(6)) event = decodeChaincodeEvent(reader.bytes());
    else if (key === bytesField(7)) channelId = reader.string();
    else reader.skip(key);
  }
  return { type, payload, txId, channelId, ...(event === undefined ? {} : { event }) };
}

export function encodeChaincodeMessage(message: ChaincodeMessage): Buffer {
  const writer = new Writer(message.payload.length + (message.proposal?.length ?? 0) + 256)
    .integer(1, message.type)
    .bytes(3, message.payload)
    .string(4, message.txId);
  if (message.proposal !== undefined) writer.message(5, message.proposal);
  return writer.string(7, message.channelId).finish();
}

/** What READY tells the chaincode that this peer can do: read and write many keys in one message. */
export function encodeAdditionalParams(params: { maxSizeWriteBatch: number; maxSizeGetMultipleKeys: number }): Buffer {
  return new Writer(32)
    .boolean(1, true)
    .integer(2, params.maxSizeWriteBatch)
    .boolean(3, true)
    .integer(4, params.maxSizeGetMultipleKeys)
    .finish();
}

/**
 * One record of state access. GET_STATE, DEL_STATE, GET_STATE_METADATA, PUT_STATE, PUT_STATE_METADATA and WriteRecord
 * share the numbering except for the collection's field, which the caller names.
 */
export interface StateRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly collection: string;
  readonly metadata: MetadataEntry | undefined;
  /** WriteRecord.Type, 0 elsewhere. */
  readonly type: number;
}

export function decodeStateRecord(bytes: Uint8Array, collectionField: 2 | 3): StateRecord {
  const reader = new Reader(bytes);
  let name = '';
  let value = NO_BYTES;
  let collection = '';
  let metadata: MetadataEntry | undefined;
  let type = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) name = reader.string();
    else if (key === bytesField(collectionField)) collection = reader.string();
    else if (key === bytesField(2)) value = reader.bytes();
    else if (key === bytesField(4)) metadata = decodeMetadataEntry(reader.bytes());
    else if (key === varintField(5)) type = reader.integer();
    else reader.skip(key);
  }
  return { key: name, value, collection, metadata, type };
}

export function decodeWriteBatch(bytes: Uint8Array): readonly StateRecord[] {
  const reader = new Reader(bytes);
  const records: StateRecord[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) records.push(decodeStateRecord(reader.bytes(), 3));
    else reader.skip(key);
  }
  return records;
}

export function decodeGetStateMultiple(bytes: Uint8Array): { keys: readonly string[]; collection: string } {
  const reader = new Reader(bytes);
  const keys: string[] = [];
  let collection = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) keys.push(reader.string());
    else if (key === bytesField(2)) collection = reader.string();
    else reader.skip(key);
  }
  return { keys, collection };
}

export interface GetStateByRange {
  readonly startKey: string;
  readonly endKey: string;
  readonly collection: string;
  readonly pageSize: number;
  readonly bookmark: string;
}

export function decodeGetStateByRange(bytes: Uint8Array): GetStateByRange {
  const reader = new Reader(bytes);
  let startKey = '';
  let endKey = '';
  let collection = '';
  let page = { pageSize: 0, bookmark: '' };
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) startKey = reader.string();
    else if (key === bytesField(2)) endKey = reader.string();
    else if (key === bytesField(3)) collection = reader.string();
    else if (key === bytesField(4)) page = decodeQueryMetadata(reader.bytes());
    else reader.skip(key);
  }
  return { startKey, endKey, collection, ...page };
}

/** Of a GetQueryResult all but the query itself. */
export function decodeGetQueryResult(bytes: Uint8Array): Pick<GetStateByRange, 'collection' | 'pageSize' | 'bookmark'> {
  const reader = new Reader(bytes);
  let collection = '';
  let page = { pageSize: 0, bookmark: '' };
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(2)) collection = reader.string();
    else if (key === bytesField(3)) page = decodeQueryMetadata(reader.bytes());
    else reader.skip(key);
  }
  return { collection, ...page };
}

function decodeQueryMetadata(bytes: Uint8Array): { pageSize: number; bookmark: string } {
  const reader = new Reader(bytes);
  let pageSize = 0;
  let bookmark = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) pageSize = reader.integer();
    else if (key === bytesField(2)) bookmark = reader.string();
    else reader.skip(key);
  }
  return { pageSize, bookmark };
}

/** The one string of GetHistoryForKey (key), QueryStateNext and QueryStateClose (iterator's id). */
export function decodeFirstString(bytes: Uint8Array): string {
  const reader = new Reader(bytes);
  let text = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) text = reader.string();
    else reader.skip(key);
  }
  return text;
}

export function encodeStateMetadataResult(entries: readonly MetadataEntry[]): Buffer {
  const writer = new Writer(256);
  for (const entry of entries) writer.message(1, encodeMetadataEntry(entry));
  return writer.finish();
}

/** A queryresult.KV, one result of a range query. */
export function encodeQueryResultKV(namespace: string, key: string, value: Uint8Array): Buffer {
  return new Writer(value.length + key.length * 3 + 128).string(1, namespace).string(2, key).bytes(3, value).finish();
}

/** A queryresult.KeyModification, one result of a history query. */
export function encodeKeyModification(modification: {
  txId: string;
  value: Uint8Array;
  timestamp: Uint8Array;
  isDelete: boolean;
}): Buffer {
  return new Writer(modification.value.length + 160)
    .string(1, modification.txId)
    .bytes(2, modification.value)
    .message(3, modification.timestamp)
    .boolean(4, modification.isDelete)
    .finish();
}

export interface QueryResponse {
  readonly results: readonly Buffer[];
  readonly hasMore: boolean;
  readonly id: string;
  /** With paginated queries only. */
  readonly page?: { readonly fetched: number; readonly bookmark: string };
}

export function encodeQueryResponse(response: QueryResponse): Buffer {
  const writer = new Writer(response.results.reduce((sum, result) => sum + result.length + 16, 256));
  for (const result of response.results) writer.message(1, new Writer(result.length + 8).bytes(1, result).finish());
  writer.boolean(2, response.hasMore).string(3, response.id);
  if (response.page !== undefined) {
    writer.message(4, new Writer(128).integer(1, response.page.fetched).string(2, response.page.bookmark).finish());
  }
  return writer.finish();
}
