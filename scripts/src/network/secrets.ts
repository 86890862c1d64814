/** Secrets that all endorsers of the embedded network hold. */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../cli/errors';

const KEY_BYTES = 32;

/**
 * The key of the evidence tokens, made at the first start and never again: with another key every document would be new.
 * @returns the file's path
 */
export function ensureEvidenceKey(home: string): string {
  const folder = join(home, 'secrets');
  const file = join(folder, 'evidence.key');
  if (existsSync(file)) return file;
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
