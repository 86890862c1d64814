/** Rules with a fault each, as they might have been written: a search that does not find them would show nothing. */

import { HANDLERS } from '../../contracts/execute';
import type { Handler, Handlers, Scope as Given } from '../../contracts/handler';
import type { CommandType } from '../../model/command';
import type { Context } from '../../domain/context';
import type { Pledge, Receivable } from '../../domain/records';
import { key, type Key } from '../../ledger/key';
import type { UnitOfWork } from '../../ledger/unit-of-work';
import type { Faults } from './explorer';

export type Fault = Readonly<{
  name: string;
  /** The scope in which it shows. */
  scope: 'claims' | 'documents' | 'strangers';
  /** What is then found. */
  finds: RegExp;
  faults: Faults;
}>;

/** How a faulty rule sees a record, and what it makes of one that it writes. */
type Sight = Readonly<{
  get?(at: Key<unknown>, record: unknown): unknown;
  put?(at: Key<unknown>, record: unknown, before: unknown): unknown;
}>;

function seen(work: UnitOfWork, { get, put }: Sight): UnitOfWork {
  return new Proxy(work, {
    get(target, name) {
      if (name === 'get') return (at: Key<unknown>) => (get ?? same)(at, target.get(at));
      if (name === 'put')
        return (at: Key<unknown>, record: unknown, change: undefined) => {
          const before = target.has(at) ? target.get(at) : undefined;
          target.put(at, put === undefined ? record : put(at, record, before), change);
        };
      const member = Reflect.get(target, name, target) as unknown;
      return typeof member === 'function' ? (member as (...args: unknown[]) => unknown).bind(target) : member;
    },
  });
}

const same = (_: Key<unknown>, record: unknown): unknown => record;

function faulty<T extends CommandType>(
  type: T,
  change: (run: Handler<T>['run']) => Handler<T>['run'],
): Readonly<{ handlers: Handlers }> {
  const handler = HANDLERS[type] as unknown as Handler<T>;
  return { handlers: { ...HANDLERS, [type]: { ...handler, run: change(handler.run.bind(handler)) } } };
}

const withSight = (type: CommandType, sight: Sight): Faults =>
  faulty(
    type,
    (run) => (command, scope: Given, context) => run(command, { ...scope, work: seen(scope.work, sight) }, context),
  );

const as = (context: Context, change: Partial<Context['actor']>): Context => ({
  ...context,
  actor: { ...context.actor, ...change },
});

const isA = (at: Key<unknown>, type: string): boolean => at.text.startsWith(`\u0000${type}\u0000`);

/** A receivable as if it bore these claims at the most. */
const bearing = (receivable: Receivable, claims: readonly string[]): Receivable => ({
  ...receivable,
  encumbrances: receivable.encumbrances.filter(({ pledgeId }) => claims.includes(pledgeId)),
});

export const FAULTS: readonly Fault[] = [
  {
    name: 'an acceptance that does not count what others have',
    scope: 'claims',
    finds: /covered and settled value never exceed the value/,
    faults: faulty('pledge.accept', (run) => (command, scope, context) => {
      const work = seen(scope.work, {
        get: (at, record) => (isA(at, 'receivable') ? bearing(record as Receivable, [command.pledgeId]) : record),
        put: (at, record, before) =>
          isA(at, 'receivable')
            ? {
                ...(record as Receivable),
                encumbrances: [...(before as Receivable).encumbrances, ...(record as Receivable).encumbrances],
              }
            : record,
      });
      return run(command, { ...scope, work }, context);
    }),
  },
  {
    name: 'a cancellation that does not look for claims',
    scope: 'claims',
    finds: /what has ended bears no claim/,
    faults: withSight('receivable.cancel', {
      get: (at, record) => (isA(at, 'receivable') ? { ...(record as Receivable), encumbrances: [] } : record),
      put: (at, record, before) =>
        isA(at, 'receivable')
          ? { ...(record as Receivable), encumbrances: (before as Receivable).encumbrances }
          : record,
    }),
  },
  {
    name: 'a payment that takes the whole of a claim with it',
    scope: 'claims',
    finds: /what a claim covers is let go by its claimant or was paid/,
    faults: withSight('receivable.settle', {
      put: (at, record) => {
        if (isA(at, 'receivable')) return { ...(record as Receivable), encumbrances: [] };
        const pledge = record as Pledge;
        return isA(at, 'claim') ? { ...pledge, covers: 0n, status: 'SATISFIED' } : record;
      },
    }),
  },
  {
    name: 'a withdrawal of what is active',
    scope: 'claims',
    finds: /only the debtor says that it paid/,
    faults: withSight('pledge.withdraw', {
      get: (at, record) => {
        if (record === undefined) return record;
        if (isA(at, 'receivable')) return bearing(record as Receivable, []);
        return isA(at, 'claim') ? { ...(record as Pledge), status: 'PROPOSED' } : record;
      },
    }),
  },
  {
    name: 'a registration that does not know a document again',
    scope: 'documents',
    finds: /a document/,
    faults: withSight('receivable.register', { get: (at, record) => (isA(at, 'evidence') ? undefined : record) }),
  },
  {
    name: 'a registration that takes a number again under another issuer',
    scope: 'documents',
    finds: /paper 17 backs no more than it says/,
    faults: withSight('receivable.register', { get: (at, record) => (isA(at, 'trade') ? undefined : record) }),
  },
  {
    name: 'a release by whoever asks',
    scope: 'strangers',
    finds: /only the claimant lets its claim go/,
    faults: faulty('pledge.release', (run) => (command, scope, context) => {
      const pledge = scope.work.get(key.pledge(command.pledgeId));
      const { mspId } = pledge?.pledgee ?? { mspId: '' };
      return run(command, scope, as(context, { mspId, party: undefined }));
    }),
  },
  {
    name: 'an acceptance for the bank by the pledgor',
    scope: 'strangers',
    finds: /the other side accepts/,
    faults: faulty('pledge.accept', (run) => (command, scope, context) => {
      const pledge = scope.work.get(key.pledge(command.pledgeId));
      const { mspId } = pledge?.pledgee ?? { mspId: '' };
      return run(command, scope, as(context, { mspId, party: undefined }));
    }),
  },
  {
    name: "a confirmation by the debtor's member",
    scope: 'strangers',
    finds: /only the debtor confirms or denies/,
    faults: faulty('receivable.confirm', (run) => (command, scope, context) => {
      const asset = scope.work.get(key.receivable(command.receivableId));
      return run(command, scope, as(context, { party: context.actor.party ?? asset?.debtor.uscc }));
    }),
  },
  {
    name: 'an auditor who proposes',
    scope: 'strangers',
    finds: /who reads writes nothing/,
    faults: faulty(
      'pledge.propose',
      (run) => (command, scope, context) => run(command, scope, as(context, { role: 'member' })),
    ),
  },
  {
    name: 'a ledger that takes two transactions on one version',
    scope: 'claims',
    finds: /./,
    faults: { conflict: () => false },
  },
  {
    name: "a ledger that compares no receivables' versions",
    scope: 'claims',
    finds: /a pledge weighs on its asset exactly while it is active|a claim is as its pledge says|settled/,
    faults: {
      conflict: (reads, writes) =>
        writes.some(({ key: at }) => reads.has(at) && !at.startsWith('\u0000receivable\u0000')),
    },
  },
];
