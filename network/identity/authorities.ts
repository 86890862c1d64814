/** A member's CAs as one PEM text holds them: those at the top, and those that another of them has certified. */
import { X509Certificate } from 'node:crypto';
import { splitPem } from './certificate';

/** PEM texts, of one certificate each. */
export interface Authorities {
  readonly roots: readonly string[];
  /** Fabric's intermediate CAs. */
  readonly intermediates: readonly string[];
}

/** What stands where is told by the certificates themselves: an intermediate one was issued by another of the text. */
export function readAuthorities(pem: string): Authorities {
  const all = read(pem);
  const isBelow = (ca: X509Certificate): boolean => all.some(({ x509 }) => isAbove(x509, ca));
  const texts = (below: boolean): readonly string[] =>
    all.filter(({ x509 }) => isBelow(x509) === below).map(({ text }) => text);
  return { roots: texts(false), intermediates: texts(true) };
}

/** The CAs of a text in the two parts that an MSP's definition has. */
export function mspAuthorities(pem: string): { readonly caPem: string; readonly intermediateCaPem: string } {
  const { roots, intermediates } = readAuthorities(pem);
  return { caPem: roots.join(''), intermediateCaPem: intermediates.join('') };
}

/** Whether one of the CAs issued the certificate. */
export function isIssuedBy(certificate: X509Certificate, caPem: string): boolean {
  return read(caPem).some(({ x509 }) => issued(x509, certificate));
}

/** Whether the certificate is one of an identity that an MSP with these CAs takes: of one that has certified no other CA. */
export function isEnrolledBy(certificate: X509Certificate, caPem: string): boolean {
  const all = read(caPem);
  return all.some(({ x509 }) => issued(x509, certificate) && !all.some((other) => isAbove(x509, other.x509)));
}

interface Read {
  readonly text: string;
  readonly x509: X509Certificate;
}

function read(pem: string): readonly Read[] {
  return splitPem(pem).map((text) => ({ text: `${text}\n`, x509: new X509Certificate(text) }));
}

/** Of two CAs, another one's: the same CA in two certificates (renewed) is above itself in neither. */
function isAbove(upper: X509Certificate, lower: X509Certificate): boolean {
  return !upper.raw.equals(lower.raw) && lower.subject !== lower.issuer && issued(upper, lower);
}

function issued(ca: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}
