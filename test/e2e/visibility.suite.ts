/** Who may know of what: those who have to do with an asset see it, to all others it does not exist. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page, Pledge, Receivable } from '../support/client';
import { Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as } = useSystem();
const sequence = new Sequence('visibility');
const { supplier, buyer } = sequence;
const stranger = sequence.company('Stranger');

let receivable: Receivable;
let pledge: Pledge;

beforeAll(async () => {
  const platform = await as({ member: 'platform' });
  const bankA = await as({ member: 'bank-a' });
  receivable = await platform.register(sequence.registration());
  await platform.register(sequence.registration({ creditor: stranger }));
  const proposed = await platform.propose(sequence.terms(receivable, 'bank-a'));
  pledge = await bankA.accept(proposed.id);
});

const INSIDERS = [
  ['the creditor', { member: 'platform', party: supplier.uscc }],
  ["the creditor's member", { member: 'platform' }],
  ['the pledgee', { member: 'bank-a' }],
  ['an auditor of the registrar', { member: 'platform', roles: ['auditor'] }],
  ['an auditor of another bank, which audits', { member: 'bank-b', roles: ['auditor'] }],
  ['the regulator', { member: 'regulator' }],
] as const;

const OUTSIDERS = [
  ['another bank', { member: 'bank-b' }],
  ['a factor', { member: 'factor-a' }],
  ['a warehouse', { member: 'warehouse-a' }],
  ['another party at the same member', { member: 'platform', party: stranger.uscc }],
] as const;

// Whose certificate says that they read: they see what their member or party sees.
const READERS = [
  ['an auditor of a warehouse', { member: 'warehouse-a', roles: ['auditor'] }],
  ['an auditor of another party', { member: 'platform', party: stranger.uscc, roles: ['auditor'] }],
] as const;

describe('a pledged receivable', () => {
  test.each(INSIDERS)('is shown to %s, with its pledge and its history', async (_, { member, ...rest }) => {
    const client = await as({
      member,
      ...('party' in rest ? { party: rest.party } : {}),
      ...('roles' in rest ? { roles: rest.roles } : {}),
    });
    expect(await client.receivable(receivable.id)).toMatchObject({ id: receivable.id, claims: [{ id: pledge.id }] });
    expect(await client.pledge(pledge.id)).toMatchObject({ id: pledge.id, status: 'ACTIVE' });
    expect((await client.history(receivable.id)).items).toHaveLength(3);
    const list = await client.read<Page<Receivable>>(`/v1/receivables?holder=${supplier.uscc}`);
    expect(list.items.map(({ id }) => id)).toContain(receivable.id);
    const pledges = await client.read<Page<Pledge>>(`/v1/pledges?pledgor=${supplier.uscc}`);
    expect(pledges.items.map(({ id }) => id)).toContain(pledge.id);
  });

  test('is shown to its debtor with the pledge, but not the history of its owner', async () => {
    const debtor = await as({ member: 'platform', party: buyer.uscc });
    expect(await debtor.receivable(receivable.id)).toMatchObject({ id: receivable.id });
    expect(await debtor.pledge(pledge.id)).toMatchObject({ id: pledge.id });
    const history = await debtor.get(`/v1/assets/${receivable.id}/history`);
    expect([history.status, history.problem.code]).toEqual([404, 'NOT_FOUND']);
  });

  test.each([...OUTSIDERS, ...READERS])(
    'does not exist for %s: the answer is that for an id which nobody has',
    async (_, actor) => {
      const client = await as({ ...actor, roles: 'roles' in actor ? [...actor.roles] : [] });
      const unknownAsset = `${receivable.id.slice(0, -6)}000000`;
      const unknownPledge = `${receivable.id}.0000000000000`;
      const paths = [
        [`/v1/receivables/${receivable.id}`, `/v1/receivables/${unknownAsset}`],
        [`/v1/pledges/${pledge.id}`, `/v1/pledges/${unknownPledge}`],
        [`/v1/assets/${receivable.id}/history`, `/v1/assets/${unknownAsset}/history`],
      ] as const;
      for (const [hidden, unknown] of paths) {
        const answers = [await client.get(hidden), await client.get(unknown)];
        const [one, other] = answers.map((answer) => {
          const { requestId: _id, detail, ...problem } = answer.problem;
          return { ...problem, detail: detail.replace(/[a-z]{3}_[0-9a-z.]+/g, 'ID') };
        });
        expect(one).toMatchObject({ status: 404, code: 'NOT_FOUND' });
        expect(one).toEqual(other);
      }
      const list = await client.read<Page<Receivable>>(`/v1/receivables?holder=${supplier.uscc}`);
      expect(list.items.map(({ id }) => id)).not.toContain(receivable.id);
      for (const filter of [
        `asset=${receivable.id}`,
        `pledgee=bank-a&pledgor=${supplier.uscc}`,
        `pledgor=${supplier.uscc}`,
      ]) {
        const pledges = await client.read<Page<Pledge>>(`/v1/pledges?${filter}`);
        expect(pledges.items).toEqual([]);
      }
    },
  );

  test.each(OUTSIDERS)('cannot be acted on by %s, who learns nothing of it', async (_, actor) => {
    const client = await as(actor);
    const acts = [
      [`/v1/receivables/${receivable.id}/confirmation`, { decision: 'CONFIRM' }],
      [`/v1/receivables/${receivable.id}/settlements`, { amount: receivable.amount, reference: 'X' }],
      [`/v1/receivables/${receivable.id}/cancellation`, { reason: 'x' }],
      [`/v1/pledges/${pledge.id}/release`, { reason: 'x' }],
      [`/v1/pledges/${pledge.id}/withdrawal`, {}],
      [`/v1/pledges/${pledge.id}/acceptance`, {}],
    ] as const;
    for (const [path, body] of acts) {
      const answer = await client.post(path, body);
      expect([path, answer.status, answer.problem.code]).toEqual([path, 404, 'NOT_FOUND']);
    }
  });

  test('is one of the items that its owner sees in lists, not those of others', async () => {
    const owner = await as({ member: 'platform', party: supplier.uscc });
    const list = await owner.read<Page<Receivable>>('/v1/receivables');
    expect(list.items.map(({ id }) => id)).toEqual([receivable.id]);
  });
});
