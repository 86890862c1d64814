/** What enough members have forged in a form that no rule writes, where no claim guards the key: lists and histories go on without it, and name it. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from '../../model/query';
import type { HistoryEntry, PledgeView, ReceivableView } from '../../model/view';
import { compositeKey, INDEX, key, OBJECT } from '../../ledger/key';
import { registered } from '../../testing/beginnings';
import {
  anInvoice,
  aParty,
  aProposal,
  aReceivable,
  auditor,
  bankA,
  platform,
  SUPPLIER,
  supplier,
} from '../../testing/builders';
import { Ledger } from '../../testing/ledger';

let forgeries = 0;
let ledger: Ledger;
let good: ReceivableView;
let bad: ReceivableView;

beforeEach(async () => {
  ledger = await Ledger.founded();
  good = await registered(ledger);
  bad = await registered(ledger);
});

/** Writes a value that the rules have not seen. */
async function forge(...values: readonly Readonly<{ at: string; value: string }>[]): Promise<void> {
  forgeries += 1;
  const simulation = ledger.world.simulate(`forgery ${forgeries}`, '2026-11-22T05:00:00.000Z');
  await simulation.write(values.map(({ at, value }) => ({ key: at, value: Buffer.from(value) })));
  expect(ledger.world.commit([simulation])).toEqual(['VALID']);
}

type Json = { schema: number; record: Record<string, unknown>; changes?: unknown };

/** The value under a key, changed. */
function changed(at: string, change: (value: Json) => unknown): Readonly<{ at: string; value: string }> {
  const value = JSON.parse(Buffer.from(ledger.world.value(at) ?? []).toString()) as Json;
  return { at, value: JSON.stringify(change(value)) };
}

const FORMS: readonly (readonly [string, (value: Json) => unknown])[] = [
  ['without a field', ({ schema, record: { creditor: _, ...record } }) => ({ schema, record })],
  ['of nobody', ({ schema, record }) => ({ schema, record: { ...record, debtor: { uscc: 7, name: 'x' } } })],
  ['in no currency', ({ schema, record }) => ({ schema, record: { ...record, currency: 'XXX' } })],
  ['of a later version', ({ record }) => ({ schema: 99, record })],
  ['of nothing', () => ({ schema: 1, record: null })],
  [
    'with claims of no form',
    ({ schema, record }) => {
      const claims = [7, '', undefined].map((pledgeId) => ({ pledgeId, covers: '1', secures: '1' }));
      return { schema, record: { ...record, encumbrances: claims } };
    },
  ],
];

/** All pages of a list, of few items each. */
async function all(
  identity: typeof auditor,
  query: Readonly<{ type: 'receivable.list' | 'pledge.list'; asset?: string }>,
) {
  const [items, unreadable]: [Readonly<{ id: string }>[], string[]] = [[], []];
  for (let cursor: string | undefined, pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(20);
    const page = await ledger.read<Page<Readonly<{ id: string }>>>(identity, {
      ...query,
      limit: 1,
      ...(cursor === undefined ? {} : { cursor }),
    });
    items.push(...page.items);
    unreadable.push(...(page.unreadable ?? []));
    if (page.next === null) return { items, unreadable };
    cursor = page.next;
  }
}

const idsOf = (items: readonly Readonly<{ id: string }>[]): readonly string[] => items.map(({ id }) => id);

describe.each(FORMS)('a receivable that was forged %s', (_, change) => {
  beforeEach(async () => {
    await forge(changed(key.receivable(bad.id).text, change));
  });

  test('fails nobody the rest of a list, and is named', async () => {
    for (const identity of [auditor, platform, supplier]) {
      const { items, unreadable } = await all(identity, { type: 'receivable.list' });
      expect([idsOf(items), unreadable]).toEqual([[good.id], [bad.id]]);
    }
  });

  test('is refused alone, and not what is asked for with it', async () => {
    const answers = await ledger.query(
      supplier,
      { type: 'receivable.get', id: bad.id },
      { type: 'receivable.get', id: good.id },
    );
    expect(answers).toMatchObject([
      { ok: false, problem: { code: 'INTERNAL_ERROR' } },
      { ok: true, value: { id: good.id } },
    ]);
  });

  test('shows auditors its history', async () => {
    const query = { type: 'asset.history', id: bad.id } as const;
    const { items } = await ledger.read<{ items: readonly HistoryEntry[] }>(auditor, query);
    expect(items.map(({ event }) => event)).toEqual(['RECEIVABLE_REGISTERED', 'UNEXPLAINED_CHANGE']);
  });
});

