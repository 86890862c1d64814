/** A consortium with some of its members only: channels and policies speak of nobody else. */
import { type Consortium } from '../consortium';
import { formatPolicy, organizationsOf, parsePolicy, type SignaturePolicy } from '../identity/policy';

/** @param names of the members that stay */
export function withOnly(consortium: Consortium, names: readonly string[]): Consortium {
  const organizations = consortium.organizations.filter(({ name }) => names.includes(name));
  const mspIds = organizations.map(({ mspId }) => mspId);
  return {
    ...consortium,
    organizations,
    channels: consortium.channels.map((channel) => ({
      ...channel,
      members: channel.members.filter((name) => names.includes(name)),
      chaincodes: channel.chaincodes.map((chaincode) => ({
        ...chaincode,
        endorsementPolicy: policyOf(chaincode.endorsementPolicy, mspIds),
        collections: chaincode.collections.map((collection) => ({
          ...collection,
          policy: policyOf(collection.policy, mspIds),
        })),
      })),
    })),
  };
}

function policyOf(text: string, mspIds: readonly string[]): string {
  if (text.startsWith('/')) return text;
  const rest = without(parsePolicy(text), mspIds);
  if (rest === undefined) throw new Error(`nobody is left in the policy ${text}`);
  return formatPolicy(rest);
}

/** As many signatures as before, as far as there are members to give them. */
function without(policy: SignaturePolicy, mspIds: readonly string[]): SignaturePolicy | undefined {
  if (policy.kind !== 'outOf')
    return organizationsOf(policy).every((mspId) => mspIds.includes(mspId)) ? policy : undefined;
  const rules = policy.rules.flatMap((rule) => without(rule, mspIds) ?? []);
  return rules.length === 0 ? undefined : { ...policy, n: Math.min(policy.n, rules.length), rules };
}
