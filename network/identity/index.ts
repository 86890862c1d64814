/** Identities: who signs, whose certificate is good, whose signatures are enough, and where development keys come from. */
export { type Identity, type Role, type Signer } from './types';
export { IdentityError, type IdentityErrorReason, MaterialError } from './errors';
export { MspRegistry, type MspRoot, serializeIdentity } from './msp';
export {
  evaluatePolicy,
  formatPolicy,
  organizationsOf,
  type OutOf,
  parsePolicy,
  PolicyError,
  policyFromEnvelope,
  type PolicySubject,
  policyToEnvelope,
  type Principal,
  type PrincipalRole,
  satisfyingOrganizations,
  type SignaturePolicy,
  type SignedBy,
} from './policy';
export { createSigner } from './signer';
export { flipS } from './signature';
export { canonicalForm } from './certificate';
export {
  ensureMaterial,
  type NetworkMaterial,
  type OrdererMaterial,
  type NodeMaterial,
  type OrganizationMaterial,
} from './material';
export { type EnrolledIdentity, type Enrolment, enrol } from './enrolment';
export {
  type Authority,
  type AuthorityOptions,
  createAuthority,
  issueEnrolment,
  issueRevocationList,
  issueTls,
  type KeyPair,
  openAuthority,
} from './authority';
export {
  type CertificateUse,
  type HeldCertificate,
  heldAuthorities,
  heldCertificate,
  heldCertificates,
  keepRevocationList,
  renewCertificate,
  type Renewal,
  revocationList,
  revocationListWith,
} from './certificate-store';
export { issueServiceTls } from './service-tls';
export {
  fingerprintOf,
  formatCard,
  keepCard,
  keepOwnMember,
  type MemberCard,
  ownMember,
  parseCard,
  readCard,
} from './member-card';
export { ensureMemberMaterial, ensureOwnMaterial, type MemberMaterial, type OwnMaterial } from './member-material';
