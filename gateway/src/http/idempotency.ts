/** Idempotency keys and the hash that ties a key to one request; how long the client wants to wait. */
import { hash } from 'node:crypto';
import { partyKey } from '@onepledge/chaincode/model';
import type { Principal } from '../auth/principal';
import { problem } from '../problem';

const KEY = /^[\x21-\x7e]{1,128}$/;
const DEFAULT_WAIT_MS = 10_000;
const MAX_WAIT_SECONDS = 60;

/** @throws ProblemError IDEMPOTENCY_KEY_REQUIRED or INVALID_INPUT. */
export function requireIdempotencyKey(header: string | string[] | undefined): string {
  if (header === undefined || header === '') {
    throw problem('IDEMPOTENCY_KEY_REQUIRED', 'the header Idempotency-Key is missing');
  }
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw problem('INVALID_INPUT', 'Idempotency-Key must be 1 to 128 visible ASCII characters', 'Idempotency-Key');
  }
  return header;
}

/**
 * A key as it is kept: a party's are its own, so that no other party of its member can take one before it, or be told its answers.
 * @param key without spaces
 */
export function keyOfPrincipal({ party }: Principal, key: string): string {
  return party === undefined ? key : `${partyKey(party)} ${key}`;
}

/** A JSON value in one form: members by name, no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/**
 * Method, path and query in one form: what stands between a client and one gateway may write them otherwise than what stands before another, and the
 * request is the same.
 * @param route its path with parameters as `:id`, and what they are
 * @param url as it came
 */
export function targetOf(method: string, route: string, params: Readonly<Record<string, string>>, url: string): string {
  const path = route.replace(/:([a-z]+)/gi, (whole, name: string) => params[name] ?? whole);
  const query = new URLSearchParams(/\?(.*)$/s.exec(url)?.[1]);
  query.sort();
  return query.size === 0 ? `${method} ${path}` : `${method} ${path}?${query.toString()}`;
}

/**
 * What makes two requests the same one.
 * @param target method, path and query in one form
 */
export function requestHash(target: string, body: unknown): string {
  return hash('sha256', `${target}\n${canonicalJson(body)}`);
}

/** Milliseconds that `Prefer` (RFC 7240) asks to wait: `wait=n` seconds, at most a minute; `respond-async` does not wait at all. */
export function patienceOf(prefer: string | string[] | undefined): number {
  const text = (Array.isArray(prefer) ? prefer.join(',') : (prefer ?? '')).toLowerCase();
  const wait = /(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,6})"?/.exec(text)?.[1];
  if (wait !== undefined) return Math.min(Number(wait), MAX_WAIT_SECONDS) * 1000;
  return /(?:^|[,;\s])respond-async(?:$|[,;\s])/.test(text) ? 0 : DEFAULT_WAIT_MS;
}
