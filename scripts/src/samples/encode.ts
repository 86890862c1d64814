/** Text to bytes in the encodings in which documents arrive. */

export const SAMPLE_ENCODINGS = ['UTF-8', 'UTF-8 with BOM', 'UTF-16LE', 'UTF-16BE', 'GB18030'] as const;
export type SampleEncoding = (typeof SAMPLE_ENCODINGS)[number];

/** The name of an encoding as an XML declaration states it. */
export function declaredName(encoding: SampleEncoding): string {
  if (encoding.startsWith('UTF-16')) return 'UTF-16';
  return encoding === 'GB18030' ? encoding : 'UTF-8';
}

/**
 * Encodes a text; UTF-16 gets its byte order mark.
 * @throws RangeError for a character that has no two-byte form, when the encoding is GB18030.
 */
export function encodeText(text: string, encoding: SampleEncoding): Uint8Array {
  switch (encoding) {
    case 'UTF-8':
      return Buffer.from(text, 'utf8');
    case 'UTF-8 with BOM':
      return Buffer.from(`\uFEFF${text}`, 'utf8');
    case 'UTF-16LE':
      return Buffer.from(`\uFEFF${text}`, 'utf16le');
    case 'UTF-16BE':
      return Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
    case 'GB18030':
      return encodeGb18030(text);
  }
}

function encodeGb18030(text: string): Uint8Array {
  const table = twoByteTable();
  return Uint8Array.from(
    Array.from(text).flatMap((character) => {
      const code = character.charCodeAt(0);
      if (code < 0x80) return [code];
      const bytes = table.get(character);
      if (bytes === undefined) throw new RangeError(`no two-byte form in GB18030: ${character}`);
      return bytes;
    }),
  );
}

let twoByte: ReadonlyMap<string, readonly number[]> | undefined;

/** Node decodes GB18030 and does not encode it: the table is its decoder read backwards, over all two-byte codes. */
function twoByteTable(): ReadonlyMap<string, readonly number[]> {
  if (twoByte !== undefined) return twoByte;
  const decoder = new TextDecoder('gb18030');
  const table = new Map<string, readonly number[]>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (character.length === 1 && character !== '\uFFFD') table.set(character, [lead, trail]);
    }
  }
  twoByte = table;
  return table;
}
