import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { canonicalJson, keyOfPrincipal, patienceOf, requestHash, requireIdempotencyKey, targetOf } from './idempotency';
import { intentIdOf } from '../outbox/intent-id';

describe('an idempotency key', () => {
  test.each(['a', 'x'.repeat(128), '!~'])('may be %s', (key) => {
    expect(requireIdempotencyKey(key)).toBe(key);
  });

  test('is required', () => {
    expect(() => requireIdempotencyKey(undefined)).toThrow('IDEMPOTENCY_KEY_REQUIRED');
  });

  test("of a party is no other party's, nor its member's", () => {
    const of = (party: string | undefined, key: string) =>
      keyOfPrincipal({ member: 'platform', role: 'member', ...(party === undefined ? {} : { party }) }, key);
    expect(of('GB 12-34', 'k')).toBe(of('gb1234', 'k'));
    expect(new Set([of(undefined, 'k'), of('GB1234', 'k'), of('GB1235', 'k'), of('GB1234', 'l')]).size).toBe(4);
  });

  test('gives one request one id, which is a UUID', () => {
    const id = intentIdOf('bank-a', 'k', 'h');
    expect(id).toBe(intentIdOf('bank-a', 'k', 'h'));
    expect(z.uuid().safeParse(id).success).toBe(true);
    const others = [intentIdOf('bank-b', 'k', 'h'), intentIdOf('bank-a', 'l', 'h'), intentIdOf('bank-a', 'k', 'i')];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  test.each(['x'.repeat(129), 'a b', 'ä', 'a\tb'])('may not be %j', (key) => {
    expect(() => requireIdempotencyKey(key)).toThrow('INVALID_INPUT');
  });
});

describe('the hash of a request', () => {
  test('does not depend on the order of members or on white space', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const turned = Object.fromEntries(Object.entries(body).reverse());
        expect(requestHash('POST /x', turned)).toBe(requestHash('POST /x', body));
      }),
    );
  });

  test('keeps apart what JSON keeps apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(JSON.parse(canonicalJson(body))).toEqual(JSON.parse(JSON.stringify(body)));
      }),
    );
  });

  test('depends on method and path', () => {
    expect(requestHash('POST /a', {})).not.toBe(requestHash('POST /b', {}));
  });
});

describe('the target of a request', () => {
  const target = (url: string, route = '/v1/pledges/:id/release') => targetOf('POST', route, { id: 'rcv_1.2' }, url);

  test.each(['/v1/pledges/rcv_1.2/release', '/v1/pledges/rcv_1.2/release/', '/v1/pledges/rcv_1%2E2/release?'])(
    'is the same where the path is written as %s',
    (url) => {
      expect(target(url)).toBe('POST /v1/pledges/rcv_1.2/release');
    },
  );

  test('holds the query, in one order', () => {
    expect(target('/v1/imports?dueDays=90', '/v1/imports')).toBe('POST /v1/imports?dueDays=90');
    expect(target('/?b=2&a=1')).toBe(target('/?a=1&b=2'));
    expect(target('/?a=1')).not.toBe(target('/?a=2'));
  });
});

describe('the patience of a client', () => {
  test.each([
    [undefined, 10_000],
    ['wait=3', 3000],
    ['respond-async, wait=5', 5000],
    ['respond-async', 0],
    ['wait=0', 0],
    ['wait=1000', 60_000],
    ['wait=soon', 10_000],
    ['return=minimal', 10_000],
  ])('that says %j is %i ms', (prefer, milliseconds) => {
    expect(patienceOf(prefer)).toBe(milliseconds);
  });
});
