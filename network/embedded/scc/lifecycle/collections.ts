/** peer.CollectionConfigPackage, by which a definition lists its private data collections, and Fabric's checks of it. */
import { type CollectionPolicyConfig, StaticCollectionConfig } from '@hyperledger/fabric-protos/lib/peer/collection_pb';
import {
  type Principal,
  principalsOf,
  PolicyError,
  policyFromEnvelope,
  type SignaturePolicy,
} from '../../../identity/policy';
import { type MspRegistry } from '../../../identity/msp';
import { type CollectionConfig } from '../../channel';
import { bytesField, Reader } from '../../wire/protobuf';
import { decodeApplicationPolicy } from './policy';

/** The definition's collections are not ones that Fabric takes; the message says why. */
export class CollectionError extends Error {
  override readonly name = 'CollectionError';
}

/**
 * Reads a package without judging it.
 * @throws CollectionError, WireError when it is malformed.
 */
export function decodeCollections(bytes: Uint8Array): readonly CollectionConfig[] {
  const reader = new Reader(bytes);
  const collections: CollectionConfig[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) collections.push(decodeCollection(reader.bytes()));
    else reader.skip(key);
  }
  return collections;
}

function decodeCollection(bytes: Buffer): CollectionConfig {
  const reader = new Reader(bytes);
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) return readStatic(parseStatic(reader.bytes()));
    reader.skip(key);
  }
  throw new CollectionError('collection config contains unexpected payload type: <nil>');
}

function parseStatic(bytes: Buffer): StaticCollectionConfig {
  try {
    return StaticCollectionConfig.deserializeBinary(bytes);
  } catch (error) {
    throw new CollectionError(`malformed collection: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readStatic(config: StaticCollectionConfig): CollectionConfig {
  const name = config.getName();
  const policy = config.getEndorsementPolicy();
  return {
    name,
    memberOrgsPolicy: memberPolicy(name, config.getMemberOrgsPolicy()),
    requiredPeerCount: config.getRequiredPeerCount(),
    maximumPeerCount: config.getMaximumPeerCount(),
    blockToLive: config.getBlockToLive(),
    memberOnlyRead: config.getMemberOnlyRead(),
    memberOnlyWrite: config.getMemberOnlyWrite(),
    endorsementPolicy: policy === undefined ? undefined : decodeApplicationPolicy(policy.serializeBinary()),
  };
}

function memberPolicy(name: string, config: CollectionPolicyConfig | undefined): SignaturePolicy {
  if (config === undefined) throw new CollectionError(`collection member policy is not set for collection '${name}'`);
  const envelope = config.getSignaturePolicy();
  if (envelope === undefined) {
    throw new CollectionError(`collection member org policy is empty for collection '${name}'`);
  }
  try {
    return policyFromEnvelope(envelope);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new CollectionError(`invalid member org policy for collection '${name}': ${error.message}`);
  }
}

const COLLECTION_NAME = /^[A-Za-z0-9-]+([A-Za-z0-9_-]+)*$/;

/** @throws CollectionError when a collection is not one for a channel of these MSPs. */
export function validateCollections(collections: readonly CollectionConfig[], msps: MspRegistry): void {
  const seen = new Set<string>();
  for (const { name, maximumPeerCount, requiredPeerCount, memberOrgsPolicy } of collections) {
    if (!COLLECTION_NAME.test(name)) {
      throw new CollectionError(
        `invalid collection name '${name}'. Names can only consist of alphanumerics, '_', and '-' and cannot begin with '_'`,
      );
    }
    const problem = (text: string): CollectionError => new CollectionError(`collection-name: ${name} -- ${text}`);
    if (seen.has(name)) throw problem('found duplicate in collection configuration');
    seen.add(name);
    if (maximumPeerCount < requiredPeerCount) {
      throw problem(
        `maximum peer count (${maximumPeerCount}) cannot be less than the required peer count (${requiredPeerCount})`,
      );
    }
    if (requiredPeerCount < 0) throw problem(`requiredPeerCount (${requiredPeerCount}) cannot be less than zero`);
    const gate = notAnOr(memberOrgsPolicy);
    if (gate !== undefined) {
      throw problem(`error in member org policy: signature policy is not an OR concatenation, NOutOf ${gate}`);
    }
    for (const principal of principalsOf(memberOrgsPolicy)) {
      const stranger = notAMember(principal, msps);
      if (stranger !== undefined) throw problem(stranger);
    }
  }
}

/** Why a principal cannot name members of a collection. */
function notAMember(principal: Principal, msps: MspRegistry): string | undefined {
  switch (principal.kind) {
    case 'signedBy':
    case 'signedByUnit': {
      const { mspId } = principal;
      return msps.mspIds.includes(mspId) ? undefined : `collection member '${mspId}' is not part of the channel`;
    }
    case 'signedByIdentity':
      return msps.find(principal.serialized) === undefined
        ? 'contains an identity that is not part of the channel'
        : undefined;
    case 'signedByCombined':
      return 'principal type COMBINED is not supported';
    case 'signedByNominal':
    case 'signedByNobody':
      return 'principal type ANONYMITY is not supported';
  }
}

/** The n of the first gate that is no OR. */
function notAnOr(policy: SignaturePolicy): number | undefined {
  if (policy.kind !== 'outOf') return undefined;
  if (policy.n !== 1) return policy.n;
  for (const rule of policy.rules) {
    const found = notAnOr(rule);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @throws CollectionError when a new definition lacks a collection of the committed one, or changes how long it lives. */
export function validateUpgrade(proposed: readonly CollectionConfig[], committed: readonly CollectionConfig[]): void {
  if (committed.length > 0 && proposed.length === 0) {
    throw new CollectionError('the proposed collection config does not contain previously defined collections');
  }
  // As in Fabric, of two with one name the last counts.
  const byName = new Map(proposed.map((collection) => [collection.name, collection]));
  for (const { name, blockToLive } of committed) {
    const next = byName.get(name);
    if (next === undefined) {
      throw new CollectionError(`existing collection [${name}] missing in the proposed collection configuration`);
    }
    if (next.blockToLive !== blockToLive) {
      throw new CollectionError(
        `the BlockToLive in an existing collection [${name}] modified. Existing value [${blockToLive}]`,
      );
    }
  }
}
