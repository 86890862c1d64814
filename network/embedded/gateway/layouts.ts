/** Whose endorsements a transaction needs: what Fabric's discovery makes of a ChaincodeInterest. */
import { status } from '@grpc/grpc-js';
import { enumerationProblem, type PolicySubject, satisfyingPeers, type SignaturePolicy } from '../../identity/policy';
import { type Channel, signaturePolicyOf } from '../channel';
import { hasChaincode } from '../endorser/endorsementinfo';
import { type ChaincodeCall, plainCall } from '../endorser/interest';
import { type Peer, peerIdentity, type PeersByOrganization, type RunningChannel } from '../peer';
import { findCollection, isAuthorized } from '../privdata/collection';
import { systemChaincodes } from '../scc';
import { GatewayError } from './errors';

/** What the peers that endorse have to satisfy together. */
export interface EndorsementRequirement {
  readonly policies: readonly SignaturePolicy[];
  /** Who may be asked. */
  readonly peers: readonly Peer[];
  /** What a peer is to the policies. */
  readonly subjectOf: (peer: Peer) => PolicySubject;
}

/**
 * The policies of all chaincodes, collections and keys that a transaction touches, and the peers that have the chaincodes and
 * may see the collections that it reads.
 * @param protect whether transient data go with the proposal: collections that are only written, whose data might be among
 * them, are then kept from organisations that are no members, as those that are read always are.
 * @throws GatewayError FAILED_PRECONDITION when no peers can ever satisfy them.
 */
export function endorsementRequirement(
  channel: Channel,
  interest: readonly ChaincodeCall[],
  peers: PeersByOrganization,
  protect: boolean,
): EndorsementRequirement {
  if (!protect) return requirement(channel, interest, peers);
  const cautious = interest.map((call) => ({ ...call, noPrivateReads: false }));
  try {
    return requirement(channel, cautious, peers);
  } catch (error) {
    const collections = interest.filter((call) => call.noPrivateReads).flatMap((call) => call.collectionNames);
    if (collections.length === 0) throw error;
    requirement(channel, interest, peers);
    throw new GatewayError(
      status.FAILED_PRECONDITION,
      'requires endorsement from organisation(s) that are not in the distribution policy of the private data ' +
        `collection(s): [${collections.join(' ')}]; retry specifying trusted endorsing organizations to protect transient data`,
    );
  }
}

function requirement(
  channel: Channel,
  interest: readonly ChaincodeCall[],
  peers: PeersByOrganization,
): EndorsementRequirement {
  const policies = [
    ...interest.flatMap((call) => namespacePolicies(channel, call)),
    ...interest.flatMap((call) =>
      call.keyPolicies.map(requireEnumerable('state based endorsement policy', ' for state based endorsement')),
    ),
  ];
  const subjectOf = (peer: Peer): PolicySubject => peerIdentity(channel, peer);
  const members = [...peers.values()]
    .flat()
    .filter((peer) => interest.every((call) => mayRead(channel, call, subjectOf(peer))));
  if (satisfyingPeers(policies, [], members, subjectOf) === undefined) {
    throw impossible('no peer combination can satisfy the endorsement policy');
  }
  const able = members.filter((peer) =>
    interest.every(({ name }) => systemChaincodes.has(name) || hasChaincode(name, channel, peer)),
  );
  if (satisfyingPeers(policies, [], able, subjectOf) === undefined) {
    throw impossible('required chaincodes are not installed on sufficient peers');
  }
  return { policies, peers: able, subjectOf };
}

/**
 * Who will endorse besides the first peer unless the transaction touches more than keys of the chaincode that have no policies of their own. System
 * chaincodes act for one organisation: nobody is expected.
 */
export function expectedEndorsers(
  name: string,
  [first]: readonly Peer[],
  { channel, peers }: RunningChannel,
): readonly Peer[] {
  if (first === undefined || systemChaincodes.has(name)) return [];
  try {
    const { policies, peers: able, subjectOf } = requirement(channel, [plainCall(name)], peers);
    return (satisfyingPeers(policies, [first], able, subjectOf) ?? []).filter((peer) => peer !== first);
  } catch (error) {
    // Whether it matters is known from the first peer's answer.
    if (error instanceof GatewayError) return [];
    throw error;
  }
}

/**
 * The policy of a chaincode, or of its collection where that has one of its own; none where only keys with policies are
 * written.
 */
function namespacePolicies(channel: Channel, call: ChaincodeCall): readonly SignaturePolicy[] {
  const definition = channel.chaincodes.get(call.name);
  if (definition === undefined) {
    throw impossible(`No metadata was found for chaincode ${call.name} in channel ${channel.name}`);
  }
  if (call.disregardNamespacePolicy) return [];
  const [collection] = call.collectionNames;
  const own = collection === undefined ? undefined : findCollection(definition, collection)?.endorsementPolicy;
  const policy = signaturePolicyOf(channel, own ?? definition.endorsementPolicy);
  if (policy === undefined) throw impossible('policy not found');
  return [requireEnumerable('endorsement policy', '')(policy)];
}

function mayRead(
  channel: Channel,
  { name, collectionNames, noPrivateReads }: ChaincodeCall,
  peer: PolicySubject,
): boolean {
  if (noPrivateReads) return true;
  const definition = channel.chaincodes.get(name);
  return collectionNames.every((collectionName) => {
    const collection = definition === undefined ? undefined : findCollection(definition, collectionName);
    return collection !== undefined && isAuthorized(collection, peer);
  });
}

/**
 * Discovery lists the sets of principals that satisfy a policy. Of one that needs nobody it finds none, though validation
 * would let anyone's endorsement pass.
 */
function requireEnumerable(what: string, where: string): (policy: SignaturePolicy) => SignaturePolicy {
  return (policy) => {
    const problem = enumerationProblem(policy);
    if (problem === undefined) return policy;
    throw impossible(
      problem === 'unsatisfiable'
        ? `${what} cannot be satisfied`
        : `failed creating a comparable principal set${where}`,
    );
  };
}

function impossible(reason: string): GatewayError {
  return new GatewayError(
    status.FAILED_PRECONDITION,
    `no combination of peers can be derived which satisfy the endorsement policy: ${reason}`,
  );
}
