/** Private data collections: who their members are, and the implicit ones that each organisation has by itself. */
import { organizationsOf, type PolicySubject, principalsOf, satisfiesPrincipal } from '../../identity/policy';
import { privateDataKey } from '../ledger/keys';
import { type StateView } from '../ledger/state';
import { type Version } from '../wire/rwset';
import { type ChaincodeDefinition, type Channel, type CollectionConfig } from '../channel';

const IMPLICIT_PREFIX = '_implicit_org_';

/** The collection that an organisation has in every chaincode without its being defined. */
export function implicitCollection(mspId: string): string {
  return `${IMPLICIT_PREFIX}${mspId}`;
}

/** Whose implicit collection it is; undefined: it is not an implicit one. */
export function implicitOwner(collection: string): string | undefined {
  return collection.startsWith(IMPLICIT_PREFIX) ? collection.slice(IMPLICIT_PREFIX.length) : undefined;
}

/** A collection of a chaincode, defined or implicit; undefined: the chaincode has none of this name. */
export function findCollection(
  definition: Pick<ChaincodeDefinition, 'collections'>,
  name: string,
): CollectionConfig | undefined {
  const owner = implicitOwner(name);
  if (owner !== undefined) return implicitConfig(name, owner);
  return definition.collections.find((collection) => collection.name === name);
}

/** What a simulation at one organisation's peer knows of collections. */
export interface Collections {
  readonly channelId: string;
  /** Whose peer it is. */
  readonly mspId: string;
  /** The configuration; an implicit collection has one whosever it is. */
  config(namespace: string, collection: string): CollectionConfig | undefined;
  /** Whether the chaincode has the collection on this channel. */
  isDefined(namespace: string, collection: string): boolean;
  /** Whether the organisation was a member of the collection when a transaction wrote to it: its peer keeps what it got. */
  wasMember(namespace: string, collection: string, version: Version): boolean;
}

/**
 * A collection of one of a channel's chaincodes; undefined: there is no such chaincode or collection.
 * @param view the state that the definition is read from; the last committed one when left out
 */
export function collectionOf(
  channel: Pick<Channel, 'chaincodes'>,
  namespace: string,
  name: string,
  view?: StateView,
): CollectionConfig | undefined {
  const definition = channel.chaincodes.get(namespace, view);
  return definition === undefined ? undefined : findCollection(definition, name);
}

/** The collections of a channel's chaincodes as one state has them, seen from an organisation's peer. */
export function collectionsOf(channel: Channel, mspId: string, view: StateView): Collections {
  return {
    channelId: channel.name,
    mspId,
    config: (namespace, name) => collectionOf(channel, namespace, name, view),
    isDefined: (namespace, name) => {
      const owner = implicitOwner(name);
      if (owner !== undefined && !channel.members.has(owner)) return false;
      return collectionOf(channel, namespace, name, view) !== undefined;
    },
    wasMember: (namespace, name, { block, tx }) =>
      channel.ledger.pvtData.writeSet(privateDataKey(block, tx, namespace, name))?.members.includes(mspId) === true,
  };
}

/** Whether an organisation's peers hold the collection's data. As in Fabric, any principal of the organisation counts. */
export function isMember(collection: CollectionConfig, mspId: string): boolean {
  return organizationsOf(collection.memberOrgsPolicy).includes(mspId);
}

/** Whether a peer is one that may be given the collection's data for what a proposal reads: any of its principals is enough. */
export function isAuthorized(collection: CollectionConfig, peer: PolicySubject): boolean {
  return principalsOf(collection.memberOrgsPolicy).some((principal) => satisfiesPrincipal(peer, principal));
}

/** As Fabric makes it: one member, data kept for ever, endorsed as the organisation's own Endorsement policy says. */
function implicitConfig(name: string, mspId: string): CollectionConfig {
  return {
    name,
    memberOrgsPolicy: { kind: 'signedBy', mspId, role: 'member' },
    requiredPeerCount: 0,
    maximumPeerCount: 1,
    blockToLive: 0,
    memberOnlyRead: false,
    memberOnlyWrite: false,
    endorsementPolicy: { kind: 'channelConfig', reference: `/Channel/Application/${mspId}/Endorsement` },
  };
}
