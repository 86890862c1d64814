/** Why an identity or a policy is refused. */

/** A policy text or message that cannot be read; `position` counts characters from 0, where there is a text. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(position === undefined ? message : `${message} (at character ${position})`);
    this.position = position;
  }
}

export type IdentityErrorReason =
  | 'MALFORMED'
  | 'UNKNOWN_MSP'
  | 'NOT_ISSUED_BY_MSP'
  | 'CA_CERTIFICATE'
  /** Its CA has certified other CAs of the MSP: Fabric takes identities of those alone. */
  | 'ISSUER_OF_CAS'
  | 'EXPIRED'
  | 'REVOKED'
  | 'WRONG_KEY_TYPE'
  /** With NodeOUs, Fabric accepts no certificate that does not name exactly one role. */
  | 'NO_SINGLE_ROLE';

/** An identity that its MSP does not vouch for. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly reason: IdentityErrorReason;
  /** The MSP that the identity claims to be of, where that could be read. */
  readonly mspId: string | undefined;

  constructor(reason: IdentityErrorReason, message: string, mspId?: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.mspId = mspId;
  }
}

/** Key material on disk that is missing, damaged or of another consortium; or a request for it that makes no sense. */
export class MaterialError extends Error {
  override readonly name = 'MaterialError';
}
