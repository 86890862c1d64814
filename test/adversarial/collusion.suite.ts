/**
 * Members that endorse what the rules forbid: enough of them for the chaincode's policy, none of them the claimant. A claim is held by its
 * claimant's own peer: the ledger itself refuses them. never-twice 4 and 8.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pledge, Receivable } from '../support/client';
import { Forger } from '../support/forgery';
import { cny, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';
import { until } from '../support/wait';

const { as, system } = useSystem({ gateways: 2 });
const sequence = new Sequence('collusion');

const FAILED = 'ENDORSEMENT_POLICY_FAILURE';
const SEPARATOR = '\u0000';
const keyOf = (...parts: readonly string[]): string => SEPARATOR + parts.map((part) => part + SEPARATOR).join('');
const assetKey = (asset: Receivable): string => keyOf('receivable', asset.id);
const claimKey = (pledge: Pledge): string => keyOf('claim', pledge.assetId, pledge.id);

type Stored = { record: Record<string, unknown> };
type Pledged = Readonly<{ asset: Receivable; pledge: Pledge; transactionId: string }>;

let forger: Forger;
let all: readonly string[];

beforeAll(async () => {
  forger = await Forger.open(system().home);
  all = forger.members;
});

afterAll(() => {
  forger.close();
});

const without = (...members: readonly string[]): readonly string[] => all.filter((name) => !members.includes(name));

async function pledged(member = 'bank-a', yuan = '1000000.00', on?: Receivable): Promise<Pledged> {
  const platform = await as({ member: 'platform' });
  const asset = on ?? (await platform.register(sequence.registration()));
  const proposed = await platform.propose(sequence.terms(asset, member, { covers: cny(yuan) }));
  const pledge = await (await as({ member })).accept(proposed.id);
  return { asset, pledge, transactionId: pledge.transaction.id };
}

/** The value of a key as a transaction left it, with its record changed. */
async function changed(transactionId: string, key: string, change: Readonly<Record<string, unknown>>): Promise<string> {
  const stored = JSON.parse(await forger.written(transactionId, key)) as Stored;
  return JSON.stringify({ ...stored, record: { ...stored.record, ...change } });
}

async function freed({ asset, transactionId }: Pledged): Promise<string> {
  return changed(transactionId, assetKey(asset), { encumbrances: [] });
}

async function expectHeld({ asset, pledge }: Pledged): Promise<void> {
  const bankA = await as({ member: 'bank-a' });
  expect(await bankA.receivable(asset.id)).toMatchObject({
    encumbered: asset.amount,
    free: cny('0.00'),
    claims: [{ id: pledge.id, pledgee: { member: 'bank-a' } }],
  });
  expect(await bankA.pledge(pledge.id)).toMatchObject({ status: 'ACTIVE', pledgee: { member: 'bank-a' } });
  const second = await (await as({ member: 'platform' })).post('/v1/pledges', sequence.terms(asset, 'bank-b'));
  expect(second.problem).toMatchObject({ status: 409, code: 'ALREADY_ENCUMBERED' });
}

describe('all members but the claimant, together', () => {
  test('cannot free a pledged receivable, or take it off the ledger', async () => {
    const held = await pledged();
    const key = assetKey(held.asset);
    expect(await forger.submit(without('bank-a'), { key, value: await freed(held) })).toBe(FAILED);
    expect(await forger.submit(without('bank-a'), { key, value: null })).toBe(FAILED);
    await expectHeld(held);
  });

  test("cannot make the claim another's, or end it", async () => {
    const held = await pledged();
    const key = claimKey(held.pledge);
    const pledgee = { mspId: 'BankBMSP', member: 'bank-b' };
    for (const change of [{ pledgee }, { status: 'RELEASED', covers: '0' }]) {
      const value = await changed(held.transactionId, key, change);
      expect(await forger.submit(without('bank-a'), { key, value })).toBe(FAILED);
    }
    await expectHeld(held);
  });

  test('cannot take the policy off its keys', async () => {
    const held = await pledged();
    for (const key of [assetKey(held.asset), claimKey(held.pledge)]) {
      expect(await forger.submit(without('bank-a'), { key, policy: new Uint8Array() })).toBe(FAILED);
    }
    expect(await forger.submit(without('bank-a'), { key: assetKey(held.asset), value: await freed(held) })).toBe(
      FAILED,
    );
    await expectHeld(held);
  });

  test('cannot have the chaincode itself release it in his name without his peer', async () => {
    const held = await pledged();
    const command = { id: randomUUID(), type: 'pledge.release', pledgeId: held.pledge.id, reason: 'repaid' };
    expect(await forger.execute('bank-a', command, ['platform', 'bank-b', 'regulator'])).toBe(FAILED);
    await expectHeld(held);
  });
});

