/** Answers to what a chaincode asks of its peer while it runs a transaction: one handler a message type. */
import { randomUUID } from 'node:crypto';
import { NO_BYTES } from '../wire/protobuf';
import {
  decodeFirstString,
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
import { SimulationError } from '../endorser/simulator';
import { type TransactionContext } from './context';
import { historyResults, nextBatch, rangeResults, readPage, type ResultIterator } from './queries';

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
  [
    MessageType.GET_QUERY_RESULT,
    refuse('rich queries need a document database; this state database has keys and ranges'),
  ],
  [MessageType.GET_PRIVATE_DATA_HASH, refuse('private data collections are not supported by this network')],
  [MessageType.PURGE_PRIVATE_DATA, refuse('private data collections are not supported by this network')],
  [MessageType.INVOKE_CHAINCODE, refuse('calling another chaincode is not supported by this network')],
]);

function refuse(reason: string): Handler {
  return () => {
    throw new SimulationError(reason);
  };
}

function requireNoCollection(collection: string): void {
  if (collection !== '') throw new SimulationError('private data collections are not supported by this network');
}

function getState(payload: Buffer, context: TransactionContext): Buffer {
  const { key, collection } = decodeStateRecord(payload, 2);
  requireNoCollection(collection);
  return context.simulator.getState(context.namespace, key) ?? NO_BYTES;
}

function getStateMultiple(payload: Buffer, context: TransactionContext): Buffer {
  const { keys, collection } = decodeGetStateMultiple(payload);
  requireNoCollection(collection);
  return encodeRepeatedBytes(keys.map((key) => context.simulator.getState(context.namespace, key) ?? NO_BYTES));
}

function getStateMetadata(payload: Buffer, context: TransactionContext): Buffer {
  const { key, collection } = decodeStateRecord(payload, 2);
  requireNoCollection(collection);
  return encodeStateMetadataResult(context.simulator.getStateMetadata(context.namespace, key));
}

function writeBatch(payload: Buffer, context: TransactionContext): Buffer {
  for (const record of decodeWriteBatch(payload)) write(record, record.type, context);
  return NO_BYTES;
}

function write(record: StateRecord, type: number, { simulator, namespace }: TransactionContext): Buffer {
  requireNoCollection(record.collection);
  switch (type) {
    case MessageType.PUT_STATE:
      simulator.setState(namespace, record.key, record.value);
      return NO_BYTES;
    case MessageType.DEL_STATE:
      simulator.deleteState(namespace, record.key);
      return NO_BYTES;
    case MessageType.PUT_STATE_METADATA:
      simulator.setStateMetadata(namespace, record.key, record.metadata === undefined ? [] : [record.metadata]);
      return NO_BYTES;
    default:
      throw new SimulationError('unknown operation type');
  }
}

async function getStateByRange(payload: Buffer, context: TransactionContext): Promise<Buffer> {
  const { startKey, endKey, collection, pageSize, bookmark } = decodeGetStateByRange(payload);
  requireNoCollection(collection);
  const paginated = pageSize !== 0 || bookmark !== '';
  const start = paginated && bookmark !== '' ? bookmark : startKey;
  const range = context.simulator.range(context.namespace, start, endKey, paginated ? pageSize : undefined);
  const iterator = rangeResults(context.namespace, range);
  const id = randomUUID();
  return paginated ? readPage(id, iterator, pageSize) : openQuery(id, iterator, context);
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
