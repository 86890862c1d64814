/** Samples of trade documents, good and bad, made from a seed: what tests, demos and benchmarks import. */
import { chineseCompany, europeanCompany, withWrongCheck, type Company } from './companies';
import { declaredName, encodeText, SAMPLE_ENCODINGS } from './encode';
import { ciiXml, csvText, eInvoiceXml, taxListText, ublXml } from './formats';
import { decimal, sampleInvoice, type SampleInvoice } from './invoice';
import { seededRandom, type Random } from './random';

export { checkCharacter, sampleUscc } from './companies';
export { seededRandom, type Random } from './random';

/** What must become of a document. `total` is a decimal with two digits: what is still to be paid. */
export type ExpectedDocument =
  | Readonly<{
      outcome: 'REGISTERED';
      number: string;
      seller: string;
      buyer: string;
      currency: string;
      total: string;
      issued: string;
      due?: string;
    }>
  /** The same invoice as that of the number `of`, which comes earlier in the list. */
  | Readonly<{ outcome: 'DUPLICATE_EVIDENCE'; of: string }>
  | Readonly<{ outcome: 'INVALID_EVIDENCE'; why: string }>;

/** A file and what must become of each document in it. */
export type SampleFile = Readonly<{ name: string; bytes: Uint8Array; expected: readonly ExpectedDocument[] }>;

export type SampleOptions = Readonly<{
  /** A whole number; the same options give the same files for ever. */
  seed: number;
  /** How many good 数电票; the other kinds come on top, in about a tenth of this number each. */
  count: number;
  /** YYYY-MM-DD: the invoices are issued in the half year up to this day. */
  asOf: string;
}>;

/**
 * Good 数电票 in all encodings; the same invoices sent again and keyed in again; red-letter, miscounted, mistyped and hostile ones; files that
 * are no invoices; UBL, CII and CSV files, good and bad, and invoices that are no fresh claim. In the order in which they are to be presented.
 */
export function generateSamples({ seed, count, asOf }: SampleOptions): readonly SampleFile[] {
  const random = seededRandom(seed);
  const world: World = {
    random,
    asOf,
    sellers: Array.from({ length: 12 }, () => chineseCompany(random)),
    buyers: Array.from({ length: 4 }, () => chineseCompany(random)),
    serial: 351_700_000 + random.below(100_000),
  };
  const good = Array.from({ length: count }, () => chineseInvoice(world));
  const tenth = Math.max(1, Math.floor(count / 10));
  const several = (make: (i: number) => SampleFile): SampleFile[] => Array.from({ length: tenth }, (_, i) => make(i));
  return [
    ...good.map((invoice, i) => goodFile(invoice, i)),
    ...good.slice(0, tenth).map((invoice, i) => resentFile(invoice, i)),
    ...good.slice(-tenth).map((invoice, i) => rekeyedFile(invoice, i)),
    ...several((i) =>
      invalidFile(`red-${i}`, eInvoiceXml(chineseInvoice(world), 'UTF-8', { red: true }), 'red-letter'),
    ),
    ...several((i) => miscountedFile(chineseInvoice(world), i)),
    ...several((i) => mistypedFile(chineseInvoice(world), i)),
    ...hostileFiles(world),
    ...several((i) => europeanFile(world, i, 'ubl', ublXml)),
    ...several((i) => europeanFile(world, i, 'cii', ciiXml)),
    invalidFile('ubl-credit', ublXml(europeanInvoice(world), '381'), 'credit note'),
    invalidFile('cii-credit', ciiXml(europeanInvoice(world), '381'), 'credit note'),
    csvFile(world, tenth, 'en'),
    csvFile(world, tenth, 'zh'),
    ...NO_CLAIMS.flatMap(([type, why]) => [
      invalidFile(`ubl-${type}`, ublXml(europeanInvoice(world), type), why),
      invalidFile(`cii-${type}`, ciiXml(europeanInvoice(world), type), why),
    ]),
    taxListFile(world, tenth),
  ];
}

// UNTDID 1001: kinds of invoice that are no fresh claim of the seller on the buyer.
const NO_CLAIMS = [
  ['384', 'corrected'],
  ['386', 'prepayment'],
  ['393', 'assigned'],
  ['501', 'assigned'],
  ['130', 'no invoice'],
] as const;

type World = { random: Random; asOf: string; sellers: readonly Company[]; buyers: readonly Company[]; serial: number };

function chineseInvoice(world: World): SampleInvoice {
  const number = `${world.asOf.slice(2, 4)}442${String(world.serial++).padStart(15, '0')}`;
  const seller = world.random.pick(world.sellers);
  const buyer = world.random.pick(world.buyers);
  return sampleInvoice(world.random, { number, seller, buyer, currency: 'CNY', taxRate: 13, prepaid: 0n }, world.asOf);
}

function europeanInvoice(world: World): SampleInvoice {
  const { random } = world;
  const seller = europeanCompany(random);
  const buyer = europeanCompany(random);
  const frame = { number: `INV-${world.serial++}`, seller, buyer, currency: random.pick(['EUR', 'DKK', 'SEK']) };
  const invoice = sampleInvoice(random, { ...frame, taxRate: 21, prepaid: 0n }, world.asOf);
  return random.below(2) === 0 ? invoice : { ...invoice, prepaid: invoice.total / 4n };
}

