/** The demo issuer: a key in the home that signs tokens for the embedded start, so that no identity provider is needed. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

export const DEMO_ISSUER = 'onepledge-demo';
export const DEMO_AUDIENCE = 'onepledge';

/** What a token says about its bearer. */
export type TokenRequest = Readonly<{
  member: string;
  party?: string;
  roles?: readonly string[];
  /** Validity in seconds; a day when left out. */
  ttl?: number;
}>;

/** File of the public keys, as a JSON Web Key Set. */
export function demoJwksFile(home: string): string {
  return join(home, 'issuer', 'jwks.json');
}

/**
 * A signed token (JWT, ES256). The issuer's key is made at the first call in a home; any number of processes may call at once.
 * @param home the folder of all state
 */
export async function issueToken(home: string, request: TokenRequest): Promise<string> {
  const { jwk, kid } = await signingKey(home);
  const key = await importJWK(jwk, 'ES256');
  const { member, party, roles } = request;
  return new SignJWT({ member, ...(party === undefined ? {} : { party }), ...(roles === undefined ? {} : { roles }) })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
    .setIssuer(DEMO_ISSUER)
    .setAudience(DEMO_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${request.ttl ?? 86_400}s`)
    .sign(key);
}

/** Makes the issuer's key where there is none, so that the public key set exists. */
export async function ensureDemoIssuer(home: string): Promise<void> {
  await signingKey(home);
}

async function signingKey(home: string): Promise<{ jwk: JWK; kid: string }> {
  const file = join(home, 'issuer', 'key.json');
  const stored = (await readKey(file)) ?? (await makeKey(home, file));
  await publish(home, stored.jwk);
  return stored;
}

async function readKey(file: string): Promise<{ jwk: JWK; kid: string } | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const jwk = JSON.parse(text) as JWK;
  return { jwk, kid: jwk.kid ?? 'demo' };
}

async function makeKey(home: string, file: string): Promise<{ jwk: JWK; kid: string }> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = randomBytes(8).toString('hex');
  const jwk: JWK = { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
  await mkdir(join(home, 'issuer'), { recursive: true, mode: 0o700 });
  if (await createOnce(file, `${JSON.stringify(jwk)}\n`)) return { jwk, kid };
  // Another process was faster: its key is the one.
  const other = await readKey(file);
  if (other === undefined) throw new Error(`the demo issuer's key ${file} came and went`);
  return other;
}

/** The key set holds public parts only; an existing one is of the same key, as keys are made once. */
async function publish(home: string, jwk: JWK): Promise<void> {
  const { kty, crv, x, y, kid, alg, use } = jwk;
  const keys = [{ kty, crv, x, y, kid, alg, use }];
  await createOnce(demoJwksFile(home), `${JSON.stringify({ keys }, undefined, 2)}\n`);
}

/** Writes a file whole or not at all; false when it was there already. */
async function createOnce(file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

function hasCode(error: unknown, code: string): boolean {
  // Not by instanceof: under a test runner the system's errors are of another realm.
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
