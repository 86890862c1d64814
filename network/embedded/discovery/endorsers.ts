/** Whom to ask for endorsements: the layouts that satisfy the policies of a chaincode interest, and the peers that fit them. */
import * as discovery from '@hyperledger/fabric-protos/lib/discovery/protocol_pb';
import { type ChaincodeCall, type ChaincodeInterest } from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb';
import {
  mergePrincipalSets,
  policyFromEnvelope,
  type PrincipalSet,
  principalSets,
  type SignaturePolicy,
  type SignedBy,
} from '../../identity/policy';
import { type Channel, signaturePolicyOf } from '../channel';
import { type Peer, type RunningChannel } from '../peer';
import { collectionOf, isMember } from '../privdata/collection';
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
  const sets = mergePrincipalSets(policiesOf(running.channel, calls).map(requireSatisfiable));
  const groups = new Groups();
  const layouts = sets.map((set) => layoutOf(set, groups)).filter((layout) => isSatisfied(layout, groups, members));
  if (layouts.length === 0) throw new DiscoveryError('no peer combination can satisfy the endorsement policy');
  const able = members.filter((peer) => calls.every((call) => hasChaincode(running, peer, call.getName())));
  const possible = layouts.filter((layout) => isSatisfied(layout, groups, able));
  if (possible.length === 0) throw new DiscoveryError('required chaincodes are not installed on sufficient peers');

  const descriptor = new discovery.EndorsementDescriptor();
  descriptor.setChaincode(calls[0]?.getName() ?? '');
  descriptor.setLayoutsList(possible.map(layoutMessage));
  for (const group of new Set(layouts.flatMap((layout) => [...layout.keys()]))) {
    const peers = able.filter((peer) => satisfies(peer, groups.principal(group)));
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
    if (!channel.chaincodes.has(name)) {
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
    return (peer: Peer): boolean => collections.every((collection) => isMember(collection, peer.mspId));
  });
  return [...peers.values()].filter((peer) => filters.every((filter) => filter(peer)));
}

/** The policies of the chaincodes, of collections that have their own, and of the keys that the calls name. */
function policiesOf(channel: Channel, calls: readonly ChaincodeCall[]): readonly SignaturePolicy[] {
  return [
    ...calls.flatMap((call) => namespacePolicies(channel, call)),
    ...calls.flatMap((call) => call.getKeyPoliciesList().map(policyFromEnvelope)),
  ];
}

function namespacePolicies(channel: Channel, call: ChaincodeCall): readonly SignaturePolicy[] {
  const name = call.getName();
  const definition = channel.chaincodes.get(name);
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

function requireSatisfiable(policy: SignaturePolicy): readonly PrincipalSet[] {
  const sets = principalSets(policy);
  if (sets.length === 0) throw new DiscoveryError('endorsement policy cannot be satisfied');
  return sets;
}

/** How many endorsements of each group. */
type Layout = ReadonlyMap<string, number>;

/** Names for principals: G0, G1, … */
class Groups {
  readonly #names = new Map<string, string>();
  readonly #principals = new Map<string, SignedBy>();

  name(principal: SignedBy): string {
    const key = `${principal.mspId} ${principal.role}`;
    let name = this.#names.get(key);
    if (name === undefined) {
      name = `G${this.#names.size}`;
      this.#names.set(key, name);
      this.#principals.set(name, principal);
    }
    return name;
  }

  principal(name: string): SignedBy | undefined {
    return this.#principals.get(name);
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
    ([group, quantity]) => peers.filter((peer) => satisfies(peer, groups.principal(group))).length >= quantity,
  );
}

function satisfies({ mspId }: Peer, principal: SignedBy | undefined): boolean {
  return principal?.mspId === mspId && (principal.role === 'peer' || principal.role === 'member');
}

function layoutMessage(layout: Layout): discovery.Layout {
  const message = new discovery.Layout();
  for (const [group, quantity] of layout) message.getQuantitiesByGroupMap().set(group, quantity);
  return message;
}
