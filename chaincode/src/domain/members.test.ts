/** Who is let in: enrolment of members, parties and their homes. And the last line: invariants that stop a faulty rule. */
import { describe, expect, test } from '@jest/globals';
import type { Party } from '../model/party';
import type { PartyRecordView } from '../model/view';
import {
  anAct,
  aParty,
  BANK_A,
  BANK_B,
  ENROLMENT,
  FOUNDER,
  memberOf,
  partyAt,
  platform,
  PLATFORM,
  REGULATOR,
  SUPPLIER,
} from '../testing/builders';
import { Ledger } from '../testing/ledger';
import { checkEvidence, checkPledge, checkReceivable, InvariantViolation } from './invariants';
import type { EvidenceRecord, Pledge, Receivable } from './records';

const enrol = (members: readonly (typeof BANK_A)[]) => anAct('member.enrol', { members: [...members] });

describe('enrolment', () => {
  test('founds the ledger by an administrator, afterwards it is for those of the registrar', async () => {
    const ledger = new Ledger();
    for (const identity of [platform, partyAt(SUPPLIER, PLATFORM, 'admin'), memberOf(PLATFORM, 'auditor')]) {
      expect((await ledger.refusal(identity, enrol(ENROLMENT))).code).toBe('FORBIDDEN');
    }
    await ledger.ok(FOUNDER, enrol(ENROLMENT));
    const further = { ...BANK_A, mspId: 'NewMSP', name: 'new', uscc: aParty(70).uscc };
    for (const identity of [
      memberOf(BANK_A, 'admin'),
      memberOf(REGULATOR, 'admin'),
      memberOf({ mspId: 'NewMSP' }, 'admin'),
    ]) {
      expect((await ledger.refusal(identity, enrol([further]))).code).toBe('FORBIDDEN');
    }
    await ledger.ok(FOUNDER, enrol([further]));
    // A network that starts again enrols everybody again.
    await ledger.ok(FOUNDER, enrol(ENROLMENT));
  });

  test('is begun by nobody but the registrar of whom the endorsers know', async () => {
    const ledger = new Ledger();
    ledger.founders = [PLATFORM.mspId];
    const usurper = { ...BANK_A, kinds: ['REGISTRAR', 'REGULATOR'] as const };
    for (const identity of [memberOf(BANK_A, 'admin'), memberOf(REGULATOR, 'admin'), memberOf(BANK_A, 'member')]) {
      expect((await ledger.refusal(identity, enrol([{ ...usurper, kinds: [...usurper.kinds] }]))).code).toBe(
        'FORBIDDEN',
      );
    }
    await ledger.ok(FOUNDER, enrol(ENROLMENT));
    expect((await ledger.refusal(memberOf(BANK_A, 'admin'), enrol([BANK_A]))).code).toBe('FORBIDDEN');
  });

  test.each([
    ['MSP ids', { name: 'x', uscc: aParty(71).uscc }],
    ['names', { mspId: 'X', uscc: aParty(71).uscc }],
    ['companies', { mspId: 'X', name: 'x' }],
  ])('refuses two members with the same %s', async (_, change) => {
    expect(await new Ledger().refusal(FOUNDER, enrol([BANK_A, { ...BANK_A, ...change }]))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'members',
    });
  });

  test.each([
    ['the name of another', { mspId: 'NewMSP', uscc: aParty(71).uscc }],
    ['the company of another', { mspId: 'NewMSP', name: 'new' }],
    ['another name', { name: 'bank-z' }],
    ['another company', { uscc: aParty(71).uscc }],
  ])('gives no member %s, whoever asks', async (_, change) => {
    const ledger = await Ledger.founded();
    expect(await ledger.refusal(FOUNDER, enrol([{ ...BANK_A, ...change }]))).toMatchObject({
      code: 'INVALID_STATE',
      field: 'members',
    });
    await ledger.ok(FOUNDER, enrol([{ ...BANK_A, displayName: 'Bank A plc' }]));
  });

  test('gives each member its own company as a party, also from its own care, and takes none from another member', async () => {
    const ledger = await Ledger.founded();
    const home = (uscc: string) => ledger.read<PartyRecordView>(platform, { type: 'party.get', uscc });
    expect(await home(BANK_B.uscc)).toMatchObject({ member: 'bank-b' });
    const [here, there] = [aParty(72), aParty(76)];
    await ledger.ok(platform, anAct('party.register', { party: here, home: PLATFORM.mspId }));
    await ledger.ok(platform, anAct('party.register', { party: there, home: BANK_B.mspId }));
    const member = (name: string, { uscc }: Party) => ({
      ...BANK_A,
      mspId: `${name}MSP`,
      name: name.toLowerCase(),
      uscc,
    });
    await ledger.ok(FOUNDER, enrol([member('New', here), member('Other', there)]));
    expect(await home(here.uscc)).toMatchObject({ member: 'new' });
    expect(await home(there.uscc)).toMatchObject({ member: 'bank-b' });
  });
});

