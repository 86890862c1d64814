/** Answers to what a chaincode asks of its peer while it runs a transaction: one handler a message type. */
import { randomUUID } from 'node:crypto';
import { NO_BYTES } from '../wire/protobuf';
import {
  decodeFirstString,
  decodeGetQueryResult,
  decodeGetStateByRange,
  decodeGetStateMultiple,
  decodeStateRecord,
  decodeWriteBatch,
  encodeQueryResponse,
  encodeStateMetadataResult,
  MessageType,
  type StateRecord,
} from '../wire/shim';
import { encodeRepeatedBytes } from '../wire/block';
import { SimulationError } from '../endorser/errors';
import { type MetadataEntry } from '../wire/rwset';
import { type TransactionContext } from './context';
import { historyResults, nextBatch, rangeResults, readPage, type ResultIterator, scanResults } from './queries';

/** Gives the payload of the RESPONSE; what it throws becomes an ERROR message to the chaincode. */
export type Handler = (payload: Buffer, context: TransactionContext) => Buffer | Promise<Buffer>;

/** By message type; a type that is not here ends the stream, as in Fabric. */
export const handlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [MessageType.GET_STATE, getState],
  [MessageType.GET_STATE_MULTIPLE, getStateMultiple],
  [MessageType.PUT_STATE, (payload, context) => write(decodeStateRecord(payload, 3), MessageType.PUT_STATE, context)],
  [MessageType.DEL_STATE, (payload, context) => write(decodeStateRecord(payload, 2), MessageType.DEL_STATE, context)],
  [MessageType.GET_STATE_METADATA, getStateMetadata],
  [
    MessageType.PUT_STATE_METADATA,
    (payload, context) => write(decodeStateRecord(payload, 3), MessageType.PUT_STATE_METADATA, context),
  ],
  [MessageType.WRITE_BATCH_STATE, writeBatch],
  [MessageType.GET_STATE_BY_RANGE, getStateByRange],
  [MessageType.GET_HISTORY_FOR_KEY, getHistoryForKey],
  [MessageType.QUERY_STATE_NEXT, queryStateNext],
  [MessageType.QUERY_STATE_CLOSE, queryStateClose],
  [MessageType.GET_QUERY_RESULT, getQueryResult],
  [MessageType.GET_PRIVATE_DATA_HASH, getPrivateDataHash],
  [
    MessageType.PURGE_PRIVATE_DATA,
    (payload, context) => write(decodeStateRecord(payload, 2), MessageType.PURGE_PRIVATE_DATA, context),
  ],
  [MessageType.INVOKE_CHAINCODE, (payload, context) => context.transaction.invoke(payload)],
]);

/** Rich queries are refused, as by Fabric where the state is in LevelDB; whoever may not ask is told so first. */
function getQueryResult(payload: Buffer, { simulator, namespace, collections }: TransactionContext): never {
  const { collection, pageSize, bookmark } = decodeGetQueryResult(payload);
  if (collection !== '') {
    collections.requireRead(namespace, collection);
    simulator.privateData.requireQueries(namespace, collection);
  } else if (pageSize !== 0 || bookmark !== '') {
    simulator.requirePages();
    throw new SimulationError('ExecuteQueryWithMetadata not supported for leveldb');
  }
  throw new SimulationError('ExecuteQuery not supported for leveldb');
}

function getState(payload: Buffer, { simulator, namespace, collections }: TransactionContext): Buffer {
  const { key, collection } = decodeStateRecord(payload, 2);
  if (collection === '') return simulator.getState(namespace, key) ?? NO_BYTES;
  collections.requireRead(namespace, collection);
  return simulator.privateData.get(namespace, collection, key) ?? NO_BYTES;
}

function getStateMultiple(payload: Buffer, { simulator, namespace, collections }: TransactionContext): Buffer {
  const { keys, collection } = decodeGetStateMultiple(payload);
  if (collection === '') {
    const values: Buffer[] = [];
    for (const key of keys) values.push(simulator.getState(namespace, key) ?? NO_BYTES);
    return encodeRepeatedBytes(values);
  }
  collections.requireRead(namespace, collection);
  const values = simulator.privateData.getMultiple(namespace, collection, keys);
  return encodeRepeatedBytes(values.map((value) => value ?? NO_BYTES));
}

/** Asks nobody's leave: the hashes are every channel member's. */
function getPrivateDataHash(payload: Buffer, { simulator, namespace, collections }: TransactionContext): Buffer {
  collections.requireOutsideInit();
  const { key, collection } = decodeStateRecord(payload, 2);
  return simulator.privateData.getHash(namespace, collection, key) ?? NO_BYTES;
}

