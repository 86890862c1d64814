import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeText, MAX_FILE_BYTES } from './encoding';

const declared = (name: string): string => `<?xml version="1.0" encoding="${name}"?><名>`;
// 名 is C3 FB in GB2312, GBK and GB18030.
const inGb = (name: string): Uint8Array =>
  Buffer.concat([
    Buffer.from(`<?xml version="1.0" encoding="${name}"?><`),
    Uint8Array.of(0xc3, 0xfb),
    Buffer.from('>'),
  ]);

describe('decoding a file', () => {
  test('UTF-8 is read with and without a byte order mark', () => {
    expect(decodeText(Buffer.from('<名>'))).toBe('<名>');
    expect(decodeText(Buffer.from('\uFEFF<名>'))).toBe('<名>');
  });

  test('UTF-16 is read in both orders, with a mark or known by its zero bytes', () => {
    const text = declared('UTF-16');
    for (const mark of ['', '\uFEFF']) {
      expect(decodeText(Buffer.from(mark + text, 'utf16le'))).toBe(text);
      expect(decodeText(Buffer.from(mark + text, 'utf16le').swap16())).toBe(text);
    }
  });

  test.each(['GB18030', 'gbk', 'GB2312'])('%s is read where the XML declaration names it', (name) => {
    expect(decodeText(inGb(name))).toBe(declared(name));
  });

  test.each(['ISO-8859-1', 'Latin1', 'windows-1252'])('%s is read where the XML declaration names it', (name) => {
    const head = `<?xml version="1.0" encoding="${name}"?>`;
    const bytes = Buffer.from(`${head}<S\xf8holm \x80\x8a\x8e\x93\x9f\xa0>`, 'latin1');
    expect(decodeText(bytes)).toBe(`${head}<Søholm €ŠŽ“Ÿ\u00a0>`);
    expect(() => decodeText(Buffer.concat([bytes, Uint8Array.of(0x81)]))).toThrow('not valid WINDOWS-1252');
  });

  test('a byte order mark wins over the declaration', () => {
    expect(decodeText(Buffer.from(`\uFEFF${declared('GB18030')}`))).toBe(declared('GB18030'));
  });

  test('bytes that the encoding does not have are refused, not replaced', () => {
    expect(() => decodeText(inGb('UTF-8'))).toThrow('not valid UTF-8');
    expect(() => decodeText(Buffer.from(declared('UTF-16')))).toThrow('the bytes are not UTF-16');
    expect(() => decodeText(Buffer.from(declared('Big5')))).toThrow('"Big5" is not read');
    expect(() => decodeText(Uint8Array.of(0xff, 0xfe, 0x3c))).toThrow('not valid UTF-16LE');
  });

  test('text that is not XML may be GB18030 without saying so', () => {
    expect(decodeText(Uint8Array.of(0xc3, 0xfb, 0x2c))).toBe('名,');
    expect(() => decodeText(Uint8Array.of(0xc3, 0xfb, 0xff))).toThrow('neither UTF-8 nor GB18030');
  });

  test.each(['Søholm', 'Müller', 'Größe', 'Peña S.A.', 'Ångström AB'])('%s in Latin 1 is not Chinese', (name) => {
    expect(() => decodeText(Buffer.from(`${name},1`, 'latin1'))).toThrow('save it as UTF-8');
  });

  test('nothing, only white space and too much are refused', () => {
    expect(() => decodeText(new Uint8Array())).toThrow('empty');
    expect(() => decodeText(Buffer.from(' \r\n\t'))).toThrow('empty');
    expect(() => decodeText(new Uint8Array(MAX_FILE_BYTES + 1))).toThrow(`at most ${MAX_FILE_BYTES}`);
  });

  test('whatever is written in UTF-8 or UTF-16 is read back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const content = `<${text}`;
        expect(decodeText(Buffer.from(`\uFEFF${content}`))).toBe(content);
        expect(decodeText(Buffer.from(`\uFEFF${content}`, 'utf16le'))).toBe(content);
      }),
    );
  });
});
