/**
 * The development certificate authority: makes the X.509 certificates that Fabric expects.
 *
 * Not for production: its keys lie in files. Members of a real network bring certificates of their own CA.
 */
import { createPrivateKey, webcrypto, type X509Certificate } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import { ATTRIBUTES_OID } from './certificate';
import { type Role } from './types';

/** A certificate with its private key (PKCS #8), both PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A CA that is ready to issue: its certificate and key have been read. */
export interface Authority {
  readonly pair: KeyPair;
  readonly certificate: X509.X509Certificate;
  readonly signingKey: webcrypto.CryptoKey;
}

export interface EnrolmentRequest {
  readonly commonName: string;
  readonly organization: string;
  readonly role: Role;
  readonly attributes?: Readonly<Record<string, string>>;
  /** What kind of key it is for; default: ECDSA on P-256. */
  readonly key?: { readonly name: string };
}

const DAY_MS = 24 * 60 * 60 * 1000;
const CA_YEARS = 10;
const ENROLMENT_YEARS = 1;
/** Fabric looks at no list's dates; other programs do. */
const CRL_DAYS = 365;
/** Certificates are valid from a little before they are made, so that clocks may differ. */
const LEAF_BACKDATE_MS = 5 * 60 * 1000;
const CA_BACKDATE_MS = 60 * 60 * 1000;

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** What a CA is otherwise than by default. */
export interface AuthorityOptions {
  /** Who certifies it, so that it is an intermediate CA; default: itself. */
  readonly above?: Authority;
  /** How many CAs may stand below it; default: none. */
  readonly pathLength?: number;
  readonly days?: number;
}

/** A CA of a key of its own. */
export async function createAuthority(
  commonName: string,
  organization: string,
  now: Date,
  { above, pathLength = 0, days = CA_YEARS * 365 }: AuthorityOptions = {},
): Promise<Authority> {
  const x509 = await library();
  const keys = await generateKeys();
  const name = nameOf(x509, commonName, organization);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: name,
    issuer: above?.certificate.subjectName ?? name,
    notBefore: new Date(now.getTime() - CA_BACKDATE_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
    signingAlgorithm: P256,
    publicKey: keys.publicKey,
    signingKey: above?.signingKey ?? keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(above === undefined ? [] : [await x509.AuthorityKeyIdentifierExtension.create(above.certificate)]),
    ],
  });
  const pair = { certPem: pem(certificate), keyPem: await exportKey(keys.privateKey) };
  return { pair, certificate, signingKey: keys.privateKey };
}

/** A CA from its files. */
export async function openAuthority(pair: KeyPair): Promise<Authority> {
  const x509 = await library();
  const der = createPrivateKey(pair.keyPem).export({ format: 'der', type: 'pkcs8' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, P256, false, ['sign']);
  return { pair, certificate: new x509.X509Certificate(pair.certPem), signingKey };
}

/** An enrolment certificate: the role as organisational unit, the attributes in Fabric CA's extension. Valid one year. */
export async function issueEnrolment(ca: Authority, request: EnrolmentRequest, now: Date): Promise<KeyPair> {
  const x509 = await library();
  const attributes = Object.entries(request.attributes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const json = JSON.stringify({ attrs: Object.fromEntries(attributes) });
  const subject = nameOf(x509, request.commonName, request.organization, request.role);
  const extensions = [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    ...(attributes.length === 0 ? [] : [new x509.Extension(ATTRIBUTES_OID, false, Buffer.from(json, 'utf8'))]),
  ];
  return issue(ca, subject, now, extensions, request.key);
}

/** A TLS certificate for server and client use. Valid one year. */
export async function issueTls(
  ca: Authority,
  request: { readonly commonName: string; readonly organization: string; readonly names: SubjectNames },
  now: Date,
): Promise<KeyPair> {
  const x509 = await library();
  const { keyEncipherment, digitalSignature } = x509.KeyUsageFlags;
  return issue(ca, nameOf(x509, request.commonName, request.organization), now, [
    new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    alternativeNames(x509, request.names),
  ]);
}

function alternativeNames(x509: typeof X509, { dns, ip }: SubjectNames): X509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension([
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ip.map((value) => ({ type: 'ip' as const, value })),
  ]);
}

/**
 * A certificate again, by its CA: the same subject and extensions, a new serial number, valid from now on.
 * @param newKey a new key too; otherwise it keeps its own, so that who knows the certificate by its key knows the new one
 * @param days how long it is valid; a year when left out
 * @param names for TLS, the names that it is for from now on; its own when left out
 */
export async function renewed(
  ca: Authority,
  pair: KeyPair,
  {
    newKey,
    days,
    names,
  }: { readonly newKey: boolean; readonly days?: number | undefined; readonly names?: SubjectNames | undefined },
  now: Date,
): Promise<KeyPair> {
  const x509 = await library();
  const old = new x509.X509Certificate(pair.certPem);
  const keys = newKey ? await generateKeys() : undefined;
  const publicKey = keys?.publicKey ?? ((await old.publicKey.export(P256, ['verify'])) as webcrypto.CryptoKey);
  const own = names === undefined ? OWN_EXTENSIONS : [...OWN_EXTENSIONS, ALTERNATIVE_NAMES];
  const made: ReadonlySet<string> = new Set(own);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: old.subjectName,
    issuer: ca.certificate.subjectName,
    notBefore: new Date(now.getTime() - LEAF_BACKDATE_MS),
    notAfter: new Date(now.getTime() + (days ?? ENROLMENT_YEARS * 365) * DAY_MS),
    signingAlgorithm: P256,
    publicKey,
    signingKey: ca.signingKey,
    extensions: [
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate),
      ...old.extensions.filter(({ type }) => !made.has(type)),
      ...(names === undefined ? [] : [alternativeNames(x509, names)]),
    ],
  });
  return { certPem: pem(certificate), keyPem: keys === undefined ? pair.keyPem : await exportKey(keys.privateKey) };
}

