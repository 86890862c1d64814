/** Certificates, for people and for scripts. */
import type { HeldCertificate } from '@onepledge/network';
import { table } from '../cli/table';

/** A certificate as JSON. */
export function certificateJson(certificate: HeldCertificate): object {
  const { notBefore, notAfter, role, ...rest } = certificate;
  return {
    ...rest,
    ...(role === undefined ? {} : { role }),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
  };
}

/** A line a certificate. */
export function certificateTable(certificates: readonly HeldCertificate[]): string {
  return table(
    ['FILE', 'USE', 'NAME', 'EXPIRES', 'DAYS', 'SERIAL', ''],
    certificates.map(({ file, use, role, commonName, notAfter, daysLeft, serial, revoked }) => [
      ...[file, role ?? use, commonName, notAfter.toISOString().slice(0, 10), String(daysLeft), serial],
      revoked ? 'revoked' : daysLeft < 0 ? 'expired' : '',
    ]),
  );
}
