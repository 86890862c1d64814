/** What an organisation's own CA, whose key is elsewhere, has issued: read and checked, never made. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isEnrolledBy, isIssuedBy } from './authorities';
import { covers, type KeyPair, type SubjectNames } from './authority';
import { MaterialError } from './errors';
import { type HeldPem, readCertificateFile, readKeyFile } from './key-file';

/**
 * The certificate of the administrator or a node, by which it acts; its key may be in a token.
 * @throws MaterialError as requireIssued
 */
export async function requireIdentity(path: string, ca: HeldPem, now: Date): Promise<HeldPem> {
  const held = await readCertificateFile(path);
  if (held === undefined || held.keyPem !== undefined)
    return requireIssued(path, await readKeyFile(path), ca, undefined, now);
  requireOf(path, held.certPem, ca, false, now);
  return held;
}

/**
 * What the file holds, if the organisation's own CA has issued it and it can be used.
 * @param names of a TLS certificate
 * @throws MaterialError in the words that its people need, as nobody else looks before Fabric does
 */
export function requireIssued(
  path: string,
  existing: KeyPair | undefined,
  ca: HeldPem,
  names: SubjectNames | undefined,
  now: Date,
): KeyPair {
  if (existing === undefined) throw unfit(path, 'is missing');
  const certificate = requireOf(path, existing.certPem, ca, names !== undefined, now);
  if (!certificate.checkPrivateKey(createPrivateKey(existing.keyPem))) throw unfit(path, 'has the key of another');
  if (names !== undefined && !covers(certificate, names)) throw unfit(path, 'is not for all of its node’s host names');
  return existing;
}

function requireOf(path: string, certPem: string, ca: HeldPem, isTls: boolean, now: Date): X509Certificate {
  const certificate = new X509Certificate(certPem);
  const end = Date.parse(certificate.validTo);
  if (end <= now.getTime()) throw unfit(path, `expired on ${new Date(end).toISOString()}`);
  if (isTls ? isIssuedBy(certificate, ca.certPem) : isEnrolledBy(certificate, ca.certPem)) return certificate;
  if (isIssuedBy(certificate, ca.certPem))
    throw unfit(path, 'is of a CA that has certified another: Fabric takes it of that other one only');
  throw unfit(path, 'is not of the CA beside it');
}

function unfit(path: string, why: string): MaterialError {
  return new MaterialError(`${path} ${why}: the CA's key is not here, so your own CA has to issue it`);
}
