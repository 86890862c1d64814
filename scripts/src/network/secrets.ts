/** Secrets that all endorsers hold. */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode, UserError } from '../cli/errors';

const KEY_BYTES = 32;

/**
 * The key of the evidence tokens, made at the first start and never again: with another key every document would be new.
 * @param begun whether there is a ledger
 * @returns the file's path
 * @throws UserError when it is gone, and the ledger that was written with it is not
 */
export function ensureEvidenceKey(home: string, begun: boolean): string {
  const file = evidenceKeyFile(home);
  const folder = dirname(file);
  if (existsSync(file)) return file;
  if (begun) {
    throw new UserError(
      `the evidence key is missing: put the one that the ledger in ${home} was written with back at ${file}, or no document is known any more`,
      { code: 'NO_EVIDENCE_KEY' },
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flush: true });
  try {
    // A link, unlike a rename, does not replace what another process made meanwhile.
    linkSync(temporary, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return file;
}

/**
 * The same where members have homes of their own: one of them makes it, and the others get it from that one.
 * @throws UserError when it is not here: endorsers with different keys never agree
 */
export function requireEvidenceKey(home: string): string {
  const file = evidenceKeyFile(home);
  if (existsSync(file)) return file;
  throw new UserError(
    `the evidence key is missing: one member makes it ("openssl rand -hex ${KEY_BYTES} > evidence.key"), all members put it at ${file}`,
    { code: 'NO_EVIDENCE_KEY' },
  );
}

function evidenceKeyFile(home: string): string {
  return join(home, 'secrets', 'evidence.key');
}
