/** What an identity is to the rest of the network: who it is, and what it can sign or verify. */

/** The role that Fabric's NodeOUs give an identity: the organisational unit in its certificate. */
export type Role = 'client' | 'peer' | 'admin' | 'orderer';

/** An identity whose certificate chain, validity and organisation have been checked. */
export interface Identity {
  readonly mspId: string;
  /**
   * Hex SHA-256 of what the CA signed (the TBSCertificate). Two serializations of one certificate (other line breaks,
   * other form of the CA's signature) are one identity: compare this, never the bytes.
   */
  readonly certificateId: string;
  /** Undefined where the MSP does not use NodeOUs: the identity is then a member and nothing else. */
  readonly role: Role | undefined;
  /** Whether the MSP lists its certificate among its administrators', besides whatever role it has. */
  readonly isListedAdmin?: boolean;
  /** All organisational units that its certificate names. */
  readonly units?: readonly string[];
  /** Hex SHA-256 of the certificates of the CAs above it, from its issuer up to the root: Fabric's CertifiersIdentifier. */
  readonly certifiers?: string;
  /** From Fabric's attribute extension; empty when the certificate has none. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly commonName: string;
  /** The bytes of msp.SerializedIdentity that it was read from. */
  readonly serialized: Uint8Array;
  readonly notAfter: Date;
  /**
   * Whether `signature` is this identity's over `message`: ECDSA with SHA-256 in DER, or Ed25519. A high-S signature is refused,
   * as Fabric does, so that a signature has one form only. Never throws: a malformed signature is not a valid one.
   */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** A private key with the identity that it signs for. */
export interface Signer {
  readonly mspId: string;
  /** The bytes of msp.SerializedIdentity. */
  readonly serialized: Uint8Array;
  /** As `Identity.verify` takes it. */
  sign(message: Uint8Array): Uint8Array;
}
