/** A policy of a configuration in words: `MAJORITY Admins`, `OR('OneMSP.admin', 'OneMSP.client')`. */
import { X509Certificate } from 'node:crypto';
import * as policies from '@hyperledger/fabric-protos/lib/common/policies_pb';
import { SerializedIdentity } from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import * as principals from '@hyperledger/fabric-protos/lib/msp/msp_principal_pb';

/** Also of principals that have no text form in Fabric, such as the single orderers of a BFT channel. Never throws. */
export function policyWords(policy: policies.Policy | undefined): string {
  if (policy === undefined) return 'nobody';
  try {
    const value = policy.getValue_asU8();
    switch (policy.getType()) {
      case policies.Policy.PolicyType.IMPLICIT_META:
        return metaWords(policies.ImplicitMetaPolicy.deserializeBinary(value));
      case policies.Policy.PolicyType.SIGNATURE:
        return signatureWords(policies.SignaturePolicyEnvelope.deserializeBinary(value));
      default:
        return `a policy of the unknown type ${policy.getType()}`;
    }
  } catch {
    return 'a policy that cannot be read';
  }
}

const RULES = ['ANY', 'ALL', 'MAJORITY'] as const;

function metaWords(meta: policies.ImplicitMetaPolicy): string {
  return `${RULES[meta.getRule()]} ${meta.getSubPolicy()}`;
}

function signatureWords(envelope: policies.SignaturePolicyEnvelope): string {
  const names = envelope.getIdentitiesList().map(principalWords);
  const words = (rule: policies.SignaturePolicy | undefined): string => {
    const gate = rule?.getNOutOf();
    if (gate === undefined) return names[rule?.getSignedBy() ?? -1] ?? 'nobody';
    const rules = gate.getRulesList().map(words);
    const [only] = rules;
    if (gate.getN() === 1 && rules.length === 1 && only !== undefined) return only;
    if (gate.getN() === rules.length) return `AND(${rules.join(', ')})`;
    return gate.getN() === 1 ? `OR(${rules.join(', ')})` : `OutOf(${[gate.getN(), ...rules].join(', ')})`;
  };
  return words(envelope.getRule());
}

const ROLES: Readonly<Record<number, string>> = { 0: 'member', 1: 'admin', 2: 'client', 3: 'peer', 4: 'orderer' };

function principalWords(principal: principals.MSPPrincipal): string {
  const bytes = principal.getPrincipal_asU8();
  const { ROLE, ORGANIZATION_UNIT, IDENTITY } = principals.MSPPrincipal.Classification;
  const classification = principal.getPrincipalClassification();
  if (classification === ROLE) {
    const role = principals.MSPRole.deserializeBinary(bytes);
    return `'${role.getMspIdentifier()}.${ROLES[role.getRole()] ?? 'unknown'}'`;
  }
  if (classification === ORGANIZATION_UNIT) {
    const unit = principals.OrganizationUnit.deserializeBinary(bytes);
    return `'${unit.getMspIdentifier()}, unit ${unit.getOrganizationalUnitIdentifier()}'`;
  }
  if (classification !== IDENTITY) return 'a principal of another kind';
  const identity = SerializedIdentity.deserializeBinary(bytes);
  const [, commonName] = /^CN=(.*)$/m.exec(new X509Certificate(identity.getIdBytes_asU8()).subject) ?? [];
  return `'${identity.getMspid()}, ${commonName ?? 'one certificate'}'`;
}
