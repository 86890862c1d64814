import { describe, expect, test } from '@jest/globals';
import { canonicalDocumentNumber, EvidenceSchema, isUscc, PartySchema } from '@onepledge/chaincode/model';
import fc from 'fast-check';
import { parseDocuments, type DocumentResult } from '../../gateway/src/documents';
import {
  generateSamples,
  sampleUscc,
  seededRandom,
  type ExpectedDocument,
  type SampleFile,
} from '../../scripts/src/samples';

const asOf = '2026-11-22';

/** What a result means, in the words of what was expected. */
function outcomeOf(result: DocumentResult | undefined, expected: ExpectedDocument): ExpectedDocument | undefined {
  if (result === undefined) return undefined;
  if (!result.ok) {
    const why = expected.outcome === 'INVALID_EVIDENCE' ? expected.why : '';
    return { outcome: result.problem.code, why: result.problem.detail.includes(why) ? why : result.problem.detail };
  }
  const { creditor, debtor, amount, dueDate, evidence } = result.document;
  if (expected.outcome === 'DUPLICATE_EVIDENCE') return { outcome: expected.outcome, of: evidence.number };
  return {
    outcome: 'REGISTERED',
    number: evidence.number,
    seller: creditor.uscc,
    buyer: debtor.uscc,
    currency: amount.currency,
    total: amount.amount,
    issued: evidence.issuedOn,
    ...(dueDate === undefined ? {} : { due: dueDate }),
  };
}

function outcomesOf(file: SampleFile): readonly (ExpectedDocument | undefined)[] {
  const results = parseDocuments(file);
  return results.map((result, i) => outcomeOf(result, file.expected[i] ?? { outcome: 'INVALID_EVIDENCE', why: '' }));
}

function fileNamed(name: string): SampleFile {
  const file = generateSamples({ seed: 5, count: 10, asOf }).find((sample) => sample.name === name);
  if (file === undefined) throw new Error(`no sample ${name}`);
  return file;
}

describe('samples of trade documents', () => {
  test('every generated document gives what was expected of it, in every encoding and format', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const file of generateSamples({ seed, count: 20, asOf })) {
          expect([file.name, outcomesOf(file)]).toEqual([file.name, file.expected]);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('what is read is what the ledger takes: each party and each piece of evidence passes its schema unchanged', () => {
    const results = generateSamples({ seed: 13, count: 30, asOf }).flatMap((file) => parseDocuments(file));
    const documents = results.flatMap((result) => (result.ok ? [result.document] : []));
    expect(documents.length).toBeGreaterThan(30);
    for (const { creditor, debtor, evidence } of documents) {
      expect(PartySchema.parse(creditor)).toEqual(creditor);
      expect(PartySchema.parse(debtor)).toEqual(debtor);
      expect(EvidenceSchema.parse(evidence)).toEqual(evidence);
    }
  });

  test('a seed gives the same files again, another seed others', () => {
    const files = generateSamples({ seed: 7, count: 10, asOf });
    expect(generateSamples({ seed: 7, count: 10, asOf })).toEqual(files);
    expect(generateSamples({ seed: 8, count: 10, asOf })).not.toEqual(files);
  });

  test('no good document comes twice, and each resent one has its original before it', () => {
    const registered = new Set<string>();
    for (const { expected } of generateSamples({ seed: 3, count: 100, asOf })) {
      for (const document of expected) {
        if (document.outcome === 'REGISTERED') {
          expect(registered).not.toContain(document.number);
          registered.add(document.number);
        }
        if (document.outcome === 'DUPLICATE_EVIDENCE') expect(registered).toContain(document.of);
      }
    }
    expect(registered.size).toBeGreaterThan(100);
  });

  test('generated codes are unified social credit codes by the ledger’s own rule', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(isUscc(sampleUscc(seededRandom(seed)))).toBe(true);
      }),
    );
  });
});

describe('an invoice with one amount changed', () => {
  const amount =
    /[0-9]+\.[0-9]{2}(?=<\/(?:Total|Amount|ComTaxAm|Totaltax|cbc:(?:Tax|Payable|Prepaid)|ram:(?:Tax|Grand|Due|TotalPrepaid)))/g;

  test.each(['inv-0.xml', 'ubl-0.xml', 'cii-0.xml'])('is refused, whichever amount of %s it is', (name) => {
    const text = Buffer.from(fileNamed(name).bytes)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
    // UBL and CII are held to the sums of the whole document, not to those of lines and tax categories.
    const places = [...text.matchAll(amount)];
    expect(places.length).toBeGreaterThan(3);
    for (const place of places) {
      for (const change of [1n, 100n, -1n]) {
        const minor = BigInt(place[0].replace('.', '')) + change;
        const digits = minor.toString().padStart(3, '0');
        const changed = `${text.slice(0, place.index)}${digits.slice(0, -2)}.${digits.slice(-2)}${text.slice(place.index + place[0].length)}`;
        const [result] = parseDocuments({ name, bytes: Buffer.from(changed) });
        expect([place[0], result?.ok]).toEqual([place[0], false]);
      }
    }
  });
});

describe('a number keyed in in another way', () => {
  const separators = [' ', '-', '\u200b', '\u3000', '.', '\u00a0', '/'];

  test('is the same number', () => {
    const text = Buffer.from(fileNamed('inv-0.xml').bytes).toString('utf8');
    const [, number = ''] = /<EIid>([0-9]{20})</.exec(text) ?? [];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 20 }), fc.constantFrom(...separators))),
        fc.boolean(),
        (inserts, wide) => {
          let keyed = wide
            ? number.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
            : number;
          for (const [at, separator] of inserts) keyed = keyed.slice(0, at) + separator + keyed.slice(at);
          const [result] = parseDocuments({
            name: 'x',
            bytes: Buffer.from(text.replaceAll(`>${number}<`, `>${keyed}<`)),
          });
          expect(result).toMatchObject({ ok: true, document: { evidence: { number } } });
          expect(canonicalDocumentNumber(keyed)).toBe(number);
        },
      ),
    );
  });
});

describe('damaged files', () => {
  const files = generateSamples({ seed: 11, count: 10, asOf });

  test('never make the reader throw, and give a problem or a document with every field', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }),
        fc.nat(),
        (file, edits, cut) => {
          const bytes = Uint8Array.from(file.bytes);
          for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value;
          const results = parseDocuments({ name: file.name, bytes: bytes.subarray(0, cut % (bytes.length + 1)) });
          expect(results.length).toBeGreaterThan(0);
          for (const result of results) {
            if (result.ok) expect(result.document.evidence.digest).toMatch(/^[0-9a-f]{64}$/);
            else {
              expect(result.problem.code).toBe('INVALID_EVIDENCE');
              expect(result.problem.detail).not.toContain('the document cannot be read');
            }
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('of pure noise give one problem', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const results = parseDocuments({ name: 'noise', bytes });
        expect(results).toEqual([
          { ok: false, problem: expect.objectContaining({ code: 'INVALID_EVIDENCE' }) as unknown },
        ]);
        expect(JSON.stringify(results)).not.toContain('the document cannot be read');
      }),
      { numRuns: 1_000 },
    );
  });
});
