/** What an enrolment certificate says: subject, units, Fabric's attributes, validity, and the identifier to compare it by. */
import { createHash, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { DER_TAG, derElement, derElements, type DerElement, derEncode, DerError, derOid, derText } from './der';
import { withLowS } from './signature';
import { type Role } from './types';

/** Fabric CA's extension that holds a certificate's attributes as JSON. */
export const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';

export interface CertificateFacts {
  readonly x509: X509Certificate;
  /** Hex SHA-256 of the TBSCertificate: the part under the CA's signature, so that no one else can make another of it. */
  readonly id: string;
  readonly commonName: string;
  /** All organisational units of the subject. */
  readonly units: readonly string[];
  /** Those of them that are roles by their names, as NodeOUs usually have it. */
  readonly roles: readonly Role[];
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a CA, how many others may stand between it and an identity; undefined: any number. */
  readonly pathLength: number | undefined;
  /** In hex; undefined where the certificate has no SubjectKeyIdentifier. */
  readonly subjectKeyId: string | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * Reads one certificate.
 * @param pem PEM text or its bytes; what stands before the first certificate is passed over, as Go's decoder does.
 * @throws Error when it is no certificate, or has a critical extension that is not understood.
 */
export function readCertificate(pem: string | Uint8Array): CertificateFacts {
  const text =
    typeof pem === 'string' ? pem : Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength).toString('latin1');
  const [first] = splitPem(text);
  if (first === undefined) throw new DerError('no PEM certificate');
  const x509 = new X509Certificate(first);
  const [tbs] = derElements(derElement(x509.raw, DER_TAG.sequence).content);
  if (tbs?.tag !== DER_TAG.sequence) throw new DerError('no TBSCertificate');
  const subject = readSubject(tbs);
  const units = subject.get(ORGANIZATIONAL_UNIT) ?? [];
  return {
    x509,
    id: createHash('sha256').update(tbs.whole).digest('hex'),
    commonName: subject.get(COMMON_NAME)?.[0] ?? '',
    units,
    roles: units.filter(isRole),
    ...readKnownExtensions(tbs),
    notBefore: new Date(x509.validFrom),
    notAfter: new Date(x509.validTo),
  };
}

/** The DER of a certificate as Fabric compares and hashes it: with the lower of the two values of s, where its issuer's key is an ECDSA key. */
export function canonicalForm(certificate: X509Certificate, issuer: X509Certificate): Buffer {
  const [tbs, algorithm, signature] = derElements(derElement(certificate.raw, DER_TAG.sequence).content);
  const low = signature === undefined ? undefined : withLowS(signature.content.subarray(1), issuer.publicKey);
  if (tbs === undefined || algorithm === undefined || low === undefined) return certificate.raw;
  const bits = derEncode(DER_TAG.bitString, Buffer.concat([Buffer.of(0), low]));
  return derEncode(DER_TAG.sequence, Buffer.concat([tbs.whole, algorithm.whole, bits]));
}

/** The PEM certificates in a text, each by itself. */
export function splitPem(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATIONAL_UNIT = '2.5.4.11';
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
const BASIC_CONSTRAINTS = '2.5.29.19';

/** Position of the subject among the TBSCertificate's elements of a version 3 certificate (RFC 5280, 4.1). */
const SUBJECT_INDEX = 5;

const AttributesSchema = z.object({ attrs: z.record(z.string(), z.string()) });

/** Critical extensions that are checked here or by node:crypto, or do not matter for identities. */
const UNDERSTOOD = new Set(['2.5.29.15', '2.5.29.19', '2.5.29.37', '2.5.29.17', ATTRIBUTES_OID]);

function isRole(unit: string): unit is Role {
  return unit === 'client' || unit === 'peer' || unit === 'admin' || unit === 'orderer';
}

/** Read from the DER: node:crypto gives the subject as one text, in which a name could imitate another field. */
function readSubject(tbs: DerElement): ReadonlyMap<string, readonly string[]> {
  const subject = derElements(tbs.content)[SUBJECT_INDEX];
  if (subject?.tag !== DER_TAG.sequence) throw new DerError('not a version 3 certificate');
  const values = new Map<string, string[]>();
  for (const set of derElements(subject.content)) {
    for (const pair of derElements(set.content)) {
      const [type, value] = derElements(pair.content);
      if (type?.tag !== DER_TAG.oid || value === undefined) throw new DerError('malformed subject');
      const oid = derOid(type.content);
      if (oid !== COMMON_NAME && oid !== ORGANIZATIONAL_UNIT) continue;
      values.set(oid, [...(values.get(oid) ?? []), derText(value)]);
    }
  }
  return values;
}

function readKnownExtensions(tbs: DerElement): Pick<CertificateFacts, 'attributes' | 'pathLength' | 'subjectKeyId'> {
  let attributes: Readonly<Record<string, string>> | undefined;
  let subjectKeyId: string | undefined;
  let pathLength: number | undefined;
  for (const { oid, critical, value } of readExtensions(tbs)) {
    if (critical && !UNDERSTOOD.has(oid)) throw new DerError(`critical extension ${oid} is not understood`);
    if (oid === SUBJECT_KEY_IDENTIFIER) {
      subjectKeyId = Buffer.from(derElement(value, DER_TAG.octetString).content).toString('hex');
    }
    if (oid === BASIC_CONSTRAINTS) pathLength = readPathLength(value);
    if (oid !== ATTRIBUTES_OID) continue;
    if (attributes !== undefined) throw new DerError('two attribute extensions');
    attributes = AttributesSchema.parse(JSON.parse(Buffer.from(value).toString('utf8'))).attrs;
  }
  return { attributes: Object.freeze(attributes ?? {}), pathLength, subjectKeyId };
}

/** BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } */
function readPathLength(value: Uint8Array): number | undefined {
  const number = derElements(derElement(value, DER_TAG.sequence).content).find(({ tag }) => tag === DER_TAG.integer);
  return number === undefined ? undefined : number.content.reduce((sum, byte) => sum * 256 + byte, 0);
}

function* readExtensions(tbs: DerElement): Generator<{ oid: string; critical: boolean; value: Uint8Array }> {
  const tagged = derElements(tbs.content).find((element) => element.tag === DER_TAG.extensions);
  if (tagged === undefined) return;
  for (const extension of derElements(derElement(tagged.content, DER_TAG.sequence).content)) {
    const [type, ...rest] = derElements(extension.content);
    const value = rest.at(-1);
    if (type?.tag !== DER_TAG.oid || value?.tag !== DER_TAG.octetString) throw new DerError('malformed extension');
    yield {
      oid: derOid(type.content),
      critical: rest[0]?.tag === DER_TAG.boolean && rest[0].content[0] !== 0,
      value: value.content,
    };
  }
}
