/** ECDSA P-256 signatures as Fabric wants them: DER, and the lower of the two values of s that are valid. */
import { type KeyObject, sign, verify } from 'node:crypto';

/** Order of the P-256 group (FIPS 186-4, D.1.2.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = ORDER >> 1n;
const SCALAR_BYTES = 32;
const HALF_ORDER_BYTES = Buffer.from(HALF_ORDER.toString(16), 'hex');

/** Signs SHA-256(message); DER with low s, without which Fabric refuses the signature. */
export function signLowS(key: KeyObject, message: Uint8Array): Uint8Array {
  return lowS(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
}

/** The DER form with low s of a signature in the form of IEEE P1363: r and s, 32 bytes each. */
export function lowS(pair: Uint8Array): Uint8Array {
  const r = pair.subarray(0, SCALAR_BYTES);
  const s = pair.subarray(SCALAR_BYTES);
  return encode(r, isLow(s) ? s : negate(s));
}

/** Whether this is the key's signature over SHA-256(message), in strict DER and with low s. Never throws. */
export function verifyLowS(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  const s = decodeS(signature);
  if (s === undefined || !isLow(s)) return false;
  try {
    return verify('sha256', message, { key, dsaEncoding: 'der' }, signature);
  } catch {
    return false;
  }
}

/** The other valid form of the same signature: what an attacker can always make of it. Undefined when it is not DER. */
export function flipS(signature: Uint8Array): Uint8Array | undefined {
  const s = decodeS(signature);
  const rLength = signature[3];
  if (s === undefined || rLength === undefined) return undefined;
  return encode(signature.subarray(4, 4 + rLength), negate(s));
}

/** The same signature with low s. Undefined when it is not DER. */
export function withLowS(signature: Uint8Array): Uint8Array | undefined {
  const s = decodeS(signature);
  if (s === undefined) return undefined;
  return isLow(s) ? signature : flipS(signature);
}

function isLow(s: Uint8Array): boolean {
  return Buffer.compare(s, HALF_ORDER_BYTES) <= 0;
}

function negate(s: Uint8Array): Uint8Array {
  const negative = ORDER - BigInt(`0x${Buffer.from(s).toString('hex')}`);
  return Buffer.from(negative.toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex');
}

/** SEQUENCE { r INTEGER, s INTEGER }; always shorter than 128 bytes for P-256. */
function encode(r: Uint8Array, s: Uint8Array): Uint8Array {
  const parts = [...integer(r), ...integer(s)];
  return Uint8Array.from([0x30, parts.length, ...parts]);
}

function integer(bytes: Uint8Array): readonly number[] {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = [...bytes.subarray(start)];
  const signed = (digits[0] ?? 0) >= 0x80 ? [0, ...digits] : digits;
  return [0x02, signed.length, ...signed];
}

/** s as 32 bytes, or undefined when the signature is not exactly one DER pair of positive integers. */
function decodeS(signature: Uint8Array): Uint8Array | undefined {
  const rLength = signature[3] ?? 0;
  const at = 4 + rLength;
  const sLength = signature[at + 1] ?? 0;
  const wellFormed =
    signature[0] === 0x30 &&
    signature[1] === signature.length - 2 &&
    signature[2] === 0x02 &&
    signature[at] === 0x02 &&
    at + 2 + sLength === signature.length;
  if (!wellFormed || !isPositive(signature, 4, rLength) || !isPositive(signature, at + 2, sLength)) return undefined;
  const s = signature.subarray(at + 2);
  const digits = s[0] === 0 ? s.subarray(1) : s;
  if (digits.length > SCALAR_BYTES) return undefined;
  const padded = Buffer.alloc(SCALAR_BYTES);
  padded.set(digits, SCALAR_BYTES - digits.length);
  return padded;
}

/** A positive DER integer without needless leading zeros. */
function isPositive(bytes: Uint8Array, at: number, length: number): boolean {
  const first = bytes[at];
  if (length < 1 || first === undefined || first >= 0x80) return false;
  return first !== 0 || (length > 1 && (bytes[at + 1] ?? 0) >= 0x80);
}
