/** Whom to ask for endorsements: the layouts that satisfy the policies of a chaincode interest, and the peers that fit them. */
import * as discovery from '@hyperledger/fabric-protos/lib/discovery/protocol_pb';
import { type ChaincodeCall, type ChaincodeInterest } from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb';
import {
  enumerationProblem,
  mergePrincipalSets,
  policyFromEnvelope,
  type Principal,
  type PrincipalSet,
  principalSets,
  principalToMessage,
  satisfiesPrincipal,
  type SignaturePolicy,
} from '../../identity/policy';
import { type Channel, signaturePolicyOf } from '../channel';
import { type Peer, peerIdentity, type RunningChannel } from '../peer';
import { collectionOf, isAuthorized } from '../privdata/collection';
import { LIFECYCLE, LIFECYCLE_ENDORSEMENT } from '../scc/lifecycle/definitions';
import { channelPeer, hasChaincode, peerList } from './membership';

/** There is no answer, for this reason. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
}

/**
 * The layouts of an interest, of which any one is enough, and the peers of each group in them.
 * @throws DiscoveryError when a chaincode is not known, or no peers can satisfy its policies.
 * @throws PolicyError when a key's policy cannot be read.
 */
export function endorsementDescriptor(
  running: RunningChannel,
  interest: ChaincodeInterest,
): discovery.EndorsementDescriptor {
  const calls = interest.getChaincodesList();
  const members = authorizedPeers(running, calls);
  const sets = mergePrincipalSets(setsOf(running.channel, calls));
  const groups = new Groups(running.channel);
  const layouts = sets.map((set) => layoutOf(set, groups)).filter((layout) => isSatisfied(layout, groups, members));
  if (layouts.length === 0) throw new DiscoveryError('no peer combination can satisfy the endorsement policy');
  const able = members.filter((peer) => calls.every((call) => hasChaincode(running, peer, call.getName())));
  const possible = layouts.filter((layout) => isSatisfied(layout, groups, able));
  if (possible.length === 0) throw new DiscoveryError('required chaincodes are not installed on sufficient peers');

  const descriptor = new discovery.EndorsementDescriptor();
  descriptor.setChaincode(calls[0]?.getName() ?? '');
  descriptor.setLayoutsList(possible.map(layoutMessage));
  for (const group of new Set(layouts.flatMap((layout) => [...layout.keys()]))) {
    const peers = able.filter((peer) => groups.includes(group, peer));
    const messages = peers.map((peer) => channelPeer(peer, running.channel));
    if (messages.length > 0) descriptor.getEndorsersByGroupsMap().set(group, peerList(messages));
  }
  return descriptor;
}

/**
 * The channel's peers that may have the data that the calls read.
 * @throws DiscoveryError when a chaincode or a collection is not known.
 */
export function authorizedPeers({ channel, peers }: RunningChannel, calls: readonly ChaincodeCall[]): readonly Peer[] {
  const filters = calls.map((call) => {
    const name = call.getName();
    if (name !== LIFECYCLE && !channel.chaincodes.has(name)) {
      throw new DiscoveryError(`No metadata was found for chaincode ${name} in channel ${channel.name}`);
    }
    const collections = (call.getNoPrivateReads() ? [] : call.getCollectionNamesList()).map((collectionName) => {
      const collection = collectionOf(channel, name, collectionName);
      if (collection === undefined) {
        throw new DiscoveryError(
          `collection ${collectionName} doesn't exist in collection config for chaincode ${name}`,
        );
      }
      return collection;
    });
    return (peer: Peer): boolean =>
      collections.every((collection) => isAuthorized(collection, peerIdentity(channel, peer)));
  });
  return [...peers.values()].flat().filter((peer) => filters.every((filter) => filter(peer)));
}

/** The sets for the policies of the chaincodes, of collections that have their own, and of the keys that the calls name. */
function setsOf(channel: Channel, calls: readonly ChaincodeCall[]): readonly (readonly PrincipalSet[])[] {
  return [
    ...calls.flatMap((call) => namespacePolicies(channel, call)).map(enumerated('')),
    ...calls
      .flatMap((call) => call.getKeyPoliciesList().map(policyFromEnvelope))
      .map(enumerated(' for state based endorsement')),
  ];
}

/** What of the lifecycle's own definition matters here. */
const LIFECYCLE_DEFINITION = { endorsementPolicy: LIFECYCLE_ENDORSEMENT } as const;

function namespacePolicies(channel: Channel, call: ChaincodeCall): readonly SignaturePolicy[] {
  const name = call.getName();
  const definition = name === LIFECYCLE ? LIFECYCLE_DEFINITION : channel.chaincodes.get(name);
  if (definition === undefined) throw new DiscoveryError('policy not found');
  const collections = call.getCollectionNamesList();
  const chosen =
    collections.length === 0
      ? [definition.endorsementPolicy]
      : collections.map(
          (collection) => collectionOf(channel, name, collection)?.endorsementPolicy ?? definition.endorsementPolicy,
        );
  const policies = [...new Set(chosen)].map((policy) => {
    const found = signaturePolicyOf(channel, policy);
    if (found === undefined) throw new DiscoveryError('policy not found');
    return found;
  });
  if (!call.getDisregardNamespacePolicy()) return policies;
  if (policies.length === 1 && call.getKeyPoliciesList().length === 0) {
    throw new DiscoveryError(
      `requested to disregard chaincode ${name}'s policy but key and collection policies are missing, either ` +
        'disable DisregardNamespacePolicy or specify at least one key policy or at least one collection policy',
    );
  }
  return policies.slice(1);
}

function enumerated(where: string): (policy: SignaturePolicy) => readonly PrincipalSet[] {
  return (policy) => {
    const problem = enumerationProblem(policy);
    if (problem === undefined) return principalSets(policy);
    throw new DiscoveryError(
      problem === 'unsatisfiable'
        ? 'endorsement policy cannot be satisfied'
        : `failed creating a comparable principal set${where}`,
    );
  };
}

/** How many endorsements of each group. */
type Layout = ReadonlyMap<string, number>;

/** Names for principals: G0, G1, … */
class Groups {
  readonly #channel: Channel;
  readonly #names = new Map<string, string>();
  readonly #principals = new Map<string, Principal>();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  name(principal: Principal): string {
    const key = Buffer.from(principalToMessage(principal).serializeBinary()).toString('latin1');
    let name = this.#names.get(key);
    if (name === undefined) {
      name = `G${this.#names.size}`;
      this.#names.set(key, name);
      this.#principals.set(name, principal);
    }
    return name;
  }

  /** Whether the peer is what the group's principal asks for. */
  includes(name: string, peer: Peer): boolean {
    const principal = this.#principals.get(name);
    return principal !== undefined && satisfiesPrincipal(peerIdentity(this.#channel, peer), principal);
  }
}

function layoutOf(set: PrincipalSet, groups: Groups): Layout {
  const layout = new Map<string, number>();
  for (const principal of set) {
    const name = groups.name(principal);
    layout.set(name, (layout.get(name) ?? 0) + 1);
  }
  return layout;
}

function isSatisfied(layout: Layout, groups: Groups, peers: readonly Peer[]): boolean {
  return [...layout].every(
    ([group, quantity]) => peers.filter((peer) => groups.includes(group, peer)).length >= quantity,
  );
}

function layoutMessage(layout: Layout): discovery.Layout {
  const message = new discovery.Layout();
  for (const [group, quantity] of layout) message.getQuantitiesByGroupMap().set(group, quantity);
  return message;
}
