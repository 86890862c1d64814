/** Tokens that are not what they say. */
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, importJWK, type JWK, SignJWT } from 'jose';
import { Client } from '../support/client';
import { Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as, system } = useSystem();
const sequence = new Sequence('tokens');

const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);
const claims = (change: object = {}): Record<string, unknown> => ({
  iss: 'onepledge-demo',
  aud: 'onepledge',
  iat: now(),
  exp: now() + HOUR,
  member: 'platform',
  ...change,
});
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

let issuer: JWK;
let good: string;

beforeAll(async () => {
  good = await system().token({ member: 'platform' });
  issuer = JSON.parse(readFileSync(join(system().home, 'issuer', 'key.json'), 'utf8')) as JWK;
});

async function signed(payload: Record<string, unknown>, header: object = {}): Promise<string> {
  const key = await importJWK(issuer, 'ES256');
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: issuer.kid ?? '', ...header }).sign(key);
}

async function statusOf(token: string | undefined): Promise<readonly [number, string]> {
  const answer = await new Client(system().url(), token).get('/v1/receivables');
  if (answer.status === 200) return [200, ''];
  if (answer.status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  return [answer.status, answer.problem.code];
}

const UNAUTHENTICATED = [401, 'UNAUTHENTICATED'] as const;

describe('a token', () => {
  test('that is good is taken, and one made by us in the same way too', async () => {
    expect(await statusOf(good)).toEqual([200, '']);
    expect(await statusOf(await signed(claims()))).toEqual([200, '']);
  });

  const FORGERIES: readonly (readonly [string, () => string | undefined | Promise<string>])[] = [
    ['missing', () => undefined],
    ['empty', () => ' '],
    ['no token at all', () => 'let me in'],
    ['without signature, alg none', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
    ['without signature, alg None', () => `${encode({ alg: 'None' })}.${encode(claims())}.x`],
    ['with its signature cut off', () => good.slice(0, good.lastIndexOf('.') + 1)],
    ['with another payload', () => good.replace(/\.[^.]+\./, `.${encode(claims({ member: 'bank-a' }))}.`)],
    [
      'with a changed signature',
      () =>
        good.replace(
          /\.([^.]+)$/,
          (_, signature: string) => `.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
        ),
    ],
    ['expired', () => signed(claims({ exp: now() - HOUR }))],
    ['without an expiry', () => signed({ ...claims(), exp: undefined })],
    ['not valid yet', () => signed(claims({ nbf: now() + HOUR }))],
    ['of another issuer', () => signed(claims({ iss: 'somebody-else' }))],
    ['without an issuer', () => signed({ ...claims(), iss: undefined })],
    ['for another audience', () => signed(claims({ aud: 'other-service' }))],
    ['without an audience', () => signed({ ...claims(), aud: undefined })],
    ['longer than a header may be', () => `${good}${'x'.repeat(9000)}`],
  ];
  test.each(FORGERIES)('that is %s is refused', async (_, make) => {
    expect(await statusOf(await make())).toEqual(UNAUTHENTICATED);
  });

  test("signed with another's key under the issuer's key id is refused", async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', kid: issuer.kid ?? '' })
      .sign(privateKey);
    expect(await statusOf(token)).toEqual(UNAUTHENTICATED);
  });

  test('that brings its own key is refused', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = await exportJWK(publicKey);
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', jwk }).sign(privateKey);
    expect(await statusOf(token)).toEqual(UNAUTHENTICATED);
  });

  test('signed with the public key as if it were a secret is refused', async () => {
    const jwks = readFileSync(join(system().home, 'issuer', 'jwks.json'), 'utf8');
    const { keys } = JSON.parse(jwks) as { keys: readonly JWK[] };
    for (const secret of [jwks, JSON.stringify(keys[0]), keys[0]?.x ?? '', randomBytes(32).toString('hex')]) {
      const text = `${encode({ alg: 'HS256', kid: issuer.kid ?? '' })}.${encode(claims())}`;
      const token = `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
      expect(await statusOf(token)).toEqual(UNAUTHENTICATED);
    }
  });

  test('with a critical header that nobody understands is refused', async () => {
    const text = `${encode({ alg: 'ES256', crit: ['b64'], b64: false })}.${encode(claims())}.AAAA`;
    expect(await statusOf(text)).toEqual(UNAUTHENTICATED);
  });

  test.each([
    ['no member', { member: undefined }],
    ['a member that is none', { member: 'bank-z' }],
    ['a member that climbs', { member: '../bank-a' }],
    ['a member that is an object', { member: { name: 'platform' } }],
    ['a party that is none', { party: '91350100M000100Y44' }],
    ['a party with U+0000', { party: 'GB12\u000034' }],
    ['roles that are no list', { roles: 'auditor' }],
  ])('of the issuer for %s gives nothing', async (_, change) => {
    const [status, code] = await statusOf(await signed(claims(change)));
    expect([401, 403]).toContain(status);
    expect(['UNAUTHENTICATED', 'FORBIDDEN']).toContain(code);
  });

  test('of the issuer for a party that climbs sees nothing, and leaves nothing outside of the home', async () => {
    const party = '../../../../escaped';
    const client = new Client(system().url(), await signed(claims({ party })));
    expect(await client.read<object>('/v1/receivables')).toEqual({ items: [], next: null });
    expect(existsSync(join(system().home, '..', 'escaped'))).toBe(false);
    const users = readdirSync(join(system().home, 'crypto', 'platform', 'users'));
    expect(users.filter((name) => !/^[A-Za-z0-9._%-]+$/.test(name))).toEqual([]);
  });

  test('with a role that the contract does not know gives no more than none', async () => {
    const admin = new Client(
      system().url(),
      await signed(claims({ member: 'bank-a', roles: ['admin', 'root', 'registrar'] })),
    );
    const answer = await admin.post('/v1/parties', { party: sequence.company('X'), member: 'bank-a' });
    expect([answer.status, answer.problem.code]).toEqual([403, 'FORBIDDEN']);
  });

  test('in another scheme, in the query, or in a cookie is none', async () => {
    const client = new Client(system().url());
    for (const headers of [{ Authorization: `Basic ${good}` }, { Authorization: good }, { Cookie: `token=${good}` }]) {
      expect((await client.get('/v1/receivables', { headers })).status).toBe(401);
    }
    expect((await client.get(`/v1/receivables?access_token=${good}`)).status).toBe(401);
  });

  test('is asked for by every call but the public ones', async () => {
    const client = new Client(system().url());
    for (const path of [
      '/v1/receivables',
      '/v1/pledges',
      '/v1/members',
      '/v1/transactions/x',
      '/v1/imports/x',
      '/v1/assets/x/history',
      '/v1/parties/x',
    ]) {
      const answer = await client.get(path);
      expect([path, answer.status]).toEqual([path, 401]);
    }
    for (const path of ['/v1/errors', '/v1/openapi.json', '/docs', '/healthz', '/readyz', '/metrics']) {
      expect([path, (await client.get(path)).status]).toEqual([path, 200]);
    }
  });

  test('of a known member works beside all of this', async () => {
    expect((await (await as({ member: 'bank-a' })).get('/v1/pledges')).status).toBe(200);
  });
});
