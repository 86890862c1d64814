/** The little DER that certificates need beyond node:crypto: subject names, extensions, what the CA signed. */

/** One tag-length-value; `content` and `whole` are views of the bytes that were read. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Bytes that are not DER, or not the structure that they should be. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  extensions: 0xa3,
} as const;

/**
 * The elements that these bytes consist of.
 * @throws DerError when they do not end with an element, or use a form that DER forbids.
 */
export function derElements(bytes: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/**
 * The single element that these bytes are, with the given tag.
 * @throws DerError otherwise.
 */
export function derElement(bytes: Uint8Array, tag: number): DerElement {
  const element = elementAt(bytes, 0);
  if (element.tag !== tag || element.whole.length !== bytes.length) throw new DerError('not the expected element');
  return element;
}

/** One element, encoded. */
export function derEncode(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | digits.length, ...digits];
  return Buffer.concat([Uint8Array.from(head), content]);
}

/** An object identifier in dotted form. */
export function derOid(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

/**
 * The text of a directory string.
 * @throws DerError for string types that certificates of Fabric never use.
 */
export function derText(element: DerElement): string {
  const encoding = TEXT_ENCODINGS.get(element.tag);
  if (encoding === undefined) throw new DerError(`string type ${element.tag} is not supported`);
  return Buffer.from(element.content).toString(encoding);
}

const TEXT_ENCODINGS: ReadonlyMap<number, BufferEncoding> = new Map([
  [0x0c, 'utf8'], // UTF8String
  [0x13, 'latin1'], // PrintableString
  [0x14, 'latin1'], // TeletexString
  [0x16, 'latin1'], // IA5String
]);

function elementAt(bytes: Uint8Array, at: number): DerElement {
  const tag = byteAt(bytes, at);
  if ((tag & 0x1f) === 0x1f) throw new DerError('tags of several bytes are not supported');
  const first = byteAt(bytes, at + 1);
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError('indefinite or oversized length');
    length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + byteAt(bytes, start + i);
    start += count;
  }
  const end = start + length;
  if (end > bytes.length) throw new DerError('an element is longer than the bytes');
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new DerError('the bytes end within an element');
  return byte;
}
