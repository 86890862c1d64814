/** A claim is held by its claimant: whose endorsement the keys of an asset and its claims need after each act. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PledgeView, ReceivableView } from '../model/view';
import { key } from '../ledger/key';
import {
  acceptance,
  anAct,
  aProposal,
  aReceivable,
  BANK_A,
  bankA,
  bankB,
  BUYER,
  buyer,
  cny,
  confirm,
  ENROLMENT,
  FOUNDER,
  platform,
  release,
  settle,
  supplier,
  withdrawal,
} from '../testing/builders';
import { OWN_POLICY, policyOf, satisfies, subsetsOf } from '../testing/endorsement';
import { Ledger } from '../testing/ledger';

let ledger: Ledger;
let asset: ReceivableView;

beforeEach(async () => {
  ledger = await Ledger.founded();
  asset = await ledger.ok(platform, aReceivable());
});

const MEMBERS = ENROLMENT.map(({ mspId }) => mspId);
const policyOn = (id: string): Uint8Array | undefined =>
  ledger.world.policy((id.includes('.') ? key.pledge(id) : key.receivable(id)).text);

/** The members without whose endorsement a key cannot change. */
function holdersOf(id: string): readonly string[] | undefined {
  const policy = policyOn(id);
  if (policy === undefined) return undefined;
  const enough = subsetsOf(MEMBERS).filter((set) => satisfies(policy, set));
  return MEMBERS.filter((mspId) => enough.every((set) => set.includes(mspId)));
}

async function pledged(bank = bankA, covers = '1000.00'): Promise<PledgeView> {
  const terms = { pledgee: bank.mspId, covers: cny(covers), secures: cny(covers) };
  const { id } = await ledger.ok<PledgeView>(supplier, aProposal(asset.id, terms));
  return ledger.ok(bank, acceptance(id));
}

describe('the key of a receivable', () => {
  test('has no policy of its own before its first claim, and nobody asks for the chaincode policy', async () => {
    const { simulation } = await ledger.endorse(supplier, [aProposal(asset.id), aReceivable()]);
    expect(simulation.writes.flatMap(({ policy }) => policy ?? [])).toEqual([]);
    expect(holdersOf(asset.id)).toBeUndefined();
  });

  test('needs every claimant from the first claim on, and one less after each release', async () => {
    const first = await pledged(bankA, '400.00');
    expect(holdersOf(asset.id)).toEqual([bankA.mspId]);
    const second = await pledged(bankB, '600.00');
    expect(holdersOf(asset.id)).toEqual([bankA.mspId, bankB.mspId]);
    await ledger.ok(bankA, release(first.id, '100.00'));
    expect(holdersOf(asset.id)).toEqual([bankA.mspId, bankB.mspId]);
    await ledger.ok(bankA, release(first.id));
    expect(holdersOf(asset.id)).toEqual([bankB.mspId]);
    await ledger.ok(bankB, release(second.id));
    expect(policyOn(asset.id)).toEqual(OWN_POLICY);
  });

  test('needs nobody but the chaincode policy after the debtor has paid all', async () => {
    const pledge = await pledged();
    await ledger.ok(buyer, settle(asset.id, '1000.00'));
    expect(policyOn(asset.id)).toEqual(OWN_POLICY);
    expect(holdersOf(pledge.id)).toEqual([bankA.mspId]);
  });

  test('takes a new chaincode policy with its next change, whatever changes', async () => {
    await pledged();
    ledger.ownPolicy = policyOf({ n: 3, of: MEMBERS });
    expect(satisfies(policyOn(asset.id) ?? new Uint8Array(), MEMBERS.slice(0, 2))).toBe(true);
    await ledger.ok(buyer, confirm(asset.id));
    expect(satisfies(policyOn(asset.id) ?? new Uint8Array(), MEMBERS.slice(0, 2))).toBe(false);
    expect(satisfies(policyOn(asset.id) ?? new Uint8Array(), MEMBERS.slice(0, 3))).toBe(true);
  });

  test('needs nobody more where its claimant is not among those who endorse, and can be released', async () => {
    ledger.ownPolicy = policyOf({ n: 2, of: MEMBERS.filter((mspId) => mspId !== bankA.mspId) });
    const pledge = await pledged();
    expect(policyOn(asset.id)).toEqual(ledger.ownPolicy);
    await ledger.ok(bankA, release(pledge.id));
    expect(policyOn(asset.id)).toEqual(ledger.ownPolicy);
  });
});

describe('the key of a claim', () => {
  test('has no policy of its own while it is proposed, nor once withdrawn', async () => {
    const { id } = await ledger.ok<PledgeView>(supplier, aProposal(asset.id));
    expect(holdersOf(id)).toBeUndefined();
    await ledger.ok(supplier, withdrawal(id));
    expect(holdersOf(id)).toBeUndefined();
  });

  test('needs its claimant, and him alone of all claimants, for good', async () => {
    const first = await pledged(bankA, '400.00');
    const second = await pledged(bankB, '600.00');
    expect([holdersOf(first.id), holdersOf(second.id)]).toEqual([[bankA.mspId], [bankB.mspId]]);
    await ledger.ok(bankA, release(first.id));
    expect(holdersOf(first.id)).toEqual([bankA.mspId]);
  });
});

describe("a party's key", () => {
  const partyPolicy = (code: string): Uint8Array => ledger.world.policy(key.party(code).text) ?? new Uint8Array();
  const needs = (code: string, mspId: string): boolean =>
    !satisfies(
      partyPolicy(code),
      MEMBERS.filter((other) => other !== mspId),
    ) && satisfies(partyPolicy(code), MEMBERS);

  test('needs the member where its identities live, the registrar for those whom it brought in', () => {
    expect(needs(BUYER.uscc, platform.mspId)).toBe(true);
    expect(needs(BANK_A.uscc, bankA.mspId)).toBe(true);
  });

  test('needs another one after the registrar has given it up', async () => {
    const member = { ...BANK_A, mspId: 'BuyerMSP', name: 'buyer', uscc: BUYER.uscc };
    ledger.ownPolicy = policyOf({ n: 2, of: [...MEMBERS, member.mspId] });
    await ledger.ok(FOUNDER, anAct('member.enrol', { members: [member] }));
    expect(satisfies(partyPolicy(BUYER.uscc), MEMBERS)).toBe(false);
    expect(satisfies(partyPolicy(BUYER.uscc), [bankB.mspId, member.mspId])).toBe(true);
  });
});

test('a transaction whose chaincode policy cannot be told writes nothing at all', async () => {
  const { id } = await ledger.ok<PledgeView>(supplier, aProposal(asset.id));
  const before = ledger.world.dump();
  ledger.ownPolicy = Uint8Array.of(1);
  await expect(ledger.endorse(bankA, [acceptance(id)])).rejects.toThrow();
  expect(ledger.world.dump()).toEqual(before);
});