function registered(invoice: SampleInvoice, withDue: boolean): ExpectedDocument {
  return {
    outcome: 'REGISTERED',
    number: invoice.number,
    seller: invoice.seller.id,
    buyer: invoice.buyer.id,
    currency: invoice.currency,
    total: decimal(invoice.total - invoice.prepaid),
    issued: invoice.issued,
    ...(withDue ? { due: invoice.due } : {}),
  };
}

function goodFile(invoice: SampleInvoice, i: number): SampleFile {
  const encoding = SAMPLE_ENCODINGS[i % SAMPLE_ENCODINGS.length] ?? 'UTF-8';
  const bytes = encodeText(eInvoiceXml(invoice, declaredName(encoding)), encoding);
  return { name: `inv-${i}.xml`, bytes, expected: [registered(invoice, false)] };
}

/** Saved again by another program: other bytes, line breaks and a comment, the same invoice. */
function resentFile(invoice: SampleInvoice, i: number): SampleFile {
  const text = eInvoiceXml(invoice, 'UTF-8').replaceAll('><', '>\n  <').replace('<EIid>', '<!-- saved again --><EIid>');
  const bytes = encodeText(text, 'UTF-8 with BOM');
  return { name: `resent-${i}.xml`, bytes, expected: [{ outcome: 'DUPLICATE_EVIDENCE', of: invoice.number }] };
}

/** Keyed in by hand: groups of four, or full-width digits. */
function rekeyedFile(invoice: SampleInvoice, i: number): SampleFile {
  const { number } = invoice;
  const rekeyed =
    i % 2 === 0
      ? number.replace(/(.{4})(?=.)/g, '$1 ')
      : number.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
  const bytes = encodeText(eInvoiceXml({ ...invoice, number: rekeyed }, 'UTF-8'), 'UTF-8');
  return { name: `rekeyed-${i}.xml`, bytes, expected: [{ outcome: 'DUPLICATE_EVIDENCE', of: number }] };
}

function miscountedFile(invoice: SampleInvoice, i: number): SampleFile {
  const text = eInvoiceXml(invoice, 'UTF-8', { total: invoice.total + BigInt(i + 1) });
  return invalidFile(`sum-${i}`, text, 'total is not net plus tax');
}

function mistypedFile(invoice: SampleInvoice, i: number): SampleFile {
  const seller = { ...invoice.seller, id: withWrongCheck(invoice.seller.id) };
  return invalidFile(`uscc-${i}`, eInvoiceXml({ ...invoice, seller }, 'UTF-8'), 'check character');
}

function hostileFiles(world: World): readonly SampleFile[] {
  const write = (prolog: string): string => eInvoiceXml(chineseInvoice(world), 'UTF-8', { prolog, drawer: '&e;' });
  const levels = ['ba', 'cb', 'dc', 'ed'].map(
    (pair) => `<!ENTITY ${pair.charAt(0)} "${`&${pair.charAt(1)};`.repeat(10)}">`,
  );
  const whole = eInvoiceXml(chineseInvoice(world), 'UTF-8');
  return [
    invalidFile('dtd-file', write('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'), 'document type'),
    invalidFile('dtd-bomb', write(`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${levels.join('')}]>`), 'document type'),
    invalidFile('entity', write(''), 'not well-formed'),
    invalidFile('truncated', whole.slice(0, Math.floor(whole.length / 2)), 'not well-formed'),
    invalidFile('trailing', `${whole}<EInvoice/>`, 'not well-formed'),
    invalidFile('empty', '', 'empty'),
    invalidFile('unrelated', '<?xml version="1.0"?><note><to>bank</to></note>', 'not an invoice'),
  ];
}

function europeanFile(world: World, i: number, format: string, write: (invoice: SampleInvoice) => string): SampleFile {
  const invoice = europeanInvoice(world);
  return {
    name: `${format}-${i}.xml`,
    bytes: encodeText(write(invoice), 'UTF-8'),
    expected: [registered(invoice, true)],
  };
}

function csvFile(world: World, rows: number, header: 'en' | 'zh'): SampleFile {
  const invoices = Array.from({ length: rows }, () => chineseInvoice(world));
  const wrong = chineseInvoice(world);
  const mistyped = { ...wrong, buyer: { ...wrong.buyer, id: withWrongCheck(wrong.buyer.id) } };
  const bytes = encodeText(csvText([...invoices, mistyped], header), header === 'en' ? 'UTF-8 with BOM' : 'GB18030');
  return {
    name: `list-${header}.csv`,
    bytes,
    expected: [
      ...invoices.map((invoice) => registered(invoice, true)),
      { outcome: 'INVALID_EVIDENCE', why: 'check character' },
    ],
  };
}

/** As GB18030, which its readers in China save; the last invoice was cancelled. */
function taxListFile(world: World, rows: number): SampleFile {
  const invoices = Array.from({ length: rows + 1 }, () => chineseInvoice(world));
  return {
    name: 'list-tax.csv',
    bytes: encodeText(taxListText(invoices, '已红冲-全额'), 'GB18030'),
    expected: [
      ...invoices.slice(0, -1).map((invoice) => registered(invoice, false)),
      { outcome: 'INVALID_EVIDENCE', why: '已红冲' },
    ],
  };
}

function invalidFile(name: string, text: string, why: string): SampleFile {
  const bytes = encodeText(text, 'UTF-8');
  return { name: `${name}.xml`, bytes, expected: [{ outcome: 'INVALID_EVIDENCE', why }] };
}
