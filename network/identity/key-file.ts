/**
 * A certificate and its private key in one PEM file, so that both change in one step: a reader never meets a new certificate
 * with an old key, whenever the writer is interrupted.
 */
import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { splitPem } from './certificate';
import { type KeyPair } from './authority';
import { MaterialError } from './errors';

/**
 * The pair, or undefined when there is no such file.
 * @throws MaterialError when the file does not hold one certificate and one private key.
 */
export async function readKeyFile(path: string): Promise<KeyPair | undefined> {
  const text = await readIf(path);
  if (text === undefined) return undefined;
  const [certificate] = splitPem(text);
  const key = keyIn(text);
  if (certificate === undefined || key === undefined) {
    throw new MaterialError(`${path} does not hold a certificate and a private key; remove it to have it made again`);
  }
  return { certPem: `${certificate}\n`, keyPem: `${key}\n` };
}

/** A certificate, and its private key where that is not kept elsewhere. */
export interface HeldPem {
  readonly certPem: string;
  readonly keyPem: string | undefined;
}

/**
 * As `readKeyFile`, where the key may be kept elsewhere: at a CA of the member's own, or in an HSM.
 * @throws MaterialError when the file does not hold a certificate
 */
export async function readCertificateFile(path: string): Promise<HeldPem | undefined> {
  const text = await readIf(path);
  if (text === undefined) return undefined;
  const [certificate] = splitPem(text);
  if (certificate === undefined) throw new MaterialError(`${path} does not hold a certificate`);
  const key = keyIn(text);
  return { certPem: `${certificate}\n`, keyPem: key === undefined ? undefined : `${key}\n` };
}

/**
 * A CA's certificates, one or several, and the key of the first where that is not kept elsewhere.
 * @throws MaterialError when the file does not hold a certificate
 */
export async function readAuthorityFile(path: string): Promise<HeldPem | undefined> {
  const held = await readCertificateFile(path);
  if (held === undefined) return undefined;
  const certificates = splitPem(await readFile(path, 'utf8'));
  return { certPem: `${certificates.join('\n')}\n`, keyPem: held.keyPem };
}

function keyIn(text: string): string | undefined {
  return /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text)?.[0];
}

async function readIf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Puts the pair in place of what is there, readable by its owner only. */
export async function replaceKeyFile(path: string, pair: KeyPair): Promise<void> {
  await viaTemporary(path, pair, (temporary) => rename(temporary, path));
}

/** Puts the pair there unless another process was faster. @returns whether it is ours that is there now. */
export async function addKeyFile(path: string, pair: KeyPair): Promise<boolean> {
  let ours = true;
  await viaTemporary(path, pair, async (temporary) => {
    try {
      await link(temporary, path);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      ours = false;
    }
  });
  return ours;
}

/** Whether an error is the operating system's with one of these codes, such as ENOENT. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.some((code) => code === error.code);
}

async function viaTemporary(path: string, pair: KeyPair, place: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, pair.certPem + pair.keyPem, { mode: 0o600, flag: 'wx' });
    await place(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}
