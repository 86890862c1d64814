/**
 * Signatures as Fabric takes them: of keys on NIST's curves over SHA-256, in DER, with the lower of the two values of s that are
 * valid; of Ed25519 keys over the message itself.
 */
import { type KeyObject, sign, verify } from 'node:crypto';

/** What of a curve decides which of two signatures is the low one. */
interface Curve {
  readonly order: bigint;
  /** Half of the order, in as many bytes as a scalar has. */
  readonly half: Buffer;
}

// Orders of FIPS 186-4, D.1.2.
const P224 = curve('ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d');
const P256 = curve('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const P384 = curve('ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973');
const P521 = curve(`01${'f'.repeat(64)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`);

/** By OpenSSL's names. */
const CURVES: ReadonlyMap<string | undefined, Curve> = new Map([
  ['secp224r1', P224],
  ['prime256v1', P256],
  ['secp384r1', P384],
  ['secp521r1', P521],
]);

/** Whether Fabric takes signatures of keys of this kind; undefined where it cannot even read them. */
export function isSigningKey(key: KeyObject): boolean | undefined {
  if (key.asymmetricKeyType === 'ec') return curveOf(key) === undefined ? undefined : true;
  return key.asymmetricKeyType === 'ed25519';
}

/** The key's signature over a message, as Fabric takes it. */
export function signMessage(key: KeyObject, message: Uint8Array): Uint8Array {
  const curve = curveOf(key);
  if (curve === undefined) return sign(undefined, message, key);
  return lowS(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }), curve);
}

/** The DER form with low s of a signature in the form of IEEE P1363: r and s, each as long as a scalar. Default curve: P-256. */
export function lowS(pair: Uint8Array, curve = P256): Uint8Array {
  const s = pair.subarray(pair.length / 2);
  return encode(pair.subarray(0, pair.length / 2), isLow(s, curve) ? s : negate(s, curve));
}

/** Whether this is the key's signature over the message; of an ECDSA key in strict DER and with low s. Never throws. */
export function verifyMessage(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const curve = curveOf(key);
    if (curve === undefined) return isSigningKey(key) === true && verify(undefined, message, key, signature);
    const pair = decode(signature, curve);
    return pair !== undefined && isLow(pair.s, curve) && verify('sha256', message, key, signature);
  } catch {
    return false;
  }
}

/** The other valid form of a P-256 signature: what an attacker can always make of it. Undefined when it is not DER. */
export function flipS(signature: Uint8Array): Uint8Array | undefined {
  const pair = decode(signature, P256);
  return pair === undefined ? undefined : encode(pair.r, negate(pair.s, P256));
}

/** A signature of the key with low s. Undefined when the key is not on one of the curves, or it is not DER. */
export function withLowS(signature: Uint8Array, key: KeyObject): Uint8Array | undefined {
  const curve = curveOf(key);
  const pair = curve === undefined ? undefined : decode(signature, curve);
  if (curve === undefined || pair === undefined) return undefined;
  return isLow(pair.s, curve) ? signature : encode(pair.r, negate(pair.s, curve));
}

function curve(order: string): Curve {
  const half = (BigInt(`0x${order}`) >> 1n).toString(16).padStart(order.length, '0');
  return { order: BigInt(`0x${order}`), half: Buffer.from(half, 'hex') };
}

function curveOf(key: KeyObject): Curve | undefined {
  return CURVES.get(key.asymmetricKeyDetails?.namedCurve);
}

function isLow(s: Uint8Array, { half }: Curve): boolean {
  return Buffer.compare(s, half) <= 0;
}

function negate(s: Uint8Array, { order, half }: Curve): Uint8Array {
  const negative = order - BigInt(`0x${Buffer.from(s).toString('hex')}`);
  return Buffer.from(negative.toString(16).padStart(2 * half.length, '0'), 'hex');
}

/** SEQUENCE { r INTEGER, s INTEGER }: of 128 bytes and more only for P-521. */
function encode(r: Uint8Array, s: Uint8Array): Uint8Array {
  const parts = [...integer(r), ...integer(s)];
  return Uint8Array.from([0x30, ...(parts.length < 0x80 ? [] : [0x81]), parts.length, ...parts]);
}

function integer(bytes: Uint8Array): readonly number[] {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = [...bytes.subarray(start)];
  const signed = (digits[0] ?? 0) >= 0x80 ? [0, ...digits] : digits;
  return [0x02, signed.length, ...signed];
}

/** r, and s as long as a scalar; undefined when the signature is not exactly one DER pair of positive integers. */
function decode(
  signature: Uint8Array,
  { half }: Curve,
): { readonly r: Uint8Array; readonly s: Uint8Array } | undefined {
  const isLong = signature[1] === 0x81;
  const start = isLong ? 3 : 2;
  const length = signature.length - start;
  const rLength = signature[start + 1] ?? 0;
  const at = start + 2 + rLength;
  const sLength = signature[at + 1] ?? 0;
  const wellFormed =
    signature[0] === 0x30 &&
    signature[start - 1] === length &&
    length >= 0x80 === isLong &&
    signature[start] === 0x02 &&
    signature[at] === 0x02 &&
    at + 2 + sLength === signature.length;
  if (!wellFormed || !isPositive(signature, start + 2, rLength) || !isPositive(signature, at + 2, sLength)) {
    return undefined;
  }
  const s = signature.subarray(at + 2);
  const digits = s[0] === 0 ? s.subarray(1) : s;
  if (digits.length > half.length) return undefined;
  const padded = Buffer.alloc(half.length);
  padded.set(digits, half.length - digits.length);
  return { r: signature.subarray(start + 2, at), s: padded };
}

/** A positive DER integer without needless leading zeros. */
function isPositive(bytes: Uint8Array, at: number, length: number): boolean {
  const first = bytes[at];
  if (length < 1 || first === undefined || first >= 0x80) return false;
  return first !== 0 || (length > 1 && (bytes[at + 1] ?? 0) >= 0x80);
}
