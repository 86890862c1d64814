import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDocuments, type ParsedDocument } from '../../gateway/src/documents';
import { generateSamples, seededRandom } from '../../scripts/src/samples';
import { mutilated, respelt } from '../../scripts/src/samples/respell';

const asOf = '2026-11-22';

/** Good invoices of the three kinds of XML, as text. */
function invoices(seed: number): readonly string[] {
  return generateSamples({ seed, count: 3, asOf })
    .filter(({ name, expected }) => name.endsWith('.xml') && expected[0]?.outcome === 'REGISTERED')
    .filter(({ name }) => ['inv-0.xml', 'ubl-0.xml', 'cii-0.xml'].includes(name))
    .map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
}

/** What a document states, without the digest of its file; undefined for one that is refused. */
function stated(text: string): Partial<ParsedDocument> | undefined {
  const [result] = parseDocuments({ name: 'x', bytes: Buffer.from(text) });
  if (result?.ok !== true) return undefined;
  return { ...result.document, evidence: { ...result.document.evidence, digest: '' } };
}

describe('an XML invoice', () => {
  test('that another program has written in other words states the same', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        for (const text of invoices(seed)) {
          const written = respelt(text, random);
          expect([written, stated(written)]).toEqual([written, stated(text)]);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('of which a part is missing or stands twice is worth the same, or is refused', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const worth = (document: Partial<ParsedDocument> | undefined) =>
          document && [document.amount, document.evidence?.number, document.evidence?.issuedOn];
        const texts = invoices(seed);
        expect(texts).toHaveLength(3);
        for (const text of texts) {
          for (const { how, text: changed } of mutilated(text)) {
            const left = worth(stated(changed));
            if (left !== undefined) expect([how, ...left]).toEqual([how, ...(worth(stated(text)) ?? [])]);
          }
        }
      }),
      { numRuns: 3 },
    );
  });
});