test.each([[{}], 'x', [null], [{ n: 1, event: { at: '2026-11-22T05:00:00.000Z' } }]])(
  'changes of no form hide no history: %j',
  async (changes) => {
    await forge(changed(key.receivable(bad.id).text, (value) => ({ ...value, changes })));
    const query = { type: 'asset.history', id: bad.id } as const;
    const { items } = await ledger.read<{ items: readonly HistoryEntry[] }>(auditor, query);
    expect(items.map(({ event }) => event)).toEqual(['RECEIVABLE_REGISTERED', 'UNEXPLAINED_CHANGE']);
  },
);

describe('a proposal that was forged', () => {
  test.each(FORMS.slice(2, 5))('%s fails nobody a list, is named, and stays in the history', async (_, change) => {
    const offered = await ledger.ok<PledgeView>(supplier, aProposal(good.id));
    const forged = await ledger.ok<PledgeView>(supplier, aProposal(good.id));
    await forge(changed(key.pledge(forged.id).text, change));
    for (const identity of [auditor, supplier, bankA]) {
      const { items, unreadable } = await all(identity, { type: 'pledge.list' });
      expect([idsOf(items), unreadable]).toEqual([[offered.id], [forged.id]]);
    }
    // Who filters may be a stranger to what it asks about.
    expect(await all(bankA, { type: 'pledge.list', asset: good.id })).toMatchObject({ unreadable: [] });
    const query = { type: 'asset.history', id: good.id } as const;
    const { items } = await ledger.read<{ items: readonly HistoryEntry[] }>(auditor, query);
    expect(items.map(({ event }) => event)).toContain('UNEXPLAINED_CHANGE');
  });
});

test('a party that nobody had brought in, and that was forged, fails nobody a list', async () => {
  const debtor = aParty(77);
  await forge({ at: key.party(debtor.uscc).text, value: '{"schema":1,"record":{}}' });
  const { items } = await all(supplier, { type: 'receivable.list' });
  expect(items).toHaveLength(2);
  // As debtor of what was registered before.
  const { id } = await registered(ledger, { debtor: aParty(78), evidence: [anInvoice()] });
  await forge({ at: key.party(aParty(78).uscc).text, value: '{"schema":1,"record":{}}' });
  expect(idsOf((await all(supplier, { type: 'receivable.list' })).items)).toContain(id);
  await expect(ledger.endorse(platform, [aReceivable({ debtor: aParty(78) })])).rejects.toThrow('invariant broken');
});

test('keys that no rule writes fail nobody a list, nor its next page', async () => {
  const offered = await ledger.ok<PledgeView>(supplier, aProposal(good.id));
  const ids = ['!', 'x', 'RCV', 'rcv_', '~', '\u{1f600}', 'z'.repeat(239) + '\u{1f600}', '~'.repeat(5000)];
  const keys = ids.flatMap((id) => [
    compositeKey(OBJECT.receivable, id),
    compositeKey(OBJECT.claim, id, id),
    compositeKey(OBJECT.claim, good.id, id),
    compositeKey(OBJECT.claim, good.id, offered.id, id),
    compositeKey(INDEX.holder, SUPPLIER.uscc, id),
    compositeKey(INDEX.pledgee, bankA.mspId, id),
    compositeKey(INDEX.pledgor, SUPPLIER.uscc, id),
    `${compositeKey(INDEX.pledgor, SUPPLIER.uscc)}${id}`,
    `${compositeKey(INDEX.holder, SUPPLIER.uscc)}\u0000`,
  ]);
  await forge(...[...new Set(keys)].map((at) => ({ at, value: '{"schema":1,"record":1}' })));
  for (const identity of [auditor, supplier, platform, bankA]) {
    const [receivables, pledges] = [
      await all(identity, { type: 'receivable.list' }),
      await all(identity, { type: 'pledge.list' }),
    ];
    expect(idsOf(receivables.items)).toContain(good.id);
    expect(idsOf(pledges.items)).toEqual([offered.id]);
  }
  expect(await ledger.read(bankA, { type: 'receivable.get', id: good.id })).toMatchObject({ id: good.id });
});

test('members that there are not fail nobody the list of those that there are', async () => {
  const before = await ledger.read<Page<{ mspId: string }>>(platform, { type: 'member.list' });
  const names = ['', 'Bad MSP', ...Array.from({ length: 250 }, (_, i) => `A${i}`)];
  await forge(
    ...names.map((mspId) => ({
      at: mspId === '' ? '\u0000member\u0000\u0000' : compositeKey('member', mspId),
      value: '{"schema":1,"record":{}}',
    })),
  );
  expect(await ledger.read(platform, { type: 'member.list' })).toEqual(before);
});
