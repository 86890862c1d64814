/** Bearer tokens (JWT): verified against the issuer's public keys, then read into a principal. */
import { readFileSync, statSync } from 'node:fs';
import { ACTOR_ROLES, MemberNameSchema, PartyIdSchema } from '@onepledge/chaincode/model';
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { IssuerConfig } from '../config';
import { BoundedMap } from '../bounded-map';
import { problem } from '../problem';
import { DEMO_AUDIENCE, DEMO_ISSUER, demoJwksFile } from './demo-issuer';
import type { Principal } from './principal';

/** What the gateway trusts; no other algorithm is taken, none least of all. */
const ALGORITHMS = ['ES256', 'EdDSA', 'RS256'];
const MAX_TOKEN_LENGTH = 8192;

/** Turns a token into who it stands for. */
export interface TokenVerifier {
  /** @throws ProblemError UNAUTHENTICATED for a token that is not good, FORBIDDEN for claims that are nobody's. */
  verify(token: string): Promise<Principal>;
}

const ClaimsSchema = z.object({
  member: MemberNameSchema,
  party: PartyIdSchema.optional(),
  roles: z.array(z.string().max(100)).max(50).optional(),
  exp: z.number(),
});

/** Reads the claims of a verified token. */
export function principalOf(claims: unknown): Principal {
  const parsed = ClaimsSchema.safeParse(claims);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw problem(
      'FORBIDDEN',
      `the token's claim ${issue?.path.join('.') ?? ''} cannot be used: ${issue?.message ?? ''}`,
    );
  }
  const { member, party, roles = [] } = parsed.data;
  // The role that may do least wins.
  const role = (['regulator', 'auditor'] as const).find((name) => roles.includes(name)) ?? ACTOR_ROLES[0];
  return { member, role, ...(party === undefined ? {} : { party }) };
}

/** Until when a token that was good is taken without another look, in milliseconds since 1970. */
type Verified = Readonly<{ principal: Principal; until: number }>;

/** How long what an issuer said holds, in milliseconds. */
export type TokenTimes = Readonly<{
  /** A token that was good is looked at again after this: its key may have been withdrawn since. */
  remember: number;
  /** The issuer's keys are asked for again after this. */
  refresh: number;
  /** Keys are trusted for so long while the issuer does not answer. */
  trust: number;
}>;

const TIMES: TokenTimes = { remember: 60_000, refresh: 300_000, trust: 3_600_000 };

/** A verifier for the configured issuer; tokens that were good are remembered for a while, at most until they expire or the keys are asked for anew. */
export function createTokenVerifier(issuer: IssuerConfig, home: string, times = TIMES): TokenVerifier {
  const verified = new BoundedMap<string, Verified>(10_000);
  let generation = 0;
  const forget = (): void => {
    generation += 1;
    verified.clear();
  };
  const keys = issuer.kind === 'demo' ? demoKeys(home, forget) : remoteKeys(issuer.jwksUrl, times, forget);
  const expected =
    issuer.kind === 'demo'
      ? { issuer: DEMO_ISSUER, audience: DEMO_AUDIENCE }
      : { issuer: issuer.issuer, audience: issuer.audience };

  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw problem('UNAUTHENTICATED', 'the token is too long');
      const keyOf = keys();
      const known = verified.get(token);
      if (known !== undefined && known.until > Date.now()) return known.principal;
      const begun = generation;
      const payload = await checked(token, keyOf, expected);
      const principal = principalOf(payload);
      const until = Math.min((payload.exp ?? 0) * 1000, Date.now() + times.remember);
      // Not what was checked by keys that have gone meanwhile.
      if (begun === generation) verified.set(token, { principal, until });
      return principal;
    },
  };
}

async function checked(
  token: string,
  keyOf: JWTVerifyGetKey | undefined,
  expected: Readonly<{ issuer: string; audience: string }>,
): Promise<{ exp?: number }> {
  if (keyOf === undefined) throw problem('UNAUTHENTICATED', 'the demo issuer has no key yet');
  try {
    const options = { ...expected, algorithms: ALGORITHMS, requiredClaims: ['exp'], clockTolerance: 5 };
    return (await jwtVerify(token, keyOf, options)).payload;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw problem('UNAUTHENTICATED', `the token is not good: ${reason}`);
  }
}

const RETRY_MS = 10_000;

/**
 * The issuer's keys: asked for again beside the requests, so that nobody waits for an issuer that is slow or away, and a key that it withdraws is
 * not trusted for longer than that takes.
 * @param renewed called when they are there anew
 */
function remoteKeys(jwksUrl: string, { refresh, trust }: TokenTimes, renewed: () => void): () => JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: 5000,
    cooldownDuration: RETRY_MS,
    cacheMaxAge: trust,
  });
  let due = performance.now() + refresh;
  return () => {
    const now = performance.now();
    if (now >= due) {
      due = now + Math.min(refresh, RETRY_MS);
      keys.reload().then(
        () => {
          due = performance.now() + refresh;
          renewed();
        },
        () => undefined,
      );
    }
    return keys;
  };
}

const RECHECK_MS = 500;

/** The demo issuer's keys, read again when the file appears or changes. */
function demoKeys(home: string, changed: () => void): () => JWTVerifyGetKey | undefined {
  const file = demoJwksFile(home);
  let keys: JWTVerifyGetKey | undefined;
  let stamp = '';
  let checkedAt = 0;
  return () => {
    if (keys !== undefined && Date.now() - checkedAt < RECHECK_MS) return keys;
    checkedAt = Date.now();
    const status = statSync(file, { throwIfNoEntry: false });
    const current = status === undefined ? '' : `${status.ino}/${status.mtimeMs}/${status.size}`;
    if (current !== stamp) {
      keys = current === '' ? undefined : createLocalJWKSet(JSON.parse(readFileSync(file, 'utf8')) as JSONWebKeySet);
      stamp = current;
      changed();
    }
    return keys;
  };
}
