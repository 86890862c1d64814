import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { WriteContext } from '../route';
import type { Services } from '../services';
import { importRoutes } from './imports';
import { transactionRoutes } from './transactions';

/** A gateway whose database has said nothing of what was stored. */
function servicesInDoubt(id: string): Services {
  const services = {
    outbox: () => ({ inDoubt: (asked: string) => asked === id, known: () => undefined }),
    store: () => ({ intent: () => Promise.resolve(undefined) }),
    imports: () => ({ view: () => Promise.resolve(undefined) }),
  };
  return services as unknown as Services;
}

function asked(id: string): WriteContext<unknown, unknown, unknown> {
  const context = { principal: { member: 'bank-a', role: 'member' }, params: { id } };
  return context as unknown as WriteContext<unknown, unknown, unknown>;
}

test('a write whose storing is in doubt is pending, and not one that was never asked for', async () => {
  const id = randomUUID();
  const [route] = transactionRoutes(servicesInDoubt(id));

  expect(await route?.handle(asked(id))).toEqual({ status: 200, body: { id, status: 'PENDING' } });
  await expect(route?.handle(asked(randomUUID()))).rejects.toMatchObject({ problem: { code: 'NOT_FOUND' } });
});

test('a write that was answered is not pending to who asks while its end is being stored', async () => {
  const id = randomUUID();
  const intent = { id, kind: 'COMMAND', member: 'bank-a', requestId: 'r', outcome: undefined };
  const outcome = { state: 'FAILED', problem: { code: 'INVALID_STATE', detail: 'no' } };
  // Read before the end was stored, and asked whether it is known after.
  const services = {
    outbox: () => ({ inDoubt: () => false, known: () => undefined }),
    store: () => ({
      intent: () => Promise.resolve(intent),
      intents: () => Promise.resolve([{ ...intent, outcome }]),
    }),
  };
  const [route] = transactionRoutes(services as unknown as Services);

  expect(await route?.handle(asked(id))).toMatchObject({ body: { id, status: 'FAILED' } });
});

test('an import whose storing is in doubt is to be asked for again', async () => {
  const id = randomUUID();
  const route = importRoutes(servicesInDoubt(id), { bytes: 1, files: 1 }).find(({ method }) => method === 'get');

  await expect(route?.handle(asked(id))).rejects.toMatchObject({ problem: { code: 'LEDGER_UNAVAILABLE' } });
  await expect(route?.handle(asked(randomUUID()))).rejects.toMatchObject({ problem: { code: 'NOT_FOUND' } });
});
