import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flipS, signLowS, verifyLowS } from './signature';

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
        const signature = signLowS(privateKey, bytes);
        expect(sOf(signature)).toBeLessThanOrEqual(HALF_ORDER);
        expect(verify('sha256', bytes, publicKey, signature)).toBe(true);
        expect(verifyLowS(publicKey, bytes, signature)).toBe(true);
      }),
    );
  });

  test('are refused in their high-S form, though that is valid ECDSA', () => {
    const flipped = flipS(signLowS(privateKey, message)) ?? new Uint8Array();
    expect(sOf(flipped)).toBeGreaterThan(HALF_ORDER);
    expect(verify('sha256', message, publicKey, flipped)).toBe(true);
    expect(verifyLowS(publicKey, message, flipped)).toBe(false);
  });

  test('of another key or over another message are refused', () => {
    expect(verifyLowS(publicKey, message, signLowS(other.privateKey, message))).toBe(false);
    expect(verifyLowS(publicKey, Buffer.from('twice'), signLowS(privateKey, message))).toBe(false);
  });

  test('have one form only: no bit can change, no byte can be added', () => {
    const signature = signLowS(privateKey, message);
    fc.assert(
      fc.property(fc.nat(signature.length * 8 - 1), (bit) => {
        const changed = Uint8Array.from(signature);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyLowS(publicKey, message, changed)).toBe(false);
      }),
      { numRuns: 300 },
    );
    expect(verifyLowS(publicKey, message, Uint8Array.from([...signature, 0]))).toBe(false);
    expect(verifyLowS(publicKey, message, signature.subarray(0, -1))).toBe(false);
  });

  test('of noise are refused, never thrown on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        expect(verifyLowS(publicKey, message, noise)).toBe(false);
      }),
    );
  });
});
