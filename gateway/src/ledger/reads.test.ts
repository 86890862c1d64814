import { expect, test } from '@jest/globals';
import type { QueryInput, QueryResult } from '@onepledge/chaincode/model';
import { PRINCIPAL } from '../outbox/testing/bench';
import { problem } from '../problem';
import { GroupedReads } from './reads';

const QUERY: QueryInput = { type: 'member.list' };

test('a query waits until it is known how far a peer must have come', async () => {
  const asked: number[] = [];
  const ledger = {
    evaluate: (_: unknown, queries: readonly QueryInput[]): Promise<readonly QueryResult[]> => {
      asked.push(queries.length);
      return Promise.resolve(queries.map(() => ({ ok: true, value: 'read' })));
    },
  };
  let known: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    known = resolve;
  });
  const reads = new GroupedReads(ledger, () => ready);

  const answer = reads.query(PRINCIPAL, QUERY);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toEqual([]);
  known();

  expect(await answer).toBe('read');
});

test('a query is refused where that does not come to be known', async () => {
  const ledger = { evaluate: () => Promise.reject(new Error('asked')) };
  const reads = new GroupedReads(ledger, () => Promise.reject(problem('LEDGER_UNAVAILABLE', 'starting')));

  await expect(reads.query(PRINCIPAL, QUERY)).rejects.toMatchObject({ problem: { code: 'LEDGER_UNAVAILABLE' } });
});
