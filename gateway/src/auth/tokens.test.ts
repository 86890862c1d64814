import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { DEMO_AUDIENCE, DEMO_ISSUER, ensureDemoIssuer, issueToken } from './demo-issuer';
import { createTokenVerifier, type TokenVerifier } from './tokens';

const USCC = '91350100M000100Y43';

let home: string;
let verifier: TokenVerifier;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'onepledge-tokens-'));
  await ensureDemoIssuer(home);
  verifier = createTokenVerifier({ kind: 'demo' }, home);
});

afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

describe('a token', () => {
  test('of the demo issuer gives member, party and role', async () => {
    const token = await issueToken(home, { member: 'platform', party: USCC, roles: ['auditor'] });

    expect(await verifier.verify(token)).toEqual({ member: 'platform', party: USCC, role: 'auditor' });
  });

  test('is remembered and gives the same again', async () => {
    const token = await issueToken(home, { member: 'bank-a' });

    expect(await verifier.verify(token)).toEqual(await verifier.verify(token));
  });

  test('cannot make its bearer an administrator', async () => {
    const token = await issueToken(home, { member: 'platform', roles: ['admin'] });

    expect(await verifier.verify(token)).toEqual({ member: 'platform', role: 'member' });
  });

  test('that is expired is refused', async () => {
    const token = await issueToken(home, { member: 'bank-a', ttl: -60 });

    await expect(verifier.verify(token)).rejects.toMatchObject({ problem: { code: 'UNAUTHENTICATED' } });
  });

  test('whose claims were changed is refused', async () => {
    const [head, , signature] = (await issueToken(home, { member: 'bank-a' })).split('.');
    const exp = Math.floor(Date.now() / 1000) + 600;
    const claims = { member: 'bank-b', iss: DEMO_ISSUER, aud: DEMO_AUDIENCE, exp };
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');

    await expect(verifier.verify(forged)).rejects.toMatchObject({ problem: { code: 'UNAUTHENTICATED' } });
  });

  test('without a signature is refused', async () => {
    const token = new UnsecuredJWT({ member: 'bank-a' })
      .setIssuer(DEMO_ISSUER)
      .setAudience(DEMO_AUDIENCE)
      .setExpirationTime('1h')
      .encode();

    await expect(verifier.verify(token)).rejects.toMatchObject({ problem: { code: 'UNAUTHENTICATED' } });
  });

  test("signed with another's key is refused", async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const token = await new SignJWT({ member: 'bank-a' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(DEMO_ISSUER)
      .setAudience(DEMO_AUDIENCE)
      .setExpirationTime('1h')
      .sign(privateKey);

    await expect(verifier.verify(token)).rejects.toMatchObject({ problem: { code: 'UNAUTHENTICATED' } });
  });

  test('signed with HMAC over the public key is refused', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey)));
    const token = await new SignJWT({ member: 'bank-a' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(DEMO_ISSUER)
      .setAudience(DEMO_AUDIENCE)
      .setExpirationTime('1h')
      .sign(secret);

    await expect(verifier.verify(token)).rejects.toMatchObject({ problem: { code: 'UNAUTHENTICATED' } });
  });

  test.each([
    ['no member', {}],
    ['a member that is no name', { member: '../bank-a' }],
    ['a party that is no code', { member: 'bank-a', party: '123' }],
  ])('with %s is nobody', async (_name, claims) => {
    const token = await issueToken(home, claims as { member: string });

    await expect(verifier.verify(token)).rejects.toMatchObject({ problem: { code: 'FORBIDDEN' } });
  });
});

describe("an issuer's keys", () => {
  const ISSUER = { issuer: 'https://issuer.example', audience: 'gateway' };
  const REFUSED = { problem: { code: 'UNAUTHENTICATED' } };
  /** Nothing here waits for a clock: what is to be looked at again is so at once, what is to last does. */
  const AT_ONCE = { remember: 0, refresh: 0, trust: 3_600_000 };
  const LONG = 3_600_000;
  let published: readonly JWK[];
  let asked: number;
  let status: number;
  let server: Server;
  let jwksUrl: string;
  let key: CryptoKey;

  beforeEach(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    key = pair.privateKey;
    published = [{ ...(await exportJWK(pair.publicKey)), kid: 'first', alg: 'ES256' }];
    [asked, status] = [0, 200];
    server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const token = () =>
    new SignJWT({ member: 'bank-a' })
      .setProtectedHeader({ alg: 'ES256', kid: 'first' })
      .setIssuer(ISSUER.issuer)
      .setAudience(ISSUER.audience)
      .setExpirationTime('1h')
      .sign(key);
  const remote = (times: Parameters<typeof createTokenVerifier>[2]) =>
    createTokenVerifier({ kind: 'oidc', ...ISSUER, jwksUrl }, home, times);

  /** Verifies until it is refused. @returns the refusal */
  async function refusal(own: TokenVerifier, good: string): Promise<unknown> {
    for (let tries = 0; tries < 500; tries += 1) {
      try {
        await own.verify(good);
      } catch (error) {
        return error;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return undefined;
  }

  test('that is withdrawn takes its tokens with it, also those that were good before', async () => {
    for (const remember of [0, LONG]) {
      const before = published;
      const own = remote({ ...AT_ONCE, remember });
      const good = await token();
      expect(await own.verify(good)).toMatchObject({ member: 'bank-a' });
      published = [];
      expect(await refusal(own, good)).toMatchObject(REFUSED);
      published = before;
    }
  });

  test('are asked for once, and not for each request', async () => {
    const own = remote({ remember: 0, refresh: LONG, trust: LONG });
    for (let times = 0; times < 20; times += 1) await own.verify(await token());
    expect(asked).toBe(1);
  });

  test('stay while the issuer cannot say, and no longer than they are trusted', async () => {
    const good = await token();
    const patient = remote(AT_ONCE);
    const strict = remote({ ...AT_ONCE, trust: 0 });
    for (const own of [patient, strict]) await own.verify(good);
    status = 503;
    for (let times = 0; times < 5; times += 1) expect(await patient.verify(good)).toMatchObject({ member: 'bank-a' });
    expect(await refusal(strict, good)).toMatchObject(REFUSED);
  });
});

describe('the demo issuer', () => {
  test('made by several at once has one key', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'onepledge-issuer-'));
    try {
      const tokens = await Promise.all(Array.from({ length: 8 }, () => issueToken(fresh, { member: 'bank-a' })));
      const own = createTokenVerifier({ kind: 'demo' }, fresh);

      for (const token of tokens) expect(await own.verify(token)).toEqual({ member: 'bank-a', role: 'member' });
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });

  test('that appears after the gateway started is trusted from then on', async () => {
    const late = await mkdtemp(join(tmpdir(), 'onepledge-issuer-'));
    try {
      const own = createTokenVerifier({ kind: 'demo' }, late);
      await expect(own.verify('a.b.c')).rejects.toMatchObject({ problem: { code: 'UNAUTHENTICATED' } });

      expect(await own.verify(await issueToken(late, { member: 'bank-a' }))).toMatchObject({ member: 'bank-a' });
    } finally {
      await rm(late, { recursive: true, force: true });
    }
  });
});
