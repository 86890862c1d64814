/** What the ledger answers: to whom, in which pages, and with which history. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Page, QueryInput } from '../model/query';
import type { HistoryEntry, PledgeView, ReceivableView } from '../model/view';
import {
  acceptance,
  anAct,
  aProposal,
  aReceivable,
  auditor,
  BANK_A,
  BANK_B,
  bankA,
  bankAuditor,
  bankB,
  BUYER,
  buyer,
  cny,
  confirm,
  memberOf,
  OTHER_BUYER,
  OTHER_SUPPLIER,
  partyAt,
  platform,
  PLATFORM,
  regulator,
  REGULATOR,
  release,
  settle,
  SUPPLIER,
  supplier,
  WAREHOUSE,
  withdrawal,
} from '../testing/builders';
import { UnitOfWork } from '../ledger/unit-of-work';
import { Ledger } from '../testing/ledger';
import { readingStub } from '../testing/peer-stub';
import { MOST_OFFERS } from './asset-history';
import { evaluate } from './evaluate';

let ledger: Ledger;
let receivable: ReceivableView;

beforeEach(async () => {
  ledger = await Ledger.founded();
  receivable = await ledger.ok<ReceivableView>(platform, aReceivable());
  await ledger.ok(platform, aReceivable({ creditor: OTHER_SUPPLIER, debtor: OTHER_BUYER }));
});

const get = (): QueryInput => ({ type: 'receivable.get', id: receivable.id });
const history = (): QueryInput => ({ type: 'asset.history', id: receivable.id });
const offer = (change: Parameters<typeof aProposal>[1] = {}) =>
  ledger.ok<PledgeView>(supplier, aProposal(receivable.id, change));

async function listed(
  identity: Parameters<Ledger['read']>[0],
  query: Extract<QueryInput, { type: 'receivable.list' | 'pledge.list' }>,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 200; pages += 1) {
    const page: Page<{ id: string }> = await ledger.read(identity, {
      ...query,
      ...(cursor === undefined ? {} : { cursor }),
    });
    expect(page.items.length).toBeLessThanOrEqual(query.limit ?? 50);
    ids.push(...page.items.map(({ id }) => id));
    if (page.next === null) return ids;
    cursor = page.next;
  }
  throw new Error('the pages do not end');
}

test('a holder who proposes many pledges on his asset does not hide its history', async () => {
  const { id } = receivable;
  const taken = await ledger.ok<PledgeView>(supplier, aProposal(id));
  await ledger.ok(bankA, acceptance(taken.id));
  await ledger.ok(bankA, release(taken.id));
  for (let group = 0; group < 3; group += 1)
    await ledger.submit(supplier, ...Array.from({ length: 200 }, () => aProposal(id)));

  const told = await ledger.read<{ items: readonly HistoryEntry[]; leftOut?: true }>(auditor, history());

  expect(told.leftOut).toBe(true);
  const events = told.items.map(({ event }) => event);
  const proposed = events.filter((event) => event === 'PLEDGE_PROPOSED').length;
  expect([MOST_OFFERS, MOST_OFFERS + 1]).toContain(proposed);
  expect(events).toEqual(expect.arrayContaining(['RECEIVABLE_REGISTERED', 'PLEDGE_ACCEPTED', 'PLEDGE_RELEASED']));
});

test('a holder who proposes many pledges on his asset makes nobody read all of them', async () => {
  const { id } = receivable;
  for (let group = 0; group < 3; group += 1) {
    const proposals = Array.from({ length: 150 }, () => aProposal(id));
    await ledger.submit(supplier, ...proposals);
  }
  for (const [query, visible] of [
    [{ type: 'receivable.get', id }, [bankA]],
    [{ type: 'receivable.list' }, [bankA, bankB]],
  ] as const)
    for (const identity of visible) {
      const simulation = ledger.world.simulate('query');
      const scope = { work: new UnitOfWork(simulation), stub: readingStub(ledger.world), at: ledger.now };
      expect(await evaluate([query], identity, scope)).toMatchObject([{ ok: true }]);
      expect(simulation.reads.size).toBeLessThan(220);
    }
  expect((await ledger.unreadable(bankB, { type: 'receivable.get', id })).code).toBe('NOT_FOUND');
});

describe('a receivable', () => {
  const STRANGERS = [bankA, bankB, partyAt(OTHER_SUPPLIER), partyAt(OTHER_BUYER), memberOf(WAREHOUSE)];

  test('is shown to its parties, their member, auditors and the regulator', async () => {
    for (const identity of [supplier, buyer, platform, auditor, regulator]) {
      expect(await ledger.read(identity, get())).toMatchObject({ id: receivable.id, free: cny('1000.00') });
    }
  });

  test('does not exist for others, in the words for one that does not', async () => {
    const unknown = `rcv_${'0'.repeat(26)}`;
    for (const identity of STRANGERS) {
      const hidden = await ledger.unreadable(identity, get());
      const absent = await ledger.unreadable(identity, { type: 'receivable.get', id: unknown });
      expect(hidden.code).toBe('NOT_FOUND');
      expect(hidden.detail.replace(receivable.id, unknown)).toBe(absent.detail);
      expect((await ledger.unreadable(identity, history())).code).toBe('NOT_FOUND');
      expect(await listed(identity, { type: 'receivable.list', holder: SUPPLIER.uscc })).toEqual([]);
      expect(await listed(identity, { type: 'receivable.list' })).not.toContain(receivable.id);
    }
  });

  test('is shown to a bank that was offered a pledge on it, and not to one that only asks for one', async () => {
    await ledger.ok(bankB, aProposal(receivable.id, { pledgee: BANK_B.mspId }));
    expect((await ledger.unreadable(bankB, get())).code).toBe('NOT_FOUND');
    expect((await ledger.unreadable(bankB, history())).code).toBe('NOT_FOUND');
    expect(await listed(bankB, { type: 'receivable.list' })).toEqual([]);
    await offer({ pledgee: BANK_B.mspId });
    expect(await ledger.read(bankB, get())).toMatchObject({ id: receivable.id });
    expect(await listed(bankB, { type: 'receivable.list' })).toEqual([receivable.id]);
  });

  test('is shown to a bank whose own proposal was accepted', async () => {
    const { id } = await ledger.ok<PledgeView>(bankA, aProposal(receivable.id));
    await ledger.ok(supplier, acceptance(id));
    expect(await ledger.read(bankA, get())).toMatchObject({ claims: [{ id }] });
    await ledger.ok(bankA, release(id));
    expect(await ledger.read(bankA, get())).toMatchObject({ claims: [] });
  });

  test("is listed once to a member whose own company has it or owes it, also under the member's claim", async () => {
    const company = { uscc: BANK_A.uscc, name: BANK_A.displayName };
    const had = await ledger.ok<ReceivableView>(bankA, aReceivable({ creditor: company }));
    const owed = await ledger.ok<ReceivableView>(platform, aReceivable({ debtor: company }));
    const claimed = await ledger.ok<ReceivableView>(platform, aReceivable({ debtor: company }));
    await ledger.ok(supplier, aProposal(claimed.id));
    const given = await ledger.ok<PledgeView>(
      bankA,
      aProposal(had.id, { pledgor: { uscc: company.uscc }, pledgee: BANK_B.mspId }),
    );
    for (const limit of [1, 2, 50]) {
      const found = await listed(bankA, { type: 'receivable.list', limit });
      expect([...found].sort()).toEqual([had.id, owed.id, claimed.id].sort());
      expect(await listed(bankA, { type: 'pledge.list', limit })).toEqual(
        expect.arrayContaining([given.id, expect.stringContaining(claimed.id)]),
      );
    }
    expect(await listed(bankB, { type: 'receivable.list' })).toEqual([had.id]);
  });

  test('is shown to no auditor of an organisation that is not enrolled', async () => {
    for (const role of ['auditor', 'member', 'admin'] as const) {
      expect((await ledger.unreadable(memberOf({ mspId: 'StrangerMSP' }, role), get())).code).toBe('NOT_FOUND');
    }
  });

  test("is shown to an auditor of the pledgee from the offer on, and to no other bank's", async () => {
    const ofBankA = memberOf(BANK_A, 'auditor');
    for (const identity of [ofBankA, bankAuditor])
      expect((await ledger.unreadable(identity, get())).code).toBe('NOT_FOUND');
    const { id } = await offer();
    expect(await ledger.read(ofBankA, get())).toMatchObject({ id: receivable.id });
    expect(await ledger.read(ofBankA, { type: 'pledge.get', id })).toMatchObject({ id });
    for (const query of [get(), history(), { type: 'pledge.get', id } as const]) {
      expect((await ledger.unreadable(bankAuditor, query)).code).toBe('NOT_FOUND');
    }
    expect(await listed(bankAuditor, { type: 'receivable.list' })).toEqual([]);
  });

  test("is shown to a party's auditor as to the party", async () => {
    expect(await ledger.read(partyAt(SUPPLIER, PLATFORM, 'auditor'), get())).toMatchObject({ id: receivable.id });
    expect((await ledger.unreadable(partyAt(OTHER_SUPPLIER, PLATFORM, 'auditor'), get())).code).toBe('NOT_FOUND');
  });

  test("is read by nobody with the regulator's role but the regulator", async () => {
    for (const member of [PLATFORM, BANK_A, BANK_B, WAREHOUSE, { mspId: 'StrangerMSP' }]) {
      expect((await ledger.unreadable(memberOf(member, 'regulator'), get())).code).toBe('FORBIDDEN');
      expect((await ledger.refusal(memberOf(member, 'regulator'), aReceivable())).code).toBe('FORBIDDEN');
    }
    for (const role of ['member', 'auditor', 'regulator', 'admin'] as const) {
      expect(await ledger.read(memberOf(REGULATOR, role), get())).toMatchObject({ id: receivable.id });
    }
  });

  test('is one of a list with bad queries, which refuse themselves alone', async () => {
    const results = await ledger.query(
      supplier,
      get(),
      { type: 'receivable.get', id: 'x' },
      { type: 'nothing' } as unknown as QueryInput,
      get(),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, true]);
  });
});

describe('a pledge', () => {
  test('is shown to its two sides, and to the debtor once it is active', async () => {
    const { id } = await offer();
    const query: QueryInput = { type: 'pledge.get', id };
    for (const identity of [supplier, platform, bankA, auditor]) {
      expect(await ledger.read(identity, query)).toMatchObject({ id, status: 'PROPOSED' });
    }
    for (const identity of [bankB, buyer, partyAt(OTHER_SUPPLIER)]) {
      expect((await ledger.unreadable(identity, query)).code).toBe('NOT_FOUND');
      expect((await ledger.refusal(identity, acceptance(id))).code).toBe('NOT_FOUND');
    }
    await ledger.ok(bankA, acceptance(id));
    expect(await ledger.read(buyer, query)).toMatchObject({ id, status: 'ACTIVE' });
    expect((await ledger.unreadable(bankB, query)).code).toBe('NOT_FOUND');
  });

  test('is listed by asset, pledgee, pledgor and status, to those who may see it', async () => {
    const { id } = await offer({ covers: cny('10.00') });
    const other = await offer({ covers: cny('10.00'), pledgee: BANK_B.mspId });
    await ledger.ok(bankA, acceptance(id));
    const list = (identity: typeof bankA, filter: object) => listed(identity, { type: 'pledge.list', ...filter });
    expect([...(await list(supplier, {}))].sort()).toEqual([id, other.id].sort());
    expect(await list(bankA, {})).toEqual([id]);
    expect(await list(bankA, { asset: receivable.id })).toEqual([id]);
    expect(await list(bankA, { pledgee: BANK_B.mspId })).toEqual([]);
    expect(await list(bankB, { pledgor: SUPPLIER.uscc })).toEqual([other.id]);
    expect(await list(platform, { status: 'ACTIVE' })).toEqual([id]);
    expect(await list(auditor, { status: 'PROPOSED' })).toEqual([other.id]);
    ledger.now = '2027-01-30T00:00:00.000Z';
    expect(await list(auditor, { status: 'LAPSED' })).toEqual([other.id]);
  });
});

describe('pages', () => {
  test('of any size give each receivable once, also where several pledges of one bank stand on it', async () => {
    const ids = [receivable.id];
    for (let i = 0; i < 6; i += 1) ids.push((await ledger.ok<ReceivableView>(platform, aReceivable())).id);
    for (const id of ids) {
      for (const covers of ['1.00', '2.00', '3.00']) {
        await ledger.ok(supplier, aProposal(id, { covers: cny(covers) }));
      }
    }
    for (const limit of [1, 2, 3, 5, 6, 7, 8, 200]) {
      for (const [identity, filter] of [
        [bankA, {}],
        [supplier, {}],
        [buyer, {}],
        [platform, { debtor: BUYER.uscc }],
        [auditor, { holder: SUPPLIER.uscc }],
      ] as const) {
        const found = await listed(identity, { type: 'receivable.list', limit, ...filter });
        expect([...found].sort()).toEqual([...ids].sort());
      }
      expect(new Set(await listed(bankA, { type: 'pledge.list', limit })).size).toBe(21);
      expect(await listed(auditor, { type: 'pledge.list', limit })).toHaveLength(21);
    }
  });

  test('filter by status and due date', async () => {
    const early = await ledger.ok<ReceivableView>(platform, aReceivable({ dueDate: '2026-12-01' }));
    await ledger.ok(buyer, settle(receivable.id, '1000.00'));
    const list = (filter: object) => listed(supplier, { type: 'receivable.list', ...filter });
    expect(await list({ status: 'SETTLED' })).toEqual([receivable.id]);
    expect(await list({ status: 'REGISTERED' })).toEqual([early.id]);
    expect(await list({ dueBefore: '2026-12-02' })).toEqual([early.id]);
    expect(await list({ dueBefore: '2026-12-01' })).toEqual([]);
  });

  const forged = (cursor: unknown) => Buffer.from(JSON.stringify(cursor)).toString('base64url');
  test.each([
    ['no cursor at all', 'x'],
    ['another JSON', forged([1])],
    ['a source that is not there', forged({ source: 7 })],
    ['a negative source', forged({ source: -1 })],
    ['a further field', forged({ source: 0, more: 1 })],
    ['a key before the range', forged({ source: 0, last: '\u0000' })],
    [
      "another party's index",
      forged({ source: 0, last: `\u0000index.holder\u0000${OTHER_SUPPLIER.uscc}\u0000rcv\u0000` }),
    ],
    ['a key of evidence', forged({ source: 0, last: '\u0000evidence\u0000' })],
    ['half of a character', forged({ source: 0, last: `\u0000index.holder\u0000${SUPPLIER.uscc}\u0000\ud83d` })],
    ['a key after the range', forged({ source: 0, last: '\u0000\u{10ffff}' })],
    ['half a surrogate pair', Buffer.from('{"source":0,"last":"\\ud800"}').toString('base64url')],
    [
      'an end beyond the range',
      forged({ source: 0, last: `\u0000index.holder\u0000${SUPPLIER.uscc}\u0000\u{10ffff}` }),
    ],
  ])('refuse a cursor with %s', async (_, cursor) => {
    for (const type of ['receivable.list', 'pledge.list'] as const) {
      expect(await ledger.unreadable(supplier, { type, cursor })).toMatchObject({
        code: 'INVALID_INPUT',
        field: 'cursor',
      });
    }
  });
});

describe('the history of an asset', () => {
  test('lists every change with its actor and what changed, oldest first', async () => {
    await ledger.ok(buyer, confirm(receivable.id));
    const { id } = await offer();
    await ledger.ok(bankA, acceptance(id));
    await ledger.ok(bankA, release(id, '400.00'));
    await ledger.ok(buyer, settle(receivable.id, '1000.00', 'PAY-7'));
    const { items } = await ledger.read<{ items: readonly HistoryEntry[] }>(supplier, history());
    expect(items.map(({ event }) => event)).toEqual([
      'RECEIVABLE_REGISTERED',
      'RECEIVABLE_CONFIRMED',
      'PLEDGE_PROPOSED',
      'PLEDGE_ACCEPTED',
      'PLEDGE_RELEASED',
      'RECEIVABLE_SETTLED',
      'PLEDGE_SATISFIED',
    ]);
    expect(items[1]?.actor).toEqual({ member: 'platform', party: BUYER.uscc, role: 'member' });
    expect(items[3]?.changes).toContainEqual({ field: 'encumbered', from: cny('0.00'), to: cny('1000.00') });
    expect(items[5]?.data).toMatchObject({
      reference: 'PAY-7',
      paidTo: [
        { pledgeId: id, amount: cny('600.00') },
        { holder: SUPPLIER.uscc, amount: cny('400.00') },
      ],
    });
  });

  test('says that it is whole, and where the peer has not its beginning that it is not', async () => {
    const { id } = await offer();
    type History = { items: readonly HistoryEntry[]; whole: boolean };
    expect(await ledger.read<History>(supplier, history())).toMatchObject({ whole: true });
    // A peer that begins with a snapshot has the state and no history; then what comes after.
    ledger.world.forgetHistory();
    expect(await ledger.read<History>(supplier, history())).toEqual({ items: [], whole: false });
    await ledger.ok(bankA, acceptance(id));
    const { items, whole } = await ledger.read<History>(regulator, history());
    expect([items.map(({ event }) => event), whole]).toEqual([['PLEDGE_ACCEPTED'], false]);
    const later = await ledger.ok<ReceivableView>(platform, aReceivable());
    expect(await ledger.read<History>(supplier, { type: 'asset.history', id: later.id })).toMatchObject({
      whole: true,
    });
  });

  test('keeps both changes that share a transaction', async () => {
    await ledger.submit(
      buyer,
      confirm(receivable.id),
      settle(receivable.id, '1.00', 'A'),
      settle(receivable.id, '2.00', 'B'),
    );
    const { items } = await ledger.read<{ items: readonly HistoryEntry[] }>(supplier, history());
    expect(items.map(({ event, data }) => [event, data?.['reference']])).toEqual([
      ['RECEIVABLE_REGISTERED', undefined],
      ['RECEIVABLE_CONFIRMED', undefined],
      ['RECEIVABLE_SETTLED', 'A'],
      ['RECEIVABLE_SETTLED', 'B'],
    ]);
    expect(items[3]?.changes).toContainEqual({ field: 'settled', from: cny('0.00'), to: cny('3.00') });
  });

  test('is not for the debtor, nor for a party of the same member', async () => {
    await offer();
    for (const identity of [buyer, partyAt(OTHER_SUPPLIER), bankB]) {
      expect((await ledger.unreadable(identity, history())).code).toBe('NOT_FOUND');
    }
  });

  test("hides from a bank what was only offered to another, and shows it the other's claim", async () => {
    await offer({ covers: cny('1.00') });
    const theirs = await offer({ covers: cny('2.00'), pledgee: BANK_B.mspId });
    const entries = async (identity: typeof bankA) =>
      (await ledger.read<{ items: readonly HistoryEntry[] }>(identity, history())).items.map(
        ({ pledgeId }) => pledgeId,
      );
    expect(await entries(bankA)).not.toContain(theirs.id);
    expect(await entries(supplier)).toContain(theirs.id);
    await ledger.ok(bankB, acceptance(theirs.id));
    expect(await entries(bankA)).toContain(theirs.id);
  });

  test('tells of a withdrawal', async () => {
    const { id } = await offer();
    await ledger.ok(supplier, withdrawal(id));
    const { items } = await ledger.read<{ items: readonly HistoryEntry[] }>(regulator, history());
    expect(items.at(-1)).toMatchObject({ event: 'PLEDGE_WITHDRAWN', pledgeId: id });
  });
});

describe('the directory', () => {
  test('tells every member where a party lives, and nobody else', async () => {
    const query: QueryInput = { type: 'party.get', uscc: SUPPLIER.uscc };
    expect(await ledger.read(bankB, query)).toEqual({ ...SUPPLIER, member: 'platform' });
    expect((await ledger.unreadable(memberOf({ mspId: 'StrangerMSP' }), query)).code).toBe('NOT_FOUND');
    expect((await ledger.unreadable(bankB, { type: 'party.get', uscc: BUYER.uscc.replace(/.$/, 'Z') })).code).toBe(
      'INVALID_INPUT',
    );
  });

  test('lists the members', async () => {
    const { items } = await ledger.read<{ items: readonly { name: string }[] }>(bankA, { type: 'member.list' });
    expect(items.map(({ name }) => name).sort()).toEqual(['bank-a', 'bank-b', 'platform', 'regulator', 'warehouse-a']);
  });

  test('takes a party once', async () => {
    const act = anAct('party.register', { party: SUPPLIER, home: BANK_B.mspId });
    expect(await ledger.refusal(platform, act)).toMatchObject({ code: 'INVALID_STATE', field: 'party.uscc' });
  });
});
