/** A description's private data collections as the message by which a chaincode's definition lists them. */
import * as collection from '@hyperledger/fabric-protos/lib/peer/collection_pb';
import * as policy from '@hyperledger/fabric-protos/lib/peer/policy_pb';
import { type CollectionSpec } from '../consortium';
import { parsePolicy, policyToEnvelope } from '../identity/policy';

/** A CollectionConfigPackage; empty when there are none. */
export function encodeCollections(specs: readonly CollectionSpec[]): Buffer {
  const message = new collection.CollectionConfigPackage();
  message.setConfigList(
    specs.map((spec) => {
      const entry = new collection.CollectionConfig();
      entry.setStaticCollectionConfig(staticConfig(spec));
      return entry;
    }),
  );
  return Buffer.from(message.serializeBinary());
}

/** An ApplicationPolicy of signatures. @param text such as `AND('OneMSP.peer', 'TwoMSP.peer')` */
export function signaturePolicy(text: string): policy.ApplicationPolicy {
  const message = new policy.ApplicationPolicy();
  message.setSignaturePolicy(policyToEnvelope(parsePolicy(text)));
  return message;
}

/** An ApplicationPolicy that refers to one of the channel's. @param reference such as `/Channel/Application/Endorsement` */
export function referredPolicy(reference: string): policy.ApplicationPolicy {
  const message = new policy.ApplicationPolicy();
  message.setChannelConfigPolicyReference(reference);
  return message;
}

function staticConfig(spec: CollectionSpec): collection.StaticCollectionConfig {
  const members = new collection.CollectionPolicyConfig();
  members.setSignaturePolicy(policyToEnvelope(parsePolicy(spec.policy)));
  const config = new collection.StaticCollectionConfig();
  config.setName(spec.name);
  config.setMemberOrgsPolicy(members);
  config.setRequiredPeerCount(spec.requiredPeerCount);
  config.setMaximumPeerCount(spec.maxPeerCount);
  config.setBlockToLive(spec.blockToLive);
  config.setMemberOnlyRead(spec.memberOnlyRead);
  config.setMemberOnlyWrite(spec.memberOnlyWrite);
  const { signaturePolicy: signed, channelConfigPolicy: referred } = spec.endorsementPolicy ?? {};
  if (signed !== undefined) config.setEndorsementPolicy(signaturePolicy(signed));
  if (referred !== undefined) config.setEndorsementPolicy(referredPolicy(referred));
  return config;
}