describe('a party', () => {
  test('is registered by the registrar alone, once, at a member', async () => {
    const ledger = await Ledger.founded();
    const party = aParty(73);
    const act = anAct('party.register', { party, home: BANK_A.mspId });
    for (const identity of [
      memberOf(BANK_A),
      memberOf(PLATFORM, 'auditor'),
      memberOf(REGULATOR),
      partyAt(aParty(74)),
    ]) {
      expect((await ledger.refusal(identity, act)).code).toBe('FORBIDDEN');
    }
    const nowhere = anAct('party.register', { party, home: 'NobodyMSP' });
    expect(await ledger.refusal(platform, nowhere)).toMatchObject({ code: 'INVALID_INPUT', field: 'member' });
    expect(await ledger.ok(platform, act)).toEqual({ ...party, member: 'bank-a' });
    expect((await ledger.refusal(platform, { ...act, home: BANK_B.mspId })).code).toBe('INVALID_STATE');
  });

  test('that two transactions of one block bring in lives where the first says', async () => {
    const ledger = await Ledger.founded();
    const acts = [BANK_A, BANK_B].map(({ mspId }) => anAct('party.register', { party: aParty(75), home: mspId }));
    const block = await Promise.all(acts.map((act) => ledger.endorse(platform, [act])));
    expect(ledger.commit(...block)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });
});

describe('an invariant stops the rule that would break it', () => {
  const claim = { pledgeId: 'r.p', pledgee: { mspId: 'B', member: 'b' }, covers: 60n, secures: 60n, rank: 1 };
  const use = {
    token: 't',
    kind: 'INVOICE',
    issuer: 'i',
    number: 'n',
    amount: 100n,
    used: 100n,
    issuedOn: '2026-01-01',
  };
  const receivable = {
    id: 'r',
    status: 'REGISTERED',
    value: 100n,
    settled: 0n,
    encumbrances: [claim],
    lastRank: 2,
    evidence: [use],
  } as unknown as Receivable;
  const pledge = { id: 'r.p', assetId: 'r', status: 'ACTIVE', covers: 60n, agreed: 60n } as unknown as Pledge;
  const evidence = { token: 't', value: 100n, used: 60n, uses: [{ amount: 60n }] } as unknown as EvidenceRecord;

  test('and lets pass what is right', () => {
    expect([checkReceivable(receivable), checkPledge(pledge), checkEvidence(evidence)]).toEqual([
      receivable,
      pledge,
      evidence,
    ]);
  });

  test.each<readonly [string, Partial<Receivable>]>([
    ['no value', { value: 0n }],
    ['more settled than owed', { settled: 101n, encumbrances: [] }],
    ['less than nothing settled', { settled: -1n }],
    ['more covered than is left', { settled: 41n }],
    ['a claim of nothing', { encumbrances: [{ ...claim, covers: 0n }] }],
    [
      'one claim twice',
      {
        encumbrances: [
          { ...claim, covers: 1n },
          { ...claim, covers: 1n, rank: 2 },
        ],
      },
    ],
    [
      'two claims of one rank',
      {
        encumbrances: [
          { ...claim, covers: 1n },
          { ...claim, covers: 1n, pledgeId: 'r.q' },
        ],
      },
    ],
    ['claims that add up to more', { encumbrances: [claim, { ...claim, pledgeId: 'r.q', rank: 2, covers: 41n }] }],
    ['a claim on another', { encumbrances: [{ ...claim, pledgeId: 'q.p' }] }],
    ['a rank that was never given', { encumbrances: [{ ...claim, rank: 3 }] }],
    ['fewer ranks than none', { encumbrances: [], lastRank: -1 }],
    ['a claim after cancellation', { status: 'CANCELLED' }],
    ['an end before it is paid', { status: 'SETTLED', encumbrances: [] }],
    [
      'a document drawn on beyond its value',
      { evidence: [{ ...(use as unknown as Receivable['evidence'][number]), amount: 99n }] },
    ],
    ['a part without a document', { evidence: [{ ...(use as unknown as Receivable['evidence'][number]), used: 99n }] }],
  ])('a receivable with %s', (_, change) => {
    expect(() => checkReceivable({ ...receivable, ...change })).toThrow(InvariantViolation);
  });

  test.each<readonly [string, Partial<Pledge>]>([
    ['nothing covered while it is active', { covers: 0n }],
    ['more covered than was agreed', { covers: 61n }],
    ['something covered after it ended', { status: 'RELEASED' }],
    ['another asset than its id names', { assetId: 'q' }],
  ])('a pledge with %s', (_, change) => {
    expect(() => checkPledge({ ...pledge, ...change })).toThrow(InvariantViolation);
  });

  test.each<readonly [string, Partial<EvidenceRecord>]>([
    ['uses that do not add up', { used: 61n }],
    ['more uses than value', { value: 59n }],
    [
      'a use of nothing',
      { uses: [...evidence.uses, { ...evidence.uses[0], amount: 0n } as EvidenceRecord['uses'][number]] },
    ],
  ])('a document with %s', (_, change) => {
    expect(() => checkEvidence({ ...evidence, ...change })).toThrow(InvariantViolation);
  });
});
