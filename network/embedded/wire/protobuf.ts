/**
 * The protobuf wire format, written by hand for the hot path: generated code costs several microseconds a message and
 * copies every byte field, this reads fields as views on the received buffer.
 */

/** The bytes are not the protobuf message that they should be. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** The key of a field whose value is a varint (integers, booleans, enumerations). */
export const varintField = (field: number): number => field * 8 + VARINT;
/** The key of a field whose value is length-delimited (bytes, strings, messages). */
export const bytesField = (field: number): number => field * 8 + BYTES;

/** Negative int32 values are extended to 64 bits: they are the unsigned numbers from here on. */
const NEGATIVE_INT32 = 2 ** 64 - 2 ** 31;

export const NO_BYTES: Buffer = Buffer.alloc(0);

/** A number as a varint by itself, as lengths and packed fields have it. */
export function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Looks at received bytes as a Buffer without copying them. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads one message. Byte fields are views on the input: they keep it alive, and change when it does. */
export class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = asBuffer(bytes);
  }

  /**
   * The next field's key (field number × 8 + wire type), 0 at the end of the message.
   * @throws WireError when the key is malformed.
   */
  next(): number {
    if (this.#position >= this.#bytes.length) return 0;
    const key = this.integer();
    if (key < 8) throw new WireError(`field number 0 at offset ${this.#position}`);
    return key;
  }

  /**
   * An unsigned integer up to 2^53 − 1; negative int32 values come back as such.
   * @throws WireError when it is truncated or larger.
   */
  integer(): number {
    let value = 0;
    let scale = 1;
    // Doubles lose the low bits of what takes ten bytes; of an int32 these are all that there is.
    let low = 0;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw new WireError('truncated integer');
      this.#position += 1;
      value += (byte & 0x7f) * scale;
      if (count < 5) low |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) {
        if (value >= NEGATIVE_INT32) return low;
        if (value > Number.MAX_SAFE_INTEGER) throw new WireError('integer is larger than 2^53 - 1');
        return value;
      }
      scale *= 128;
    }
    throw new WireError('integer of more than 10 bytes');
  }

  /**
   * An unsigned 64-bit integer; what is larger than 2^53 − 1 comes as that number. For bounds, which clients set to the largest
   * value that they know when they mean none.
   * @throws WireError when it is truncated.
   */
  bound(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw new WireError('truncated integer');
      this.#position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
    }
    throw new WireError('integer of more than 10 bytes');
  }

  boolean(): boolean {
    return this.integer() !== 0;
  }

  /** @throws WireError when it is truncated. */
  bytes(): Buffer {
    const length = this.integer();
    const end = this.#position + length;
    if (length < 0 || end > this.#bytes.length) throw new WireError('truncated field');
    const bytes = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return bytes;
  }

  /**
   * Text; as protobuf demands, it is refused when it is not UTF-8.
   * @throws WireError
   */
  string(): string {
    const bytes = this.bytes();
    const text = bytes.toString('utf8');
    if (text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes)) {
      throw new WireError('text is not valid UTF-8');
    }
    return text;
  }

  /**
   * Passes over the value of a field with this key.
   * @throws WireError when the wire type is unknown or the value truncated.
   */
  skip(key: number): void {
    switch (key % 8) {
      case VARINT:
        this.#skipVarint();
        return;
      case FIXED64:
        this.#advance(8);
        return;
      case BYTES:
        this.bytes();
        return;
      case FIXED32:
        this.#advance(4);
        return;
      default:
        throw new WireError(`unknown wire type ${key % 8}`);
    }
  }

  #skipVarint(): void {
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) break;
      this.#position += 1;
      if (byte < 0x80) return;
    }
    throw new WireError('truncated integer');
  }

  #advance(length: number): void {
    this.#position += length;
    if (this.#position > this.#bytes.length) throw new WireError('truncated field');
  }
}

/** Writes one message, fields in the order of the calls; zero values are left out, as proto3 does. */
export class Writer {
  #buffer: Buffer;
  #length = 0;

  constructor(expectedSize = 256) {
    this.#buffer = Buffer.allocUnsafe(expectedSize);
  }

  integer(field: number, value: number): this {
    return value === 0 ? this : this.entry(field, value);
  }

  /** A key or value of a map's entry: written even when zero, as Fabric's peers do. Older protobuf.js takes an entry without its key for nothing. */
  entry(field: number, value: number): this {
    this.#reserve(20);
    this.#varint(varintField(field));
    this.#varint(value);
    return this;
  }

  boolean(field: number, value: boolean): this {
    return this.integer(field, value ? 1 : 0);
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.message(field, value);
  }

  string(field: number, value: string): this {
    return value === '' ? this : this.element(field, value);
  }

  /** A member of a repeated string: written even when empty. */
  element(field: number, value: string): this {
    const length = Buffer.byteLength(value, 'utf8');
    this.#reserve(20 + length);
    this.#varint(bytesField(field));
    this.#varint(length);
    this.#buffer.write(value, this.#length, length, 'utf8');
    this.#length += length;
    return this;
  }

  /** A sub-message or a member of a repeated bytes field: written even when empty. */
  message(field: number, value: Uint8Array): this {
    this.#reserve(20 + value.length);
    this.#varint(bytesField(field));
    this.#varint(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** The message; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  #varint(value: number): void {
    let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : undefined;
    if (rest !== undefined) {
      while (rest >= 0x80n) {
        this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
      this.#buffer[this.#length++] = Number(rest);
      return;
    }
    let positive = value;
    while (positive >= 0x80) {
      this.#buffer[this.#length++] = (positive % 128) | 0x80;
      positive = Math.floor(positive / 128);
    }
    this.#buffer[this.#length++] = positive;
  }
}