/** Key identifiers: made anew with each certificate. */
const OWN_EXTENSIONS = ['2.5.29.14', '2.5.29.35'] as const;
const ALTERNATIVE_NAMES = '2.5.29.17';

/**
 * A list of certificates that the CA takes back, as PEM. It names the CA's key: Fabric trusts no certificate at all of an MSP that
 * has a list without.
 * @param serials in hex; all that are revoked, as a newer list takes the place of the one before
 */
export async function issueRevocationList(ca: Authority, serials: readonly string[], now: Date): Promise<string> {
  const x509 = await library();
  const list = await x509.X509CrlGenerator.create({
    issuer: ca.certificate.subjectName,
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + CRL_DAYS * DAY_MS),
    signingAlgorithm: P256,
    signingKey: ca.signingKey,
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: now })),
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(ca.certificate)],
  });
  // Go's programs know it by the longer name only.
  return `${list
    .toString('pem')
    .trim()
    .replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL')}\n`;
}

/** The names that a TLS server answers to. */
export interface SubjectNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
}

/** Whether a TLS certificate is for all of these names. */
export function covers(certificate: X509Certificate, names: SubjectNames): boolean {
  const host = (name: string): boolean => certificate.checkHost(name) !== undefined;
  const address = (ip: string): boolean => certificate.checkIP(ip) !== undefined;
  return names.dns.every(host) && names.ip.every(address);
}

let loaded: Promise<typeof X509> | undefined;

/** Loaded only when a certificate is made: it takes longer than everything else at start. */
function library(): Promise<typeof X509> {
  loaded ??= (async () => {
    await import('reflect-metadata');
    return import('@peculiar/x509');
  })();
  return loaded;
}

async function issue(
  ca: Authority,
  subject: X509.Name,
  now: Date,
  extensions: readonly X509.Extension[],
  key?: { readonly name: string },
): Promise<KeyPair> {
  const x509 = await library();
  const keys = await generateKeys(key);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: ca.certificate.subjectName,
    notBefore: new Date(now.getTime() - LEAF_BACKDATE_MS),
    notAfter: new Date(now.getTime() + ENROLMENT_YEARS * 365 * DAY_MS),
    signingAlgorithm: P256,
    publicKey: keys.publicKey,
    signingKey: ca.signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate),
      ...extensions,
    ],
  });
  return { certPem: pem(certificate), keyPem: await exportKey(keys.privateKey) };
}

/** Typed values: in a plain string the library would read quotes, backslashes and "#" as its own notation. */
function nameOf(x509: typeof X509, commonName: string, organization: string, role?: Role): X509.Name {
  const parts = [{ CN: [{ utf8String: commonName }] }, { O: [{ utf8String: organization }] }];
  return new x509.Name(role === undefined ? parts : [...parts, { OU: [{ utf8String: role }] }]);
}

/** 16 random bytes, positive and not starting with zero (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function pem(certificate: X509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function generateKeys(algorithm: { readonly name: string } = P256): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}
