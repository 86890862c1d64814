/** Ways in which people have tried to borrow on one document twice. never-twice 1. */
import { describe, expect, test } from '@jest/globals';
import type { Client, Problem, Receivable } from '../support/client';
import { cny, day, Sequence, type Registration } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as } = useSystem({ gateways: 2 });
const sequence = new Sequence('evidence');
const { supplier } = sequence;

const fullWidth = (text: string): string =>
  text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

/** Registers one document, then tries to register it again, changed. */
async function secondTry(
  change: (first: Registration) => Registration,
  options: Readonly<{ number?: string; by?: Client }> = {},
): Promise<Problem & Readonly<{ http: number }>> {
  const platform = await as({ member: 'platform' });
  const first = sequence.registration({ number: options.number ?? sequence.invoiceNumber() });
  await platform.register(first);
  const answer = await (options.by ?? platform).post('/v1/receivables', change(first));
  return { ...answer.problem, http: answer.status };
}

const DUPLICATE = { http: 409, status: 409, code: 'DUPLICATE_EVIDENCE', field: 'evidence[0].number', retryable: false };

const withEvidence = (first: Registration, change: Partial<Registration['evidence'][number]>): Registration => ({
  ...first,
  evidence: first.evidence.map((document) => ({ ...document, ...change })),
});
const respelt = (spell: (number: string) => string) => (first: Registration) =>
  withEvidence(first, { number: spell(first.evidence[0]?.number ?? '') });

describe('the same invoice again', () => {
  test('as it is', async () => {
    expect(await secondTry((first) => first)).toMatchObject(DUPLICATE);
  });

  const SPELLINGS: readonly (readonly [string, (number: string) => string])[] = [
    ['with spaces', (n) => n.replace(/(.{4})(?=.)/g, '$1 ')],
    ['with hyphens', (n) => `${n.slice(0, 8)}-${n.slice(8)}`],
    ['with full-width digits', fullWidth],
    ['with a zero-width space', (n) => `${n.slice(0, 5)}\u200b${n.slice(5)}`],
    ['with a byte order mark', (n) => `${n.slice(0, 7)}\ufeff${n.slice(7)}`],
    ['with a soft hyphen', (n) => `${n.slice(0, 3)}\u00ad${n.slice(3)}`],
    ['with a right-to-left mark', (n) => `\u200f${n}`],
    ['with an ideographic space', (n) => `${n.slice(0, 2)}\u3000${n.slice(2)}`],
    ['with dots and slashes', (n) => `${n.slice(0, 2)}./${n.slice(2)}`],
    ['with mathematical digits', (n) => n.replace(/[0-9]/g, (d) => String.fromCodePoint(0x1d7d8 + Number(d)))],
    ['with superscript digits', (n) => n.replace(/2/g, '\u00b2')],
  ];
  test.each(SPELLINGS)('keyed in %s', async (_, spell) => {
    expect(await secondTry(respelt(spell))).toMatchObject(DUPLICATE);
  });

  test('of another series, with letter case and leading zeros', async () => {
    const number = `00AB${sequence.invoiceNumber().slice(-9)}`;
    for (const spell of [
      (n: string) => n.toLowerCase(),
      (n: string) => `000${n}`,
      (n: string) => n.slice(2),
      fullWidth,
    ]) {
      const variant = `${number}${sequence.random.below(1000)}`;
      expect(await secondTry(respelt(spell), { number: variant })).toMatchObject(DUPLICATE);
    }
  });

  test.each(['CONTRACT', 'DELIVERY_NOTE', 'BILL_OF_LADING', 'CUSTOMS_ENTRY', 'STORAGE_CONTRACT'])(
    'called a %s',
    async (kind) => {
      expect(await secondTry((first) => withEvidence(first, { kind }))).toMatchObject(DUPLICATE);
    },
  );

  test('by another creditor', async () => {
    const other = sequence.company('Other Supplier');
    expect(await secondTry((first) => ({ ...first, creditor: other }))).toMatchObject(DUPLICATE);
    // A Chinese invoice number is unique in the country: naming another issuer makes no other document of it.
    expect(
      await secondTry((first) => withEvidence({ ...first, creditor: other }, { issuer: other.uscc })),
    ).toMatchObject(DUPLICATE);
  });

  test('against another debtor', async () => {
    expect(await secondTry((first) => ({ ...first, debtor: sequence.company('Other Buyer') }))).toMatchObject(
      DUPLICATE,
    );
  });

  test('with another spelling of its issuer', async () => {
    const number = (): string => `INV${sequence.invoiceNumber().slice(-8)}`;
    for (const issuer of [
      fullWidth(supplier.uscc),
      supplier.uscc.toLowerCase(),
      supplier.uscc.replace(/(.{6})/g, '$1 ').trim(),
    ]) {
      expect(await secondTry((first) => withEvidence(first, { issuer }), { number: number() })).toMatchObject(
        DUPLICATE,
      );
    }
  });

  test('with another digest, day or amount', async () => {
    const changes = [{ digest: 'ab'.repeat(32) }, { issuedOn: day(-9) }, { amount: cny('9000000.00') }];
    for (const change of changes)
      expect(await secondTry((first) => withEvidence(first, change))).toMatchObject(DUPLICATE);
  });

  test('through another gateway', async () => {
    expect(await secondTry((first) => first, { by: await as({ member: 'platform' }, 1) })).toMatchObject(DUPLICATE);
  });

  test('through another member, which does not learn whose it is', async () => {
    const platform = await as({ member: 'platform' });
    const company = sequence.company('Client of bank-b');
    (await platform.post('/v1/parties', { party: company, member: 'bank-b' })).as<object>(201);
    const refused = await secondTry((first) => ({ ...first, creditor: company }), {
      by: await as({ member: 'bank-b' }),
    });
    expect(refused).toMatchObject(DUPLICATE);
    expect(refused.conflict).toBeUndefined();
  });

  test('after the first was cancelled', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration();
    const first = await platform.register(body);
    (await platform.post(`/v1/receivables/${first.id}/cancellation`, { reason: 'entered in error' })).as<Receivable>(
      201,
    );
    const again = await platform.post('/v1/receivables', body);
    expect([again.status, again.problem.code]).toEqual([409, 'DUPLICATE_EVIDENCE']);
  });

  test('after it was financed, released and cancelled', async () => {
    const platform = await as({ member: 'platform' });
    const bankA = await as({ member: 'bank-a' });
    const body = sequence.registration();
    const first = await platform.register(body);
    const pledge = await platform.propose(sequence.terms(first, 'bank-a'));
    await bankA.accept(pledge.id);
    const early = await platform.post(`/v1/receivables/${first.id}/cancellation`, { reason: 'x' });
    expect([early.status, early.problem.code]).toEqual([409, 'INVALID_STATE']);
    (await bankA.post(`/v1/pledges/${pledge.id}/release`, { reason: 'repaid' })).as<object>(201);
    (await platform.post(`/v1/receivables/${first.id}/cancellation`, { reason: 'x' })).as<object>(201);
    const again = await platform.post('/v1/receivables', body);
    expect([again.status, again.problem.code]).toEqual([409, 'DUPLICATE_EVIDENCE']);
  });

  test('twice in one request', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration();
    const [document] = body.evidence;
    if (document === undefined) throw new Error('no document');
    const answer = await platform.post('/v1/receivables', {
      ...body,
      amount: cny('2000000.00'),
      evidence: [document, { ...document, number: fullWidth(document.number) }],
    });
    expect(answer.status).toBe(409);
    expect(answer.problem).toMatchObject({ code: 'DUPLICATE_EVIDENCE', field: 'evidence[1].number' });
  });
});

