/** The CAs above a certificate, as Fabric's MSP has them found: through certificates that were all valid when this one was issued. */
import { type CertificateFacts } from './certificate';

/** From who issued the certificate up to a root. */
export type Chain = readonly CertificateFacts[];

/** All ways from a certificate to a root; a root itself needs none. */
export function chainsOf(
  certificate: CertificateFacts,
  roots: readonly CertificateFacts[],
  intermediates: readonly CertificateFacts[],
): readonly Chain[] {
  // A second after it began, whatever the time is now: every peer, whenever it looks, has to come to the same.
  const at = certificate.notBefore.getTime() + 1000;
  const may = (ca: CertificateFacts, below: CertificateFacts, depth: number): boolean =>
    ca.x509.ca &&
    ca.notBefore.getTime() <= at &&
    at <= ca.notAfter.getTime() &&
    depth <= (ca.pathLength ?? Number.POSITIVE_INFINITY) &&
    below.x509.checkIssued(ca.x509) &&
    below.x509.verify(ca.x509.publicKey);
  const above = (chain: Chain): readonly Chain[] => {
    const below = chain.at(-1) ?? certificate;
    const tops = roots.filter((ca) => may(ca, below, chain.length)).map((ca) => [...chain, ca]);
    const more = intermediates
      .filter((ca) => ca !== certificate && !chain.includes(ca) && may(ca, below, chain.length))
      .flatMap((ca) => above([...chain, ca]));
    return [...tops, ...more];
  };
  return roots.includes(certificate) ? [[]] : above([]);
}
