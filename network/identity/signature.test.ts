import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flipS, signMessage, verifyMessage, withLowS } from './signature';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const message = Buffer.from('a receivable is pledged once');

/** Half of the order of P-256, written down a second time so that a slip in the code shows. */
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

function sOf(signature: Uint8Array): bigint {
  const at = 4 + (signature[3] ?? 0) + 2;
  return BigInt(`0x${Buffer.from(signature.subarray(at)).toString('hex')}`);
}

describe('signatures', () => {
  test('are what any ECDSA implementation verifies, with low s', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const signature = signMessage(privateKey, bytes);
        expect(sOf(signature)).toBeLessThanOrEqual(HALF_ORDER);
        expect(verify('sha256', bytes, publicKey, signature)).toBe(true);
        expect(verifyMessage(publicKey, bytes, signature)).toBe(true);
      }),
    );
  });

  test('are refused in their high-S form, though that is valid ECDSA', () => {
    const flipped = flipS(signMessage(privateKey, message)) ?? new Uint8Array();
    expect(sOf(flipped)).toBeGreaterThan(HALF_ORDER);
    expect(verify('sha256', message, publicKey, flipped)).toBe(true);
    expect(verifyMessage(publicKey, message, flipped)).toBe(false);
  });

  test.each(['P-224', 'P-384', 'P-521'])('of keys on %s are taken in their low-S form alone', (namedCurve) => {
    const pair = generateKeyPairSync('ec', { namedCurve });
    const signatures = Array.from({ length: 20 }, () => sign('sha256', message, pair.privateKey));
    const low = signatures.map((signature) => withLowS(signature, pair.publicKey) ?? new Uint8Array());
    expect(low.map((signature) => verifyMessage(pair.publicKey, message, signature))).toEqual(low.map(() => true));
    expect(verifyMessage(pair.publicKey, message, signMessage(pair.privateKey, message))).toBe(true);
    // Twenty signatures whose s is low by chance: once in a million runs.
    expect(signatures.some((signature) => !verifyMessage(pair.publicKey, message, signature))).toBe(true);
    expect(verifyMessage(pair.publicKey, Buffer.from('twice'), low[0] ?? new Uint8Array())).toBe(false);
  });

  test('of Ed25519 keys are over the message itself', () => {
    const pair = generateKeyPairSync('ed25519');
    expect(verifyMessage(pair.publicKey, message, signMessage(pair.privateKey, message))).toBe(true);
    const digest = createHash('sha256').update(message).digest();
    expect(verifyMessage(pair.publicKey, message, sign(undefined, digest, pair.privateKey))).toBe(false);
  });

  test.each([
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  ])('of other keys are never taken', (pair) => {
    expect(verifyMessage(pair.publicKey, message, sign('sha256', message, pair.privateKey))).toBe(false);
  });

  test('of another key or over another message are refused', () => {
    expect(verifyMessage(publicKey, message, signMessage(other.privateKey, message))).toBe(false);
    expect(verifyMessage(publicKey, Buffer.from('twice'), signMessage(privateKey, message))).toBe(false);
  });

  test('have one form only: no bit can change, no byte can be added', () => {
    const signature = signMessage(privateKey, message);
    fc.assert(
      fc.property(fc.nat(signature.length * 8 - 1), (bit) => {
        const changed = Uint8Array.from(signature);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyMessage(publicKey, message, changed)).toBe(false);
      }),
      { numRuns: 300 },
    );
    expect(verifyMessage(publicKey, message, Uint8Array.from([...signature, 0]))).toBe(false);
    expect(verifyMessage(publicKey, message, signature.subarray(0, -1))).toBe(false);
  });

  test('of noise are refused, never thrown on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        expect(verifyMessage(publicKey, message, noise)).toBe(false);
      }),
    );
  });
});