describe('an invoice for more than it is worth', () => {
  const part = (body: Registration, yuan: string): Registration => ({ ...body, amount: cny(yuan) });

  test('is refused at once', async () => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', part(sequence.registration(), '1000000.01'));
    expect(answer.status).toBe(409);
    expect(answer.problem).toMatchObject({ code: 'EVIDENCE_OVERDRAWN', field: 'evidence[0].amount' });
  });

  test('is refused when parts add up to more than the whole, and taken to the last fen', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration();
    for (const yuan of ['333333.33', '333333.33', '333333.33']) await platform.register(part(body, yuan));
    const over = await platform.post('/v1/receivables', part(body, '0.02'));
    expect([over.status, over.problem.code]).toEqual([409, 'EVIDENCE_OVERDRAWN']);
    await platform.register(part(body, '0.01'));
    const empty = await platform.post('/v1/receivables', part(body, '0.01'));
    expect([empty.status, empty.problem.code]).toEqual([409, 'DUPLICATE_EVIDENCE']);
  });

  test('is refused when what is left is used with a greater stated value', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration();
    await platform.register(part(body, '400000.00'));
    const grown = withEvidence(part(body, '600000.00'), { amount: cny('5000000.00') });
    const answer = await platform.post('/v1/receivables', grown);
    expect(answer.status).toBe(422);
    expect(answer.problem).toMatchObject({ code: 'INVALID_EVIDENCE', field: 'evidence[0].amount' });
  });

  test('is refused in another currency', async () => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post(
      '/v1/receivables',
      withEvidence(sequence.registration(), { amount: { currency: 'USD', amount: '1000000.00' } }),
    );
    expect(answer.status).toBe(422);
    expect(answer.problem).toMatchObject({ code: 'INVALID_EVIDENCE', field: 'evidence[0].amount.currency' });
  });

  test('does not gain from the contract behind it', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration();
    const [invoice] = body.evidence;
    if (invoice === undefined) throw new Error('no invoice');
    const contract = {
      ...invoice,
      kind: 'CONTRACT',
      number: `C-${sequence.invoiceNumber().slice(-6)}`,
      amount: cny('1000000.00'),
    };
    const answer = await platform.post('/v1/receivables', {
      ...body,
      amount: cny('2000000.00'),
      evidence: [invoice, contract],
    });
    expect([answer.status, answer.problem.code]).toEqual([409, 'EVIDENCE_OVERDRAWN']);
  });
});

