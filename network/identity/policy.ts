/** Signature policies: their tree and its evaluation, their text, their message, and whom to ask for endorsements. */
export {
  evaluatePolicy,
  organizationsOf,
  PRINCIPAL_ROLES,
  type OutOf,
  type PolicySubject,
  type PrincipalRole,
  type SignaturePolicy,
  type SignedBy,
} from './policy-tree';
export { formatPolicy, parsePolicy } from './policy-text';
export { satisfyingOrganizations } from './policy-choice';
export { policyFromEnvelope, policyToEnvelope } from './policy-message';
export { PolicyError } from './errors';
