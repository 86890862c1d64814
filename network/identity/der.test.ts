import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DER_TAG, derElement, derElements, DerError, derOid, derText } from './der';

function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

describe('DER', () => {
  test('is read element by element', () => {
    const elements = derElements(bytes('0201 05 0c02 c3a9'));
    expect(elements.map(({ tag }) => tag)).toEqual([DER_TAG.integer, 0x0c]);
    expect(elements[1] && derText(elements[1])).toBe('é');
  });

  test('has lengths of several bytes', () => {
    const content = Buffer.alloc(300, 1);
    const element = derElement(Buffer.concat([bytes('0482012c'), content]), DER_TAG.octetString);
    expect(Buffer.from(element.content)).toEqual(content);
  });

  test.each([
    ['06082a8648ce3d040302', '1.2.840.10045.4.3.2'],
    ['06032a0304', '1.2.3.4'],
    ['0603550403', '2.5.4.3'],
    ['06028837', '2.999'],
  ])('%s is the object identifier %s', (hex, oid) => {
    expect(derOid(derElement(bytes(hex), DER_TAG.oid).content)).toBe(oid);
  });

  test.each([
    ['an element that ends too early', '0402ff'],
    ['a tag alone', '30'],
    ['an indefinite length', '30800000'],
    ['an oversized length', '04850000000001ff'],
    ['a tag of several bytes', '1f8101 00'],
  ])('%s is refused', (_name, hex) => {
    expect(() => derElements(bytes(hex))).toThrow(DerError);
  });

  test('with something behind it, or of another type, is not the expected element', () => {
    expect(() => derElement(bytes('020105 00'), DER_TAG.integer)).toThrow(DerError);
    expect(() => derElement(bytes('020105'), DER_TAG.oid)).toThrow(DerError);
  });

  test('covers all bytes or is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
        try {
          expect(Buffer.concat(derElements(noise).map(({ whole }) => whole))).toEqual(Buffer.from(noise));
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });
});
