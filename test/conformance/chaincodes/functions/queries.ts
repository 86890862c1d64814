/** Ranges, pages, composite keys, histories. */
import { type Iterators, type StateQueryResponse } from 'fabric-shim';
import { arg, type Functions, json, text } from './function';

type Pairs = AsyncIterable<Iterators.KV>;

export const queries: Functions = {
  /** fill prefix count: keys prefix00000, prefix00001 … */
  fill: async (stub, args) => {
    for (let index = 0; index < Number(arg(args, 1)); index += 1) {
      await stub.putState(arg(args, 0) + String(index).padStart(5, '0'), text(`value ${index}`));
    }
    return text('filled');
  },
  range: async (stub, args) => json(await pairs(stub.getStateByRange(arg(args, 0), arg(args, 1)))),
  rangeKeys: async (stub, args) => {
    const found = await pairs(stub.getStateByRange(arg(args, 0), arg(args, 1)));
    return json(found.map(([key]) => key));
  },
  /** Writes first, then reads the range. */
  putThenRange: async (stub, args) => {
    await stub.putState(arg(args, 0), text('new'));
    return json(await pairs(stub.getStateByRange(arg(args, 1), arg(args, 2))));
  },
  /** count start end key: writes how many keys are in the range. */
  count: async (stub, args) => {
    const found = await pairs(stub.getStateByRange(arg(args, 0), arg(args, 1)));
    await stub.putState(arg(args, 2), text(String(found.length)));
    return text(String(found.length));
  },
  /** first start end key: reads one result of the range only, then writes. */
  first: async (stub, args) => {
    const iterator = await stub.getStateByRange(arg(args, 0), arg(args, 1));
    const { value } = (await iterator.next()) as { value: Iterators.KV };
    await iterator.close();
    await stub.putState(arg(args, 2), text(value.key));
    return text(value.key);
  },
  page: async (stub, args) => {
    const [start = '', end = '', size = '', bookmark = ''] = args;
    return page(await stub.getStateByRangeWithPagination(start, end, Number(size), bookmark));
  },
  pageThenPut: async (stub, args) => {
    const [start = '', end = '', size = '', key = ''] = args;
    await stub.getStateByRangeWithPagination(start, end, Number(size), '');
    await stub.putState(key, text('x'));
    return text('written');
  },
  /** putComposite value type attribute… */
  putComposite: async (stub, [value = '', type = '', ...attributes]) => {
    await stub.putState(stub.createCompositeKey(type, attributes), text(value));
    return text('written');
  },
  getComposite: async (stub, [type = '', ...attributes]) => stub.getState(stub.createCompositeKey(type, attributes)),
  /** Attributes and values of the keys that begin so. */
  composites: async (stub, [type = '', ...attributes]) => {
    const found = await pairs(stub.getStateByPartialCompositeKey(type, attributes));
    return json(found.map(([key, value]) => [...stub.splitCompositeKey(key).attributes, value]));
  },
  compositePage: async (stub, [size = '', bookmark = '', type = '', ...attributes]) =>
    page(await stub.getStateByPartialCompositeKeyWithPagination(type, attributes, Number(size), bookmark)),
  history: async (stub, args) => {
    const found: unknown[] = [];
    // An iterator by itself, though the shim's types say that it must be waited for.
    for await (const { txId, value, isDelete } of stub.getHistoryForKey(
      arg(args, 0),
    ) as AsyncIterable<Iterators.KeyModification>) {
      found.push({ txId, value: Buffer.from(value).toString(), isDelete });
    }
    return json(found);
  },
  /** richPage size bookmark query [key to write before] */
  richPage: async (stub, [size = '', bookmark = '', query = '', key = '']) => {
    if (key !== '') await stub.putState(key, text('x'));
    return page(await stub.getQueryResultWithPagination(query, Number(size), bookmark));
  },
  rich: async (stub, args) => json(await pairs(stub.getQueryResult(arg(args, 0)))),
};

/** All keys of a query, with their values. */
export async function pairs(results: Pairs): Promise<readonly (readonly [string, string])[]> {
  const found: [string, string][] = [];
  for await (const { key, value } of results) found.push([key, Buffer.from(value).toString()]);
  return found;
}

async function page({ iterator, metadata }: StateQueryResponse<Iterators.StateQueryIterator>): Promise<Buffer> {
  const keys: string[] = [];
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) keys.push(next.value.key);
  return json({ keys, count: metadata.fetchedRecordsCount, bookmark: metadata.bookmark });
}
