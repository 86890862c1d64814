/** Two gateways on one PostgreSQL: what one of them takes in, the other one knows. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { settle } from '../crash/submission';
import type { Client, Receivable, TransactionView } from '../support/client';
import { testServer } from '../support/postgres-database';
import { Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const onServer = testServer() === undefined ? describe.skip : describe;
const PATH = '/v1/receivables';

onServer('two gateways on one PostgreSQL (npm run test:postgres; skipped without ONEPLEDGE_TEST_DATABASE_URL)', () => {
  const { as, system } = useSystem({ gateways: 2, faultsAllowed: true });
  const sequence = new Sequence('postgres');
  const both = (): Promise<[Client, Client]> =>
    Promise.all([as({ member: 'platform' }, 0), as({ member: 'platform' }, 1)]);

  test('the same key at the same instant through both is one receivable and one answer', async () => {
    const [one, other] = await both();
    const replayed: (string | undefined)[] = [];
    for (let round = 0; round < 25; round += 1) {
      const [body, key] = [sequence.registration(), randomUUID()];

      const answers = await Promise.all([one.post(PATH, body, { key }), other.post(PATH, body, { key })]);

      const [first, second] = answers.map((answer) => answer.as<Receivable>(201));
      expect(second).toEqual(first);
      replayed.push(...answers.map(({ headers }) => headers['idempotency-replayed']));
    }
    expect(replayed.filter((value) => value === 'true')).toHaveLength(25);
  });

  test('the same key with another body through the other one is refused', async () => {
    const [one, other] = await both();
    const key = randomUUID();
    (await one.post(PATH, sequence.registration(), { key })).as(201);

    const { problem } = await other.post(PATH, sequence.registration(), { key });

    expect([problem.status, problem.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('a transaction of one can be asked for at the other one', async () => {
    const [one, other] = await both();
    const { transaction } = await one.register(sequence.registration());

    expect(await other.read<TransactionView>(`/v1/transactions/${transaction.id}`)).toMatchObject({
      status: 'COMMITTED',
      block: transaction.block,
    });
  });

  test.each([20, 60, 120])(
    'one that is killed after %i ms: each of its requests has one answer, at both',
    async (delay) => {
      const [one, other] = await both();
      const gateway = system().gateways[0];
      const acts = Array.from({ length: 20 }, () => ({
        ...{ client: one, path: PATH, key: randomUUID() },
        body: sequence.registration(),
      }));
      const submitted = acts.map((act) => settle(act));
      await sleep(delay);
      await gateway?.program.kill();
      // Asked for at the other one meanwhile: known and without an answer yet, or final, or new to both.
      const meanwhile = acts.map(({ path, body, key }) => other.post(path, body, { key, prefer: 'wait=1' }));
      gateway?.program.start();

      const answers = (await Promise.all(submitted)).map(({ answer }) => answer.as<Receivable>(201));

      expect(new Set(answers.map(({ id }) => id)).size).toBe(acts.length);
      for (const answer of await Promise.all(meanwhile)) expect([201, 202]).toContain(answer.status);
      const again = await Promise.all(acts.map(({ path, body, key }) => other.post(path, body, { key })));
      expect(again.map((answer) => answer.as<Receivable>(201).id)).toEqual(answers.map(({ id }) => id));
      await system().ready();
    },
  );
});
