/** From a file's bytes to its text: UTF-8, UTF-16, GB18030 or Latin 1, decoded exactly or refused. */
import { TextDecoder } from 'node:util';
import { InvalidDocument, shown } from './invalid-document';

/** The largest file that is read, in bytes. */
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030' | 'windows-1252';

/**
 * Decodes a file. A byte order mark wins over everything; then the zero bytes by which UTF-16 shows itself; then the XML declaration;
 * then UTF-8. Text that is not XML and not UTF-8 is tried as GB18030, in which spreadsheets in China save CSV.
 * @throws InvalidDocument for an empty or too large file, an encoding that is not read, and bytes that the encoding does not have.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new InvalidDocument('empty: the file has no bytes');
  if (bytes.length > MAX_FILE_BYTES) {
    throw new InvalidDocument(`the file has ${bytes.length} bytes; at most ${MAX_FILE_BYTES} are read`);
  }
  const text = decodeBytes(bytes);
  if (text.trim() === '') throw new InvalidDocument('empty: the file holds only white space');
  return text;
}

// What accented letters of Latin 1 become in GB18030, with the letter after them: "Müller" would be "M黮ler".
const HAN_WITHIN_WORD = /[a-z]\p{Script=Han}(?!\p{Script=Han})|[A-Za-z]\p{Script=Han}[a-z]/u;

function decodeBytes(bytes: Uint8Array): string {
  const evident = encodingOfMark(bytes) ?? encodingOfZeroBytes(bytes);
  if (evident !== undefined) return decodeAs(evident, bytes);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256)).toString('latin1').trimStart();
  if (head.startsWith('<')) return decodeAs(declaredEncoding(head), bytes);
  try {
    return decodeAs('utf-8', bytes);
  } catch {
    const text = decodeAs('gb18030', bytes, 'the file is not XML, and its bytes are neither UTF-8 nor GB18030 text');
    if (!HAN_WITHIN_WORD.test(text)) return text;
    throw new InvalidDocument('the file is not UTF-8, and not Chinese text either: save it as UTF-8');
  }
}

function encodingOfMark(bytes: Uint8Array): Encoding | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

/** XML 1.0, appendix F: a first character of the ASCII range has one zero byte in UTF-16, and the side it is on gives the order. */
function encodingOfZeroBytes(bytes: Uint8Array): Encoding | undefined {
  const [a, b] = bytes;
  if (a === undefined || b === undefined || (a === 0) === (b === 0)) return undefined;
  return b === 0 ? 'utf-16le' : 'utf-16be';
}

// GB18030 contains GBK, which contains GB2312: one decoder reads all three. So does Windows-1252 with Latin 1, but for control characters.
const BY_DECLARED_NAME: ReadonlyMap<string, Encoding> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['gb18030', 'gb18030'],
  ['gbk', 'gb18030'],
  ['gb2312', 'gb18030'],
  ['iso-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['windows-1252', 'windows-1252'],
]);

function declaredEncoding(head: string): Encoding {
  const [, , name] = /^<\?xml\s[^>]*?\sencoding\s*=\s*(["'])([^"']*)\1/.exec(head) ?? [];
  if (name === undefined) return 'utf-8';
  const encoding = BY_DECLARED_NAME.get(name.toLowerCase());
  if (encoding !== undefined) return encoding;
  throw new InvalidDocument(
    /^utf-?16/i.test(name)
      ? `the XML declaration says ${shown(name)}, but the bytes are not UTF-16`
      : `the encoding ${shown(name)} is not read; UTF-8, UTF-16, GB18030 and ISO-8859-1 are`,
  );
}

type Decode = (bytes: Uint8Array) => string;

/** Decoders hold no state between whole inputs. Fatal: a replaced character could hide in a number or a name. */
function exactly(encoding: Exclude<Encoding, 'windows-1252'>): Decode {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (bytes) => decoder.decode(bytes);
}

// What Windows-1252 has in place of Latin 1's control characters from 0x80 on; it has no character at the five that are blank here.
const WINDOWS_1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** Node's own decoder of this name leaves control characters in some versions. */
function decodeWindows1252(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return latin1.replace(/[\x80-\x9f]/g, (control) => {
    const character = WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80);
    if (character === ' ') throw new RangeError('not a character of Windows-1252');
    return character;
  });
}

const DECODERS: Readonly<Record<Encoding, Decode>> = {
  'utf-8': exactly('utf-8'),
  'utf-16le': exactly('utf-16le'),
  'utf-16be': exactly('utf-16be'),
  gb18030: exactly('gb18030'),
  'windows-1252': decodeWindows1252,
};

function decodeAs(encoding: Encoding, bytes: Uint8Array, otherwise?: string): string {
  try {
    return DECODERS[encoding](bytes);
  } catch {
    throw new InvalidDocument(otherwise ?? `the bytes are not valid ${encoding.toUpperCase()}`);
  }
}
