/** Groups of a channel's configuration, put together from plain objects. */
import * as configtx from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as policies from '@hyperledger/fabric-protos/lib/common/policies_pb';
import { parsePolicy, policyToEnvelope } from '../identity/policy';

/** What may change an element: the Admins policy of the group that it stands in. */
export const ADMINS = 'Admins';

/** Any protobuf message. */
export interface Message {
  serializeBinary(): Uint8Array;
}

/** A group: values and policies by name, all of them changed by the group's own administrators. */
export function configGroup(content: {
  readonly values: Readonly<Record<string, Message>>;
  readonly policies: Readonly<Record<string, policies.Policy>>;
  readonly groups?: Readonly<Record<string, configtx.ConfigGroup>>;
}): configtx.ConfigGroup {
  const group = new configtx.ConfigGroup();
  for (const [name, child] of Object.entries(content.groups ?? {})) group.getGroupsMap().set(name, child);
  for (const [name, message] of Object.entries(content.values)) {
    const value = new configtx.ConfigValue();
    value.setValue(message.serializeBinary());
    value.setModPolicy(ADMINS);
    group.getValuesMap().set(name, value);
  }
  for (const [name, policy] of Object.entries(content.policies)) {
    const entry = new configtx.ConfigPolicy();
    entry.setPolicy(policy);
    entry.setModPolicy(ADMINS);
    group.getPoliciesMap().set(name, entry);
  }
  group.setModPolicy(ADMINS);
  return group;
}

/** How many of the sub-groups must satisfy their own policy of a name. */
export type Quantifier = 'ANY' | 'ALL' | 'MAJORITY';

/** A policy over the policies of the same name in the sub-groups, as `MAJORITY Admins`. */
export function implicitMeta(rule: Quantifier, subPolicy: string): policies.Policy {
  const meta = new policies.ImplicitMetaPolicy();
  meta.setRule(policies.ImplicitMetaPolicy.Rule[rule]);
  meta.setSubPolicy(subPolicy);
  return policyOf(policies.Policy.PolicyType.IMPLICIT_META, meta);
}

/** A signature policy from its text, such as `OR('OneMSP.admin', 'OneMSP.client')`. */
export function signaturePolicy(text: string): policies.Policy {
  return signatureEnvelope(policyToEnvelope(parsePolicy(text)));
}

/** A signature policy from its message. */
export function signatureEnvelope(envelope: policies.SignaturePolicyEnvelope): policies.Policy {
  return policyOf(policies.Policy.PolicyType.SIGNATURE, envelope);
}

function policyOf(
  type: policies.Policy.PolicyTypeMap[keyof policies.Policy.PolicyTypeMap],
  value: Message,
): policies.Policy {
  const policy = new policies.Policy();
  policy.setType(type);
  policy.setValue(value.serializeBinary());
  return policy;
}
