/** Client certificates from an organisation's development CA, kept for the next time they are asked for. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { issueEnrolment, type KeyPair, openAuthority } from './authority';
import { MaterialError } from './errors';
import { isEnrolledBy } from './authorities';
import { readCertificate } from './certificate';
import { addKeyFile, isCode, readCertificateFile, readKeyFile, replaceKeyFile } from './key-file';
import { cryptoFolder } from './material';
import { issuerOf, readAuthority } from './organization-folder';
import { type Role } from './types';

/** Who is to get a certificate. */
export interface Enrolment {
  /** Common name of the certificate: 1 to 64 characters. */
  readonly name: string;
  /** Default client. */
  readonly role?: Role;
  /** For the chaincode, such as party and role. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface EnrolledIdentity {
  readonly mspId: string;
  readonly certificatePem: string;
  /** Empty where the key is in a token: `createSigner` finds it there. */
  readonly privateKeyPem: string;
}

/**
 * A certificate of the organisation's CA, valid for a year. The one from an earlier call is given back while it is valid for
 * more than a day and says the same; any number of processes may call at once and get one and the same. Where the organisation has a
 * CA of its own, the certificate that this one has issued: a file in `users/<name>/`.
 * @param home the folder that the network keeps its things in
 * @throws MaterialError when the name cannot be one, the organisation has no CA in this home, or its own has issued none such.
 */
export async function enrol(
  home: string,
  organizationName: string,
  enrolment: Enrolment,
  now = new Date(),
): Promise<EnrolledIdentity> {
  requireSafe(organizationName, enrolment.name);
  const folder = join(cryptoFolder(home), organizationName);
  const { mspId, ca } = await readAuthority(folder);
  if (ca.keyPem === undefined) return { mspId, ...(await issuedElsewhere(folder, ca.certPem, enrolment)) };
  const issuer = issuerOf(ca, folder);
  const path = join(folder, 'users', fileNameOf(enrolment.name), `${digestOf(enrolment)}.pem`);
  const pair = (await usable(path, issuer, now)) ?? (await issueInto(path, issuer, organizationName, enrolment, now));
  return { mspId, certificatePem: pair.certPem, privateKeyPem: pair.keyPem };
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** RFC 5280, upper bound of a common name. */
const MAX_NAME = 64;

async function issueInto(
  path: string,
  ca: KeyPair,
  organization: string,
  { name, role, attributes }: Enrolment,
  now: Date,
): Promise<KeyPair> {
  const request = { commonName: name, organization, role: role ?? 'client', attributes };
  const issued = await issueEnrolment(await openAuthority(ca), request, now);
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  if (await addKeyFile(path, issued)) return issued;
  // Either another process was faster, or what is there has expired.
  const other = await usable(path, ca, now);
  if (other !== undefined) return other;
  await replaceKeyFile(path, issued);
  return issued;
}

async function usable(path: string, ca: KeyPair, now: Date): Promise<KeyPair | undefined> {
  const pair = await readKeyFile(path);
  if (pair === undefined) return undefined;
  const certificate = new X509Certificate(pair.certPem);
  const rest = Date.parse(certificate.validTo) - now.getTime();
  return rest > DAY_MS && certificate.verify(new X509Certificate(ca.certPem).publicKey) ? pair : undefined;
}

/** What an organisation's own CA has issued: of the files in the name's folder that say what is asked for, the newest certificate. */
async function issuedElsewhere(
  folder: string,
  caPem: string,
  { name, role = 'client', attributes }: Enrolment,
): Promise<Pick<EnrolledIdentity, 'certificatePem' | 'privateKeyPem'>> {
  const theirs = join(folder, 'users', fileNameOf(name));
  const wanted = Object.entries(attributes);
  const fitting: { readonly issued: Date; readonly certPem: string; readonly keyPem: string | undefined }[] = [];
  for (const file of await pemFilesIn(theirs)) {
    const pair = await readCertificateFile(join(theirs, file));
    if (pair === undefined) continue;
    const { x509, roles, attributes: said, notBefore } = readCertificate(pair.certPem);
    const says = roles.includes(role) && wanted.every(([key, value]) => said[key] === value);
    if (says && isEnrolledBy(x509, caPem)) fitting.push({ ...pair, issued: notBefore });
  }
  const [newest] = fitting.sort((a, b) => b.issued.getTime() - a.issued.getTime());
  if (newest !== undefined) return { certificatePem: newest.certPem, privateKeyPem: newest.keyPem ?? '' };
  const words = [`OU=${role}`, ...wanted.map(([key, value]) => `${key}=${value}`)].join(', ');
  throw new MaterialError(`no certificate in ${theirs} says ${words}: have your own CA issue it`);
}

async function pemFilesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith('.pem')).sort();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** What the certificate will say, so that the same name with other attributes is another file. */
function digestOf({ name, role, attributes }: Enrolment): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([name, role ?? 'client', sorted]))
    .digest('hex')
    .slice(0, 32);
}

/** Keeps letters, digits, "-", "_", "@" and inner dots; everything else, such as "/" or a leading ".", as %XX of its UTF-8. */
function fileNameOf(name: string): string {
  const escaped = encodeURIComponent(name).replace(/[!'()*~]|%40|^\./g, (found) =>
    found === '%40' ? '@' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  // A name of 64 characters beyond ASCII can be longer than a file name may be.
  return escaped.length <= 120 ? escaped : escaped.slice(0, 120);
}

function requireSafe(organizationName: string, name: string): void {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(organizationName)) {
    throw new MaterialError(`"${organizationName}" is not the name of an organisation`);
  }
  const problem = nameProblem(name);
  if (problem !== undefined) throw new MaterialError(`the name of an identity ${problem}`);
}

function nameProblem(name: string): string | undefined {
  if (name.length === 0 || name.length > MAX_NAME) return `has 1 to ${MAX_NAME} characters`;
  return /\p{C}/u.test(name) ? 'has no control or invisible characters' : undefined;
}
