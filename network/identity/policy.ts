/** Policies: signature policies as tree, text and message, the policies of a channel, and whom to ask for endorsements. */
export { evaluatePolicy, organizationsOf, type OutOf, principalsOf, type SignaturePolicy } from './policy-tree';
export {
  type PolicySubject,
  type Principal,
  PRINCIPAL_ROLES,
  type PrincipalRole,
  satisfiesPrincipal,
  type SignedBy,
  type SignedByIdentity,
} from './principal';
export { formatPolicy, parsePolicy } from './policy-text';
export { satisfyingOrganizations, satisfyingPeers } from './policy-choice';
export { enumerationProblem, mergePrincipalSets, type PrincipalSet, principalSets } from './principal-sets';
export { principalToMessage } from './principal-message';
export { policyFromEnvelope, policyToEnvelope } from './policy-message';
export { type GroupPolicy, type PolicyGroup, PolicyManager } from './channel-policy';
export { PolicyError } from './errors';
