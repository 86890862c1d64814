/** Who registers a receivable, and how it draws on its documents. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { registered } from '../testing/beginnings';
import {
  anInvoice,
  aParty,
  aReceivable,
  auditor,
  bankA,
  buyer,
  cny,
  memberOf,
  OTHER_SUPPLIER,
  partyAt,
  platform,
  regulator,
  supplier,
} from '../testing/builders';
import { Ledger } from '../testing/ledger';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

describe('registration', () => {
  test('gives a receivable that is free, unconfirmed and held by its creditor', async () => {
    const command = aReceivable();
    expect(await ledger.ok(supplier, command)).toMatchObject({
      status: 'REGISTERED',
      holder: command.creditor,
      amount: cny('1000.00'),
      free: cny('1000.00'),
      encumbered: cny('0.00'),
      settled: cny('0.00'),
      confirmed: false,
      claims: [],
      sequence: 1,
      registeredBy: { member: 'platform', party: command.creditor.uscc, role: 'member' },
    });
  });

  test('is for the creditor and its member, and for nobody who only reads', async () => {
    for (const identity of [
      buyer,
      bankA,
      auditor,
      regulator,
      memberOf({ mspId: 'StrangerMSP' }),
      partyAt(OTHER_SUPPLIER),
    ]) {
      expect((await ledger.refusal(identity, aReceivable())).code).toBe('FORBIDDEN');
    }
  });

  test('by a bank is for parties that were given to it', async () => {
    const party = aParty(60);
    expect((await ledger.refusal(bankA, aReceivable({ creditor: party }))).code).toBe('FORBIDDEN');
    expect((await ledger.refusal(partyAt(party, { mspId: 'BankAMSP' }), aReceivable({ creditor: party }))).code).toBe(
      'FORBIDDEN',
    );
    await ledger.ok(platform, { id: aReceivable().id, type: 'party.register', party, home: 'BankAMSP' });
    expect(await ledger.ok(bankA, aReceivable({ creditor: party }))).toMatchObject({ holder: party });
    expect((await ledger.refusal(platform, aReceivable({ creditor: party }))).code).toBe('FORBIDDEN');
  });

  test('draws on documents in their order, on each kind for the whole amount', async () => {
    const { evidence } = await registered(ledger, {
      amount: cny('150.00'),
      evidence: [
        anInvoice({ amount: cny('100.00') }),
        anInvoice({ kind: 'CONTRACT', amount: cny('500.00') }),
        anInvoice({ amount: cny('100.00') }),
      ],
    });
    expect(evidence.map(({ kind, used }) => [kind, used.amount])).toEqual([
      ['INVOICE', '100.00'],
      ['CONTRACT', '150.00'],
      ['INVOICE', '50.00'],
    ]);
  });

  test('refuses a document that nothing is drawn on, and one from the future', async () => {
    const idle = aReceivable({ evidence: [anInvoice(), anInvoice()] });
    expect(await ledger.refusal(platform, idle)).toMatchObject({ code: 'INVALID_INPUT', field: 'evidence[1]' });
    const tomorrow = aReceivable({ evidence: [anInvoice({ issuedOn: '2026-11-23' })] });
    await ledger.ok(platform, tomorrow);
    const later = aReceivable({ evidence: [anInvoice({ issuedOn: '2026-11-24' })] });
    expect(await ledger.refusal(platform, later)).toMatchObject({
      code: 'INVALID_EVIDENCE',
      field: 'evidence[0].issuedOn',
    });
  });

  test('refused leaves none of its documents used', async () => {
    const good = anInvoice({ amount: cny('600.00') });
    const used = anInvoice({ amount: cny('400.00') });
    await registered(ledger, { amount: cny('400.00'), evidence: [used] });
    expect((await ledger.refusal(platform, aReceivable({ evidence: [good, used] }))).code).toBe('DUPLICATE_EVIDENCE');
    await registered(ledger, { amount: cny('600.00'), evidence: [good] });
  });
});
