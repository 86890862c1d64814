/** Range and history queries, answered to a chaincode batch by batch. */
import { type RangeIterator } from '../endorser/simulator';
import { type Ledger } from '../ledger/ledger';
import { type RangeScan, type StateView, type VersionedKV } from '../ledger/state';
import { decodeChannelHeader, decodeEnvelope, decodePayload } from '../wire/common';
import { readWriteSets } from '../wire/results';
import { type Version } from '../wire/rwset';
import { encodeKeyModification, encodeQueryResponse, encodeQueryResultKV } from '../wire/shim';

/** Results a message, and results a query in all: the peer's defaults. */
const BATCH = 100;
export const TOTAL_QUERY_LIMIT = 100_000;

/** The encoded results of a query, one by one. */
export interface ResultIterator {
  next(): Promise<Buffer | undefined>;
  close(): Promise<void>;
  /** Only of range queries: where a next page would begin. */
  bookmark?(): Promise<string>;
  /** How many results have been given to the chaincode. */
  count: number;
  /** A result that has been read but did not fit the last batch. */
  pending: Buffer | undefined;
}

export function rangeResults(namespace: string, iterator: RangeIterator): ResultIterator {
  return {
    count: 0,
    pending: undefined,
    next: async () => {
      const result = await iterator.next();
      return result === undefined ? undefined : encodeQueryResultKV(namespace, result.key, result.value);
    },
    bookmark: () => iterator.bookmark(),
    close: () => iterator.close(),
  };
}

/** A range that is not recorded as read. */
export function scanResults(namespace: string, scan: RangeScan): ResultIterator {
  let fetched: readonly VersionedKV[] = [];
  let position = 0;
  return {
    count: 0,
    pending: undefined,
    next: async () => {
      if (position === fetched.length) {
        fetched = await scan.next(BATCH);
        position = 0;
      }
      const result = fetched[position];
      position += 1;
      return result === undefined ? undefined : encodeQueryResultKV(namespace, result.key, result.value);
    },
    close: () => scan.close(),
  };
}

/** A key's history, newest first; the values are read from the transactions themselves. */
export function historyResults(ledger: Ledger, view: StateView, namespace: string, key: string): ResultIterator {
  const scan = view.history(namespace, key);
  let fetched: Version[] = [];
  return {
    count: 0,
    pending: undefined,
    next: async () => {
      if (fetched.length === 0) fetched = await scan.next(BATCH);
      const version = fetched.shift();
      if (version === undefined) return undefined;
      const envelope = ledger.envelope(version.block, version.tx);
      if (envelope === undefined) throw new Error(`transaction ${version.tx} of block ${version.block} is missing`);
      return keyModification(envelope, namespace, key);
    },
    close: () => scan.close(),
  };
}

/** The next batch as a QueryResponse; the iterator is closed with the last one. */
export async function nextBatch(id: string, iterator: ResultIterator): Promise<{ response: Buffer; done: boolean }> {
  const results: Buffer[] = [];
  if (iterator.pending !== undefined) results.push(iterator.pending);
  iterator.pending = undefined;
  while (iterator.count < TOTAL_QUERY_LIMIT) {
    const result = await iterator.next();
    if (result === undefined) break;
    iterator.count += 1;
    if (results.length === BATCH) {
      iterator.pending = result;
      return { response: encodeQueryResponse({ results, hasMore: true, id }), done: false };
    }
    results.push(result);
  }
  await iterator.close();
  return { response: encodeQueryResponse({ results, hasMore: false, id }), done: true };
}

/** One page with the bookmark of the next one. */
export async function readPage(id: string, iterator: ResultIterator, pageSize: number): Promise<Buffer> {
  const limit = pageSize > 0 ? Math.min(pageSize, TOTAL_QUERY_LIMIT) : TOTAL_QUERY_LIMIT;
  const results: Buffer[] = [];
  while (results.length < limit) {
    const result = await iterator.next();
    if (result === undefined) break;
    results.push(result);
  }
  const bookmark = (await iterator.bookmark?.()) ?? '';
  await iterator.close();
  return encodeQueryResponse({ results, hasMore: false, id, page: { fetched: results.length, bookmark } });
}

function keyModification(envelope: Buffer, namespace: string, key: string): Buffer {
  const { header } = decodePayload(decodeEnvelope(envelope).payload);
  if (header === undefined) throw new Error('a transaction in the history is malformed');
  const { txId, timestamp } = decodeChannelHeader(header.channelHeader);
  const set = readWriteSets(envelope).find((candidate) => candidate.namespace === namespace);
  const write = set?.writes.find((candidate) => candidate.key === key);
  if (write === undefined) throw new Error(`transaction ${txId} does not write the key`);
  return encodeKeyModification({ txId, value: write.value, timestamp, isDelete: write.isDelete });
}
