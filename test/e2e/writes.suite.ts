/** What every write keeps: keys, waiting, replays, transactions, closed objects, problems. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Page, Receivable, TransactionView } from '../support/client';
import { cny, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';
import { until } from '../support/wait';

const { as } = useSystem({ gateways: 2 });
const sequence = new Sequence('writes');
const LEDGER_ID = /^[0-9a-f]{64}$/;

const finalState = (path: string, read: (path: string) => Promise<TransactionView>): Promise<TransactionView> =>
  until(`${path} is final`, async () => {
    const view = await read(path);
    return view.status === 'PENDING' ? undefined : view;
  });

describe('a write', () => {
  test('answers 201 with the place of what it made and the transaction that committed it', async () => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', sequence.registration());
    const made = answer.as<Receivable>(201);
    expect(answer.headers['location']).toBe(`/v1/receivables/${made.id}`);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(made.transaction).toEqual({
      id: expect.stringMatching(LEDGER_ID),
      block: expect.stringMatching(/^[1-9][0-9]*$/),
      status: 'COMMITTED',
    });
    const { transaction: _, ...view } = made;
    expect(await platform.receivable(made.id)).toEqual(view);
    expect(await platform.read<TransactionView>(`/v1/transactions/${made.transaction.id}`)).toMatchObject({
      status: 'COMMITTED',
      block: made.transaction.block,
    });
  });

  test.each(['wait=0', 'respond-async', 'respond-async, wait=0'])(
    'answers 202 with the place to ask at when the client prefers %s',
    async (prefer) => {
      const platform = await as({ member: 'platform' });
      const answer = await platform.post('/v1/receivables', sequence.registration(), { prefer });
      const pending = answer.as<{ id: string; status: string }>(202);
      expect(pending.status).toBe('PENDING');
      expect(answer.headers['location']).toBe(`/v1/transactions/${pending.id}`);
      const final = await finalState(`/v1/transactions/${pending.id}`, (path) => platform.read<TransactionView>(path));
      expect(final).toMatchObject({
        id: pending.id,
        status: 'COMMITTED',
        transactionId: expect.stringMatching(LEDGER_ID),
      });
      const { id } = final.result as Receivable;
      expect(await platform.receivable(id)).toEqual(final.result);
    },
  );

  test('that was refused shows its problem when it is asked for later', async () => {
    const platform = await as({ member: 'platform' });
    const number = sequence.invoiceNumber();
    await platform.register(sequence.registration({ number }));
    const answer = await platform.post('/v1/receivables', sequence.registration({ number }), {
      prefer: 'respond-async',
    });
    const { id } = answer.as<{ id: string }>(202);
    const final = await finalState(`/v1/transactions/${id}`, (path) => platform.read<TransactionView>(path));
    expect(final).toMatchObject({ status: 'FAILED', problem: { status: 409, code: 'DUPLICATE_EVIDENCE' } });
  });

  test('that was refused beside others that were carried out is not told as committed with them', async () => {
    const platform = await as({ member: 'platform' });
    const number = sequence.invoiceNumber();
    await platform.register(sequence.registration({ number }));
    // Those that arrive while the first is under way go together.
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, n) => {
        const body = sequence.registration(n % 3 === 2 ? { number } : {});
        return platform.post('/v1/receivables', body, { headers: { 'X-Request-Id': `together-${n}` } });
      }),
    );
    const beside = answers.flatMap((answer) =>
      answer.status === 201 || answer.problem.transactionId === undefined ? [] : [answer.problem],
    );
    expect(beside.length).toBeGreaterThan(0);
    for (const { transactionId = '', requestId } of beside) {
      const view = await platform.read<TransactionView>(`/v1/transactions/${transactionId}`);
      expect(view).toMatchObject({ status: 'FAILED', problem: { code: 'DUPLICATE_EVIDENCE', transactionId } });
      // Whoever follows it to the ledger's own transaction, which is committed, is told of it there.
      const { status, writes } = await platform.read<TransactionView>(`/v1/transactions/${view.transactionId ?? ''}`);
      expect(status).toBe('COMMITTED');
      expect(writes?.find((write) => write.id === transactionId)).toMatchObject({ requestId, status: 'FAILED' });
      expect(writes?.some((write) => write.status === 'COMMITTED')).toBe(true);
    }
  });

  test('is shown to the member that asked for it only', async () => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', sequence.registration(), { prefer: 'wait=0' });
    const { id } = answer.as<{ id: string }>(202);
    const final = await finalState(`/v1/transactions/${id}`, (path) => platform.read<TransactionView>(path));
    for (const asked of [id, final.transactionId ?? '', randomUUID(), 'no such thing', '0'.repeat(64)]) {
      const bankA = await (await as({ member: 'bank-a' })).get(`/v1/transactions/${encodeURIComponent(asked)}`);
      expect([bankA.status, bankA.problem.code]).toEqual([404, 'NOT_FOUND']);
    }
  });

  test('of a party is shown to itself and its member, and to no other party of it', async () => {
    const { uscc } = sequence.supplier;
    const supplier = await as({ member: 'platform', party: uscc });
    const made = (await supplier.post('/v1/receivables', sequence.registration())).as<Receivable>(201);
    const path = `/v1/transactions/${made.transaction.id}`;
    for (const client of [supplier, await as({ member: 'platform' })]) {
      expect(await client.read<TransactionView>(path)).toMatchObject({ status: 'COMMITTED' });
    }
    const other = await (await as({ member: 'platform', party: sequence.buyer.uscc })).get(path);
    expect([other.status, other.problem.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('without an idempotency key is not done', async () => {
    const platform = await as({ member: 'platform' });
    for (const path of ['/v1/receivables', '/v1/pledges', '/v1/parties', '/v1/receivables/imports']) {
      const answer = await platform.post(path, {}, { key: null });
      expect([path, answer.status, answer.problem.code]).toEqual([path, 400, 'IDEMPOTENCY_KEY_REQUIRED']);
    }
  });

  test.each([
    ['a space in it', 'a b'],
    ['129 characters', 'k'.repeat(129)],
    ['letters beyond ASCII', 'schl\u00fcssel'],
  ])('with a key that has %s is not done', async (_, key) => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', sequence.registration(), { key });
    expect(answer.status).toBe(400);
    expect(answer.problem).toMatchObject({ code: 'INVALID_INPUT', field: 'Idempotency-Key' });
  });

  test('repeated with its key gives the first answer again and does nothing', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration();
    const key = 'k'.repeat(128);
    const first = await platform.post('/v1/receivables', body, { key });
    first.as<Receivable>(201);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    // Other white space and order of members: the same request.
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(body).reverse()), undefined, 2);
    for (const text of [JSON.stringify(body), reordered]) {
      const again = await platform.call('POST', '/v1/receivables', text, { key }, 'application/json');
      expect([again.status, again.text]).toEqual([first.status, first.text]);
      expect(again.headers['idempotency-replayed']).toBe('true');
    }
    const found = await platform.read<Page<Receivable>>(`/v1/receivables?holder=${sequence.supplier.uscc}&limit=200`);
    const number = body.evidence[0]?.number;
    expect(found.items.filter(({ evidence }) => evidence[0]?.number === number)).toHaveLength(1);
  });

  test('that was refused gives the same refusal again under its key', async () => {
    const platform = await as({ member: 'platform' });
    const number = sequence.invoiceNumber();
    await platform.register(sequence.registration({ number }));
    const key = randomUUID();
    const body = sequence.registration({ number });
    const first = await platform.post('/v1/receivables', body, { key });
    const again = await platform.post('/v1/receivables', body, { key });
    expect(first.problem.code).toBe('DUPLICATE_EVIDENCE');
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  test('with a key that another body or another call has used is not done', async () => {
    const platform = await as({ member: 'platform' });
    const key = randomUUID();
    const body = sequence.registration();
    const { id } = (await platform.post('/v1/receivables', body, { key })).as<Receivable>(201);
    const otherBody = await platform.post('/v1/receivables', sequence.registration(), { key });
    const otherCall = await platform.post(`/v1/receivables/${id}/cancellation`, { reason: 'x' }, { key });
    for (const answer of [otherBody, otherCall]) {
      expect([answer.status, answer.problem.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    }
    expect(await platform.receivable(id)).toMatchObject({ status: 'REGISTERED' });
  });

  test('may use a key that another member uses', async () => {
    const platform = await as({ member: 'platform' });
    const bankA = await as({ member: 'bank-a' });
    const key = randomUUID();
    const asset = (await platform.post('/v1/receivables', sequence.registration(), { key })).as<Receivable>(201);
    const answer = await bankA.post('/v1/pledges', sequence.terms(asset, 'bank-a'), { key });
    expect(answer.status).toBe(201);
  });
});

describe('a request that is not as it should be', () => {
  const CASES: readonly (readonly [string, (body: Record<string, unknown>) => unknown, string])[] = [
    ['an unknown field', (body) => ({ ...body, colour: 'red' }), 'colour'],
    [
      'an unknown field deep inside',
      (body) => ({ ...body, creditor: { ...sequence.supplier, vip: true } }),
      'creditor.vip',
    ],
    ['a missing field', ({ dueDate: _, ...body }) => body, 'dueDate'],
    ['money as a number', (body) => ({ ...body, amount: { currency: 'CNY', amount: 10 } }), 'amount.amount'],
    ['too many decimals', (body) => ({ ...body, amount: cny('1.001') }), 'amount.amount'],
    ['a currency that is none', (body) => ({ ...body, amount: { currency: 'XYZ', amount: '1' } }), 'amount.currency'],
    ['a day that does not exist', (body) => ({ ...body, dueDate: '2027-02-30' }), 'dueDate'],
    ['no evidence', (body) => ({ ...body, evidence: [] }), 'evidence'],
    [
      'a wrong check character',
      (body) => ({ ...body, debtor: { uscc: '91350100M000100Y44', name: 'X' } }),
      'debtor.uscc',
    ],
  ];

  test.each(CASES)('%s: refused as INVALID_INPUT that names the field', async (_, change, field) => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', change({ ...sequence.registration() }));
    expect(answer.status).toBe(400);
    expect(answer.problem).toMatchObject({ code: 'INVALID_INPUT', field });
  });

  test('gets a problem with every member that the contract names', async () => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', {}, { headers: { 'X-Request-Id': 'req-1' } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['x-request-id']).toBe('req-1');
    expect(answer.problem).toEqual({
      type: expect.stringContaining('INVALID_INPUT'),
      title: expect.any(String),
      status: 400,
      detail: expect.stringContaining('creditor'),
      code: 'INVALID_INPUT',
      field: 'creditor',
      retryable: false,
      requestId: 'req-1',
    });
  });

  test('gets a problem for a path or a method that is none', async () => {
    const platform = await as({ member: 'platform' });
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['DELETE', '/v1/receivables'],
      ['PUT', '/v1/pledges/x'],
      ['GET', '/'],
    ] as const) {
      const answer = await platform.call(method, path, undefined, { key: null });
      expect([404, 405]).toContain(answer.status);
      expect(answer.problem.code).toBe('NOT_FOUND');
    }
  });
});

describe('two gateways', () => {
  test('show one another what they wrote', async () => {
    const one = await as({ member: 'platform' }, 0);
    const other = await as({ member: 'platform' }, 1);
    const made = await one.register(sequence.registration());
    const { transaction: _, ...view } = made;
    expect(await other.receivable(made.id)).toEqual(view);
  });
});