describe('what they forge beside the claim', () => {
  const forgers = ['bank-b', 'factor-a'];
  const pledgee = { mspId: 'BankBMSP', member: 'bank-b' };

  test("does not have it released by the claimant's own peer, which goes by the rules", async () => {
    const held = await pledged();
    const id = `${held.asset.id}.0000000000000`;
    const value = await changed(held.transactionId, claimKey(held.pledge), { pledgee });
    expect(await forger.submit(forgers, { key: keyOf('claim', held.asset.id, id), value })).toBe('VALID');
    const command = { id: randomUUID(), type: 'pledge.release', pledgeId: id, reason: 'repaid' };
    await expect(forger.execute('bank-b', command, ['bank-b', 'bank-a'])).rejects.toThrow();
    await expectHeld(held);
  });

  test('does not write over the receivable from under the key of another', async () => {
    const held = await pledged();
    const other = await (await as({ member: 'platform' })).register(sequence.registration());
    expect(await forger.submit(forgers, { key: assetKey(other), value: await freed(held) })).toBe('VALID');
    const command = { id: randomUUID(), type: 'receivable.cancel', receivableId: other.id, reason: 'an error' };
    await expect(forger.execute('platform', command, ['platform', 'bank-a'])).rejects.toThrow();
    await expectHeld(held);
  });

  test('shows in the history, whatever event they say it was', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration());
    const value = await changed(asset.transaction.id, assetKey(asset), { dueDate: '2099-12-31' });
    expect(await forger.submit(forgers, { key: assetKey(asset), value })).toBe('VALID');
    // It is committed at a forger's peer; on Fabric the platform's may be some milliseconds behind.
    const last = await until('it is there', async () => (await platform.history(asset.id)).items[1]);
    expect(last).toMatchObject({
      event: 'UNEXPLAINED_CHANGE',
      changes: [{ field: 'dueDate', from: asset.dueDate, to: '2099-12-31' }],
    });
  });

  test('shows in the history by who has signed it, however ordinary its event looks', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration());
    const { record, changes } = JSON.parse(await forger.written(asset.transaction.id, assetKey(asset))) as {
      record: object;
      changes: readonly [{ n: number; event: object }];
    };
    const actor = { member: 'platform', party: asset.debtor.uscc, role: 'member' };
    const value = (at: string): string => {
      const event = { ...changes[0].event, type: 'RECEIVABLE_CONFIRMED', actor, at };
      const confirmed = { ...record, confirmation: { decision: 'CONFIRM', actor, at }, sequence: 2 };
      return JSON.stringify({ schema: 1, record: confirmed, changes: [{ n: 0, event }] });
    };
    expect(await forger.submit(forgers, { key: assetKey(asset), value })).toBe('VALID');
    const { items, whole } = await until('it is there', async () => {
      const history = await platform.history(asset.id);
      return history.items.length > 1 ? history : undefined;
    });
    expect(whole).toBe(true);
    const fingerprint: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(items[0]).toMatchObject({ event: 'RECEIVABLE_REGISTERED', signer: { mspId: 'PlatformMSP', fingerprint } });
    expect(items[1]).toMatchObject({
      event: 'UNEXPLAINED_CHANGE',
      actor: { member: 'unknown' },
      signer: { mspId: 'BankBMSP', subject: expect.stringContaining('CN=forger'), fingerprint },
    });
  });

  test('does not keep from who sees everything what became of a receivable that they took off the ledger', async () => {
    const platform = await as({ member: 'platform' });
    const regulator = await as({ member: 'regulator' });
    const asset = await platform.register(sequence.registration());
    expect(await forger.submit(forgers, { key: assetKey(asset), value: null })).toBe('VALID');
    const { items } = await until('it is there', async () => {
      const history = await regulator.history(asset.id);
      return history.items.length > 1 ? history : undefined;
    });
    expect(items.map(({ event }) => event)).toEqual(['RECEIVABLE_REGISTERED', 'UNEXPLAINED_CHANGE']);
  });

  test("does not make a member's acts strangers' by a member of its name, nor theirs its own", async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration());
    const record = { mspId: 'ZMSP', name: 'platform', displayName: 'P', uscc: asset.debtor.uscc, kinds: ['REGISTRAR'] };
    const forged = { key: keyOf('member', record.mspId), value: JSON.stringify({ schema: 1, record }) };
    expect(await forger.submit(forgers, forged)).toBe('VALID');
    const { items } = await platform.history(asset.id);
    expect(items[0]).toMatchObject({ event: 'RECEIVABLE_REGISTERED', actor: { member: 'platform' } });
    expect(await forger.submit(forgers, { ...forged, value: null })).toBe('VALID');
  });

  test('fails nobody a list, be it a record without a field or a key that is none', async () => {
    const platform = await as({ member: 'platform' });
    const regulator = await as({ member: 'regulator' });
    const [first, second] = [
      await platform.register(sequence.registration()),
      await platform.register(sequence.registration()),
    ];
    const value = await changed(first.transaction.id, assetKey(first), { creditor: undefined });
    const holder = first.creditor.uscc;
    for (const key of [
      assetKey(first),
      keyOf('receivable', '~'.repeat(3000)),
      keyOf('index.holder', holder, 'RCV'),
      keyOf('index.holder', holder, '~\u{1f600}'.repeat(300)),
      keyOf('claim', second.id, 'x'),
      keyOf('member', 'no MSP'),
    ])
      expect(await forger.submit(forgers, { key, value })).toBe('VALID');
    for (const [who, query] of [
      [platform, `holder=${holder}&limit=1`],
      [regulator, 'limit=1'],
    ] as const) {
      const ids: string[] = [];
      const unreadable: string[] = [];
      for (let cursor = ''; ;) {
        const page = (await who.get(`/v1/receivables?${query}${cursor}`)).as<{
          items: readonly { id: string }[];
          next: string | null;
          unreadable?: readonly string[];
        }>(200);
        ids.push(...page.items.map(({ id }) => id));
        unreadable.push(...(page.unreadable ?? []));
        if (page.next === null) break;
        cursor = `&cursor=${page.next}`;
      }
      expect(ids).toContain(second.id);
      expect(ids).not.toContain(first.id);
      expect(unreadable).toEqual(who === regulator ? expect.arrayContaining([first.id]) : []);
    }
    expect((await regulator.get('/v1/pledges')).status).toBe(200);
    expect((await platform.history(second.id)).items).toHaveLength(1);
    expect((await platform.get('/v1/members')).status).toBe(200);
  });

  test('does not make the debtor one of theirs, who would say that it paid', async () => {
    const held = await pledged();
    const { uscc, name } = held.asset.debtor;
    const record = { key: uscc, uscc, name, home: 'BankBMSP', homeName: 'bank-b' };
    const value = JSON.stringify({ schema: 1, record });
    expect(await forger.submit(without('platform'), { key: keyOf('party', uscc), value })).toBe(FAILED);
    const answer = await (await as({ member: 'platform' })).get(`/v1/parties/${uscc}`);
    expect(answer.as<{ member: string }>(200)).toMatchObject({ member: 'platform' });
  });
});