function getStateMetadata(payload: Buffer, { simulator, namespace, collections }: TransactionContext): Buffer {
  const { key, collection } = decodeStateRecord(payload, 2);
  if (collection === '') return encodeStateMetadataResult(simulator.getStateMetadata(namespace, key));
  collections.requireRead(namespace, collection);
  return encodeStateMetadataResult(simulator.privateData.getMetadata(namespace, collection, key));
}

function writeBatch(payload: Buffer, context: TransactionContext): Buffer {
  for (const record of decodeWriteBatch(payload)) write(record, record.type, context);
  return NO_BYTES;
}

function write(record: StateRecord, type: number, context: TransactionContext): Buffer {
  if (record.collection !== '') return writePrivateData(record, type, context);
  const { simulator, namespace } = context;
  switch (type) {
    case MessageType.PUT_STATE:
      simulator.setState(namespace, record.key, record.value);
      return NO_BYTES;
    case MessageType.DEL_STATE:
      simulator.deleteState(namespace, record.key);
      return NO_BYTES;
    case MessageType.PUT_STATE_METADATA:
      simulator.setStateMetadata(namespace, record.key, metadataOf(record));
      return NO_BYTES;
    case MessageType.PURGE_PRIVATE_DATA:
      throw new SimulationError('only applicable for private data');
    default:
      throw new SimulationError('unknown operation type');
  }
}

function writePrivateData(record: StateRecord, type: number, context: TransactionContext): Buffer {
  const { simulator, namespace, collections } = context;
  const { collection, key } = record;
  collections.requireWrite(namespace, collection);
  switch (type) {
    case MessageType.PUT_STATE:
      simulator.privateData.set(namespace, collection, key, record.value);
      return NO_BYTES;
    case MessageType.DEL_STATE:
      simulator.privateData.delete(namespace, collection, key);
      return NO_BYTES;
    case MessageType.PURGE_PRIVATE_DATA:
      simulator.privateData.purge(namespace, collection, key);
      return NO_BYTES;
    case MessageType.PUT_STATE_METADATA:
      simulator.privateData.setMetadata(namespace, collection, key, metadataOf(record));
      return NO_BYTES;
    default:
      throw new SimulationError('unknown operation type');
  }
}

/** A put of one entry is the key's whole metadata, as in Fabric. */
function metadataOf({ metadata }: StateRecord): readonly MetadataEntry[] {
  return metadata === undefined ? [] : [metadata];
}

async function getStateByRange(payload: Buffer, context: TransactionContext): Promise<Buffer> {
  const { startKey, endKey, collection, pageSize, bookmark } = decodeGetStateByRange(payload);
  if (collection !== '') return getPrivateDataByRange(collection, startKey, endKey, context);
  const paginated = pageSize !== 0 || bookmark !== '';
  const start = paginated && bookmark !== '' ? bookmark : startKey;
  const range = context.simulator.range(context.namespace, start, endKey, paginated ? pageSize : undefined);
  const iterator = rangeResults(context.namespace, range);
  const id = randomUUID();
  return paginated ? readPage(id, iterator, pageSize) : openQuery(id, iterator, context);
}

/** As in Fabric, a page's size and bookmark are passed over: private data are read to the end. */
function getPrivateDataByRange(
  collection: string,
  startKey: string,
  endKey: string,
  context: TransactionContext,
): Promise<Buffer> {
  const { simulator, namespace, collections } = context;
  collections.requireRead(namespace, collection);
  const scan = simulator.privateData.range(namespace, collection, startKey, endKey);
  return openQuery(randomUUID(), scanResults(namespace, scan), context);
}

function getHistoryForKey(payload: Buffer, context: TransactionContext): Promise<Buffer> {
  const key = decodeFirstString(payload);
  const iterator = historyResults(context.ledger, context.simulator.view, context.namespace, key);
  return openQuery(randomUUID(), iterator, context);
}

async function openQuery(id: string, iterator: ResultIterator, context: TransactionContext): Promise<Buffer> {
  context.queries.set(id, iterator);
  return continueQuery(id, iterator, context);
}

async function continueQuery(id: string, iterator: ResultIterator, context: TransactionContext): Promise<Buffer> {
  try {
    const { response, done } = await nextBatch(id, iterator);
    if (done) context.queries.delete(id);
    return response;
  } catch (error) {
    context.queries.delete(id);
    await iterator.close();
    throw error;
  }
}

function queryStateNext(payload: Buffer, context: TransactionContext): Promise<Buffer> {
  const id = decodeFirstString(payload);
  const iterator = context.queries.get(id);
  if (iterator === undefined) throw new SimulationError('query iterator not found');
  return continueQuery(id, iterator, context);
}

async function queryStateClose(payload: Buffer, context: TransactionContext): Promise<Buffer> {
  const id = decodeFirstString(payload);
  const iterator = context.queries.get(id);
  context.queries.delete(id);
  await iterator?.close();
  return encodeQueryResponse({ results: [], hasMore: false, id });
}
