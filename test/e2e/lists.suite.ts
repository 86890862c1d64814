/** Lists: pages of any size give each item once, filters give those that match, and the height says how new they are. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, Page, Pledge, Receivable } from '../support/client';
import { cny, day, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as } = useSystem();
const sequence = new Sequence('lists');
const COUNT = 23;
const other = sequence.company('Other Supplier');
const registered: Receivable[] = [];
const pledges: Pledge[] = [];

beforeAll(async () => {
  const platform = await as({ member: 'platform' });
  const first = await platform.register(sequence.registration({ dueDate: day(30) }));
  const rest = await Promise.all(
    Array.from({ length: COUNT - 1 }, (_, i) =>
      platform.register(sequence.registration({ amount: cny(100 + i), dueDate: day(31 + i) })),
    ),
  );
  registered.push(first, ...rest);
  await platform.register(sequence.registration({ creditor: other }));
  for (const asset of registered.slice(0, 3)) {
    pledges.push(
      await platform.propose(sequence.terms(asset, 'bank-a')),
      await platform.propose(sequence.terms(asset, 'bank-b')),
    );
  }
  const [accepted] = pledges;
  if (accepted !== undefined) await (await as({ member: 'bank-a' })).accept(accepted.id);
});

async function all(client: Client, path: string, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor = '';
  for (let pages = 0; pages < 200; pages += 1) {
    const page = await client.read<Page<Readonly<{ id: string }>>>(`${path}&limit=${limit}${cursor}`);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map(({ id }) => id));
    if (page.next === null) return ids;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
  throw new Error('the list does not end');
}

const sorted = (ids: Iterable<string>): string[] => [...ids].sort();

describe('a list', () => {
  test.each([1, 2, 7, 23, 24, 200])('in pages of %i gives each receivable once', async (limit) => {
    const platform = await as({ member: 'platform' });
    const ids = await all(platform, `/v1/receivables?holder=${sequence.supplier.uscc}`, limit);
    expect(sorted(ids)).toEqual(sorted(registered.map(({ id }) => id)));
  });

  test('is a page of all that match when they are few, and says the height of the ledger', async () => {
    const auditor = await as({ member: 'platform', roles: ['auditor'] });
    const answer = await auditor.get(`/v1/receivables?debtor=${sequence.buyer.uscc}`);
    const page = answer.as<Page<Receivable>>(200);
    expect(page.items).toHaveLength(COUNT + 1);
    expect(page.next).toBeNull();
    expect(Number(answer.headers['ledger-height'])).toBeGreaterThan(1);
  });

  test('reads what was just written', async () => {
    const platform = await as({ member: 'platform' });
    const company = sequence.company('Newcomer');
    const made = await platform.register(sequence.registration({ creditor: company }));
    const page = await platform.read<Page<Receivable>>(`/v1/receivables?holder=${company.uscc}&consistency=ledger`);
    expect(page.items.map(({ id }) => id)).toEqual([made.id]);
  });

  test('filters by each field', async () => {
    const platform = await as({ member: 'platform' });
    const ids = async (filter: string): Promise<string[]> =>
      sorted(await all(platform, `/v1/receivables?${filter}`, 200));
    const mine = registered.map(({ id }) => id);
    expect(await ids(`debtor=${sequence.buyer.uscc}&holder=${sequence.supplier.uscc}`)).toEqual(sorted(mine));
    expect(await ids(`holder=${sequence.supplier.uscc}&dueBefore=${day(31)}`)).toEqual([registered[0]?.id]);
    expect(await ids(`holder=${sequence.supplier.uscc}&status=SETTLED`)).toEqual([]);
    expect(await ids(`holder=${sequence.supplier.uscc}&status=REGISTERED`)).toEqual(sorted(mine));
    expect(await ids(`holder=${sequence.company('Nobody').uscc}`)).toEqual([]);
  });

  test('of pledges filters by asset, pledgee, pledgor and status', async () => {
    const auditor = await as({ member: 'platform', roles: ['auditor'] });
    const ids = async (filter: string): Promise<string[]> =>
      sorted(await all(auditor, `/v1/pledges?pledgor=${sequence.supplier.uscc}&${filter}`, 2));
    const of = (matches: (pledge: Pledge) => boolean): string[] => sorted(pledges.filter(matches).map(({ id }) => id));
    const asset = registered[1]?.id ?? '';
    expect(await ids('')).toEqual(of(() => true));
    expect(await ids(`asset=${asset}`)).toEqual(of(({ assetId }) => assetId === asset));
    expect(await ids('pledgee=bank-b')).toEqual(of(({ pledgee }) => pledgee.member === 'bank-b'));
    expect(await ids('pledgee=bank-a')).toEqual(of(({ pledgee }) => pledgee.member === 'bank-a'));
    expect(await ids('status=ACTIVE')).toEqual([pledges[0]?.id]);
    expect(await ids(`status=PROPOSED&asset=${registered[0]?.id ?? ''}`)).toEqual([pledges[1]?.id]);
  });

  const BAD: readonly (readonly [string, string])[] = [
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=-1', 'limit'],
    ['cursor=x', 'cursor'],
    ['cursor=eyJzb3VyY2UiOjB9eA', 'cursor'],
    ['status=LOST', 'status'],
    ['dueBefore=tomorrow', 'dueBefore'],
    ['holder=123', 'holder'],
    ['colour=red', 'colour'],
    ['limit=1&limit=2', 'limit'],
  ];
  test.each(BAD)('refuses ?%s', async (query, field) => {
    const answer = await (await as({ member: 'platform' })).get(`/v1/receivables?${query}`);
    expect([answer.status, answer.problem.code, answer.problem.field]).toEqual([400, 'INVALID_INPUT', field]);
  });

  test('refuses a pledgee that is no member', async () => {
    const answer = await (await as({ member: 'platform' })).get('/v1/pledges?pledgee=bank-z');
    expect([answer.status, answer.problem.code, answer.problem.field]).toEqual([400, 'INVALID_INPUT', 'pledgee']);
  });

  test('of members gives the consortium', async () => {
    const { items } = await (await as({ member: 'bank-a' })).read<Page<{ name: string; mspId: string }>>('/v1/members');
    expect(sorted(items.map(({ name }) => name))).toEqual([
      'bank-a',
      'bank-b',
      'factor-a',
      'platform',
      'regulator',
      'warehouse-a',
    ]);
  });
});
