/** Whose endorsements a transaction needs: what Fabric's discovery makes of a ChaincodeInterest. */
import { status } from '@grpc/grpc-js';
import { satisfyingOrganizations, type SignaturePolicy } from '../../identity/policy';
import { type Channel, signaturePolicyOf } from '../channel';
import { type ChaincodeCall } from '../endorser/interest';
import { type Peer } from '../peer';
import { findCollection, isMember } from '../privdata/collection';
import { GatewayError } from './errors';

/** What the peers that endorse have to satisfy together. */
export interface EndorsementRequirement {
  readonly policies: readonly SignaturePolicy[];
  /** The organisations whose peers may be asked. */
  readonly mspIds: readonly string[];
}

/**
 * The policies of all chaincodes, collections and keys that a transaction touches, and the organisations that have the
 * chaincodes and may see the collections that it reads.
 * @throws GatewayError FAILED_PRECONDITION when no peers can ever satisfy them.
 */
export function endorsementRequirement(
  channel: Channel,
  interest: readonly ChaincodeCall[],
  peers: ReadonlyMap<string, Peer>,
): EndorsementRequirement {
  const members = [...peers.keys()].filter((mspId) => interest.every((call) => mayRead(channel, call, mspId)));
  const policies = [
    ...interest.flatMap((call) => namespacePolicies(channel, call)),
    ...interest.flatMap((call) => call.keyPolicies.map(requireEnumerable('state based endorsement policy'))),
  ];
  if (satisfyingOrganizations(policies, [], members) === undefined) {
    throw impossible('no peer combination can satisfy the endorsement policy');
  }
  const mspIds = members.filter((mspId) =>
    interest.every(({ name }) => peers.get(mspId)?.chaincodes.has(name) === true),
  );
  if (satisfyingOrganizations(policies, [], mspIds) === undefined) {
    throw impossible('required chaincodes are not installed on sufficient peers');
  }
  return { policies, mspIds };
}

/** The policies of a chaincode and its collections, save the chaincode's own where only keys with policies are written. */
function namespacePolicies(channel: Channel, call: ChaincodeCall): readonly SignaturePolicy[] {
  const definition = channel.chaincodes.get(call.name);
  if (definition === undefined) {
    throw impossible(`No metadata was found for chaincode ${call.name} in channel ${channel.name}`);
  }
  const collections = call.collectionNames.flatMap((name) => findCollection(definition, name)?.endorsementPolicy ?? []);
  const policies = call.disregardNamespacePolicy ? collections : [definition.endorsementPolicy, ...collections];
  return policies.map((policy) => {
    const found = signaturePolicyOf(channel, policy);
    if (found === undefined) throw impossible('endorsement policy cannot be satisfied');
    return requireEnumerable('endorsement policy')(found);
  });
}

function mayRead(channel: Channel, { name, collectionNames, noPrivateReads }: ChaincodeCall, mspId: string): boolean {
  if (noPrivateReads) return true;
  const definition = channel.chaincodes.get(name);
  return collectionNames.every((collectionName) => {
    const collection = definition === undefined ? undefined : findCollection(definition, collectionName);
    return collection !== undefined && isMember(collection, mspId);
  });
}

/**
 * Discovery lists the sets of principals that satisfy a policy. Of one that needs nobody it finds none, though validation
 * would let anyone's endorsement pass.
 */
function requireEnumerable(what: string): (policy: SignaturePolicy) => SignaturePolicy {
  return (policy) => {
    if (isEnumerable(policy)) return policy;
    throw impossible(`${what} cannot be satisfied`);
  };
}

function isEnumerable(rule: SignaturePolicy): boolean {
  if (rule.kind === 'signedBy') return true;
  return rule.n > 0 && rule.rules.filter(isEnumerable).length >= rule.n;
}

function impossible(reason: string): GatewayError {
  return new GatewayError(
    status.FAILED_PRECONDITION,
    `no combination of peers can be derived which satisfy the endorsement policy: ${reason}`,
  );
}
