/**
 * Certificates in which a member's own CA has written what it likes, signed with straight to the peers, past every gateway. What a role or a
 * party in them is worth is for the ledger to say. never-twice 7 and 8.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pledge, Receivable } from '../support/client';
import { Forger } from '../support/forgery';
import { Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as, system } = useSystem();
const sequence = new Sequence('certificates');
/** Known by its name alone, as parties of documents are that state no number. */
const nameless = { uscc: 'DEN00112233445566FF', name: 'Muster & Söhne' };

let forger: Forger;
let asset: Receivable;
let pledge: Pledge;
let ofNameless: Receivable;

beforeAll(async () => {
  forger = await Forger.open(system().home);
  const platform = await as({ member: 'platform' });
  asset = await platform.register(sequence.registration());
  pledge = await (await as({ member: 'bank-a' })).accept((await platform.propose(sequence.terms(asset, 'bank-a'))).id);
  ofNameless = await platform.register(sequence.registration({ creditor: nameless }));
});

afterAll(() => {
  forger.close();
});

type Attributes = Readonly<Record<string, string>>;

const read = async (member: string, attributes: Attributes, id = asset.id): Promise<string> => {
  const answer = await forger.asked(member, attributes, { query: { type: 'receivable.get', id } });
  return answer.problem?.code ?? 'ok';
};
const act = async (member: string, attributes: Attributes, command: object): Promise<string> => {
  const answer = await forger.asked(member, attributes, { command: { id: randomUUID(), ...command } });
  return answer.problem?.code ?? 'ok';
};
const confirmation = (receivableId: string) => ({ type: 'receivable.confirm', receivableId, decision: 'CONFIRM' });

describe('a certificate of a member of its own making', () => {
  test.each(['platform', 'bank-a', 'bank-b', 'factor-a', 'warehouse-a'])(
    "of %s that says regulator is refused, and the regulator's own reads",
    async (member) => {
      expect(await read(member, { role: 'regulator' })).toBe('FORBIDDEN');
      expect(await act(member, { role: 'regulator' }, confirmation(asset.id))).toBe('FORBIDDEN');
      expect(await read('regulator', { role: 'regulator' })).toBe('ok');
    },
  );

  test('that says auditor reads what its member sees, unless the consortium has made the member an auditor', async () => {
    expect(await read('warehouse-a', { role: 'auditor' })).toBe('NOT_FOUND');
    expect(await read('warehouse-a', { role: 'auditor' }, ofNameless.id)).toBe('NOT_FOUND');
    for (const member of ['platform', 'bank-b', 'regulator']) {
      expect([member, await read(member, { role: 'auditor' })]).toEqual([member, 'ok']);
    }
    expect(await read('bank-b', { role: 'member' })).toBe('NOT_FOUND');
    expect(await read('platform', { role: 'auditor', party: nameless.uscc })).toBe('NOT_FOUND');
  });

  test('that says administrator makes its member nothing', async () => {
    const made = { mspId: 'BankBMSP', name: 'bank-b', displayName: 'Bank B', uscc: '91440300MA5FBANKB7' };
    for (const kinds of [['REGISTRAR'], ['REGULATOR'], ['AUDITOR']]) {
      const enrolment = { type: 'member.enrol', members: [{ ...made, kinds }] };
      expect(await act('bank-b', { role: 'admin' }, enrolment)).toBe('FORBIDDEN');
    }
    const party = { type: 'party.register', party: sequence.company('X'), home: 'BankBMSP' };
    expect(await act('bank-b', { role: 'admin' }, party)).toBe('FORBIDDEN');
    expect(await read('bank-b', { role: 'admin' })).toBe('NOT_FOUND');
  });

  test.each(['registrar', 'operator', 'root', 'Regulator', 'auditor '])(
    'that says %p, which nobody knows, fails',
    async (role) => {
      await expect(read('bank-a', { role })).rejects.toThrow(/FORBIDDEN/);
    },
  );

  test.each([
    ["another member's supplier", () => sequence.supplier.uscc],
    ["another member's debtor", () => sequence.buyer.uscc],
    ['a party known by its name alone', () => nameless.uscc],
    ['a party that nobody has registered', () => 'DEN00112233445566EE'],
    ["another member's own company", () => '91440300MA5FBANKA4'],
  ])('for %s speaks for nobody', async (_, party) => {
    for (const member of ['bank-b', 'factor-a', 'warehouse-a']) {
      const attributes = { party: party() };
      expect(await read(member, attributes)).toBe('FORBIDDEN');
      expect(await act(member, attributes, confirmation(asset.id))).toBe('FORBIDDEN');
      const release = { type: 'pledge.release', pledgeId: pledge.id, reason: 'x' };
      expect(await act(member, attributes, release)).toBe('FORBIDDEN');
    }
  });
});