// What the tests above would be worth if it were otherwise.
describe('the same hands', () => {
  test('can do it with the claimant among them, and not with the claimant alone', async () => {
    const held = await pledged();
    const key = assetKey(held.asset);
    expect(await forger.submit(['bank-a'], { key, value: await freed(held) })).toBe(FAILED);
    expect(await forger.submit(['bank-a', 'platform'], { key, value: await freed(held) })).toBe('VALID');
    const platform = await as({ member: 'platform' });
    // It is committed at the claimant's peer; on Fabric the platform's may be some milliseconds behind.
    await until('all of it is free', async () => {
      const { free } = await platform.receivable(held.asset.id);
      return free.amount === held.asset.amount.amount ? true : undefined;
    });
  });

  test("can do it to a receivable that bears no claim: two are the chaincode's own policy", async () => {
    const asset = await (await as({ member: 'platform' })).register(sequence.registration());
    expect(await forger.submit(['bank-b'], { key: assetKey(asset), value: null })).toBe(FAILED);
    expect(await forger.submit(['bank-b', 'factor-a'], { key: assetKey(asset), value: null })).toBe('VALID');
    const answer = await (await as({ member: 'platform' })).get(`/v1/receivables/${asset.id}`);
    expect(answer.problem).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('who holds a receivable', () => {
  test('are all who have a claim on it', async () => {
    const first = await pledged('bank-a', '400000.00');
    const { asset } = first;
    const both = await pledged('factor-a', '600000.00', asset);
    const value = await freed(both);
    const key = assetKey(asset);
    expect(await forger.submit(without('bank-a'), { key, value })).toBe(FAILED);
    expect(await forger.submit(without('factor-a'), { key, value })).toBe(FAILED);
    expect(await forger.submit(['bank-a', 'factor-a'], { key, value })).toBe('VALID');
  });

  test('is nobody any more after the last release, and then the next claimant', async () => {
    const { asset, pledge } = await pledged('bank-a');
    const released = await (
      await as({ member: 'bank-a' })
    ).post(`/v1/pledges/${pledge.id}/release`, { reason: 'repaid' });
    const { transaction } = released.as<Pledge>(201);
    const key = assetKey(asset);
    const touched = await changed(transaction.id, key, { dueDate: asset.dueDate });
    expect(await forger.submit(['bank-b'], { key, value: touched })).toBe(FAILED);
    expect(await forger.submit(['bank-b', 'regulator'], { key, value: touched })).toBe('VALID');
    // The ended claim's own record stays with who held it.
    const revived = await changed(transaction.id, claimKey(pledge), { status: 'ACTIVE' });
    expect(await forger.submit(without('bank-a'), { key: claimKey(pledge), value: revived })).toBe(FAILED);

    const next = await pledged('bank-b', '1000000.00', asset);
    const value = await freed(next);
    expect(await forger.submit(without('bank-b'), { key, value })).toBe(FAILED);
    const entries = (await (await as({ member: 'bank-b' })).history(asset.id)).items.map(({ event }) => event);
    expect(entries).toEqual(expect.arrayContaining(['RECEIVABLE_REGISTERED', 'PLEDGE_RELEASED', 'PLEDGE_ACCEPTED']));
  });

  test('settles into the hands of its claimant, whose peer is asked without anybody naming it', async () => {
    const { asset, pledge } = await pledged('bank-a');
    const debtor = await as({ member: 'platform', party: sequence.buyer.uscc }, 1);
    const settled = await debtor.post(`/v1/receivables/${asset.id}/settlements`, {
      amount: asset.amount,
      reference: randomUUID(),
    });
    expect(settled.as<Receivable>(201)).toMatchObject({ status: 'SETTLED' });
    expect(await (await as({ member: 'bank-a' })).pledge(pledge.id)).toMatchObject({ status: 'SATISFIED' });
  });
});