describe('amounts', () => {
  test('beyond 2^53 are exact to the fen', async () => {
    const platform = await as({ member: 'platform' });
    const amount = cny('900719925474099.93');
    const asset = await platform.register(sequence.registration({ amount }));
    expect(asset.amount).toEqual(amount);
    const bankA = await as({ member: 'bank-a' });
    const pledge = await platform.propose(sequence.terms(asset, 'bank-a', { covers: cny('900719925474099.92') }));
    await bankA.accept(pledge.id);
    expect(await platform.receivable(asset.id)).toMatchObject({
      free: cny('0.01'),
      encumbered: cny('900719925474099.92'),
    });
  });

  const BAD: readonly (readonly [string, unknown])[] = [
    ['negative', '-1.00'],
    ['zero', '0.00'],
    ['minus zero', '-0'],
    ['with three decimals', '1.000'],
    ['with an exponent', '1e6'],
    ['with a sign', '+1'],
    ['with a comma', '1,000'],
    ['with spaces', ' 1'],
    ['with full-width digits', '\uff11'],
    ['in hexadecimal', '0x10'],
    ['with leading zeros', '007'],
    ['too long', '1'.repeat(19)],
    ['endless', '1'.repeat(41)],
    ['not a number', 'NaN'],
    ['infinite', 'Infinity'],
    ['empty', ''],
    ['a number', 1],
    ['nothing', null],
    ['a list', ['1']],
  ];
  test.each(BAD)('that are %s are refused', async (_, amount) => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', {
      ...sequence.registration(),
      amount: { currency: 'CNY', amount },
    });
    expect(answer.status).toBe(400);
    expect(answer.problem).toMatchObject({ code: 'INVALID_INPUT', field: 'amount.amount' });
  });

  test.each([
    ['JPY', '1.0'],
    ['KWD', '1.0000'],
    ['XAU', '1'],
    ['cny', '1'],
    ['CN\u0423', '1'],
  ])('in %s of %s are refused', async (currency, amount) => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', { ...sequence.registration(), amount: { currency, amount } });
    expect([answer.status, answer.problem.code]).toEqual([400, 'INVALID_INPUT']);
  });
});

describe('documents that are none', () => {
  const BAD: readonly (readonly [string, string, string])[] = [
    ['a number of separators only', 'number', ' - '.trim()],
    ['a number in Cyrillic look-alike letters', 'number', 'IN\u0412-1234'],
    ['a number in Greek look-alike letters', 'number', '\u0391B-1234'],
    ['a number with U+0000', 'number', '123\u00004'],
    ['a number with a line break', 'number', '123\n4'],
    ['a number with half of a surrogate pair', 'number', '123\ud800'],
    ['a number that is too long', 'number', '1'.repeat(129)],
    ['an empty number', 'number', ''],
    ['a kind that is none', 'kind', 'IOU'],
    ['an issuer with a wrong check character', 'issuer', '91350100M000100Y44'],
    ['a day that does not exist', 'issuedOn', '2026-02-30'],
    ['a digest that is none', 'digest', 'not a digest!'],
  ];
  test.each(BAD)('%s', async (_, field, value) => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', withEvidence(sequence.registration(), { [field]: value }));
    expect(answer.status).toBe(400);
    expect(answer.problem).toMatchObject({ code: 'INVALID_INPUT', field: `evidence[0].${field}` });
  });

  test('dated in the future', async () => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.post('/v1/receivables', withEvidence(sequence.registration(), { issuedOn: day(5) }));
    expect(answer.status).toBe(422);
    expect(answer.problem).toMatchObject({ code: 'INVALID_EVIDENCE', field: 'evidence[0].issuedOn' });
  });

  test('beyond what is needed', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration();
    const [document] = body.evidence;
    const answer = await platform.post('/v1/receivables', {
      ...body,
      evidence: [document, { ...document, number: sequence.invoiceNumber() }],
    });
    expect(answer.status).toBe(400);
    expect(answer.problem).toMatchObject({ code: 'INVALID_INPUT', field: 'evidence[1]' });
  });

  test('more than a receivable may have', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration();
    const evidence = Array.from({ length: 21 }, () => ({ ...body.evidence[0], number: sequence.invoiceNumber() }));
    const answer = await platform.post('/v1/receivables', { ...body, evidence });
    expect([answer.status, answer.problem.code, answer.problem.field]).toEqual([400, 'INVALID_INPUT', 'evidence']);
  });
});
