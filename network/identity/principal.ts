/** Principals: what a policy asks of who signs at one of its leaves, and whether an identity is that, as Fabric's MSP judges it. */
import { type Identity } from './types';

/** `member` is anyone of the MSP; the others are NodeOU roles. */
export type PrincipalRole = 'member' | 'client' | 'peer' | 'admin' | 'orderer';

export const PRINCIPAL_ROLES: readonly PrincipalRole[] = ['member', 'client', 'peer', 'admin', 'orderer'];

export interface SignedBy {
  readonly kind: 'signedBy';
  readonly mspId: string;
  readonly role: PrincipalRole;
}

/** One certificate and no other, as the orderers of a BFT channel are named. */
export interface SignedByIdentity {
  readonly kind: 'signedByIdentity';
  readonly mspId: string;
  /** As `Identity.certificateId`. */
  readonly certificateId: string;
  /** The bytes of msp.SerializedIdentity. */
  readonly serialized: Uint8Array;
}

/** Certificates that name an organisational unit and that one CA has issued. */
export interface SignedByUnit {
  readonly kind: 'signedByUnit';
  readonly mspId: string;
  readonly unit: string;
  /** As `Identity.certifiers`. */
  readonly certifiers: string;
}

/** Anyone of any MSP whose name is known, which is everyone with a certificate. */
export interface SignedByNominal {
  readonly kind: 'signedByNominal';
}

/** Who is all of these at once. */
export interface SignedByCombined {
  readonly kind: 'signedByCombined';
  readonly principals: readonly Principal[];
}

/** A principal that no certificate satisfies: an anonymous one, or one that cannot be read. */
export interface SignedByNobody {
  readonly kind: 'signedByNobody';
  /** msp.MSPPrincipal's two fields. */
  readonly classification: number;
  readonly principal: Uint8Array;
}

export type Principal =
  SignedBy | SignedByIdentity | SignedByUnit | SignedByNominal | SignedByCombined | SignedByNobody;

/** What a policy needs to know of an identity. */
export type PolicySubject = Pick<
  Identity,
  'mspId' | 'certificateId' | 'role' | 'isListedAdmin' | 'units' | 'certifiers'
>;

/** Whether an identity, which its MSP has checked, is what the principal asks for. */
export function satisfiesPrincipal(identity: PolicySubject, principal: Principal): boolean {
  switch (principal.kind) {
    case 'signedBy':
      if (identity.mspId !== principal.mspId) return false;
      if (principal.role === 'admin' && identity.isListedAdmin === true) return true;
      return principal.role === 'member' || identity.role === principal.role;
    case 'signedByIdentity':
      return identity.mspId === principal.mspId && identity.certificateId === principal.certificateId;
    case 'signedByUnit':
      return (
        identity.mspId === principal.mspId &&
        identity.certifiers === principal.certifiers &&
        identity.units?.includes(principal.unit) === true
      );
    case 'signedByNominal':
      return true;
    case 'signedByCombined':
      return principal.principals.length > 0 && principal.principals.every((one) => satisfiesPrincipal(identity, one));
    case 'signedByNobody':
      return false;
  }
}

/** The MSP that a principal is of; undefined where it is of none, or of several. */
export function organizationOf(principal: Principal): string | undefined {
  return 'mspId' in principal ? principal.mspId : undefined;
}
