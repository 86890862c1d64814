/** Policies: signature policies as tree, text and message, the policies of a channel, and whom to ask for endorsements. */
export {
  evaluatePolicy,
  organizationsOf,
  PRINCIPAL_ROLES,
  type OutOf,
  type PolicySubject,
  type PrincipalRole,
  type SignaturePolicy,
  type SignedBy,
  type SignedByIdentity,
} from './policy-tree';
export { formatPolicy, parsePolicy } from './policy-text';
export { satisfyingOrganizations } from './policy-choice';
export { mergePrincipalSets, type PrincipalSet, principalSets } from './principal-sets';
export { policyFromEnvelope, policyToEnvelope } from './policy-message';
export { type GroupPolicy, type PolicyGroup, PolicyManager } from './channel-policy';
export { PolicyError } from './errors';
