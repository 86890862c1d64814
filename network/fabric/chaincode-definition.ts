/** A chaincode definition of the description as the messages of `_lifecycle`. */
import * as collection from '@hyperledger/fabric-protos/lib/peer/collection_pb';
import * as lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import * as policy from '@hyperledger/fabric-protos/lib/peer/policy_pb';
import { type ChannelSpec, type CollectionSpec } from '../consortium';
import { parsePolicy, policyToEnvelope } from '../identity/policy';

type ChaincodeSpec = ChannelSpec['chaincodes'][number];

/** What an organisation approves; `packageId` is what its peer has installed. */
export function approval(chaincode: ChaincodeSpec, packageId: string): Uint8Array {
  const local = new lifecycle.ChaincodeSource.Local();
  local.setPackageId(packageId);
  const source = new lifecycle.ChaincodeSource();
  source.setLocalPackage(local);
  const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
  define(args, chaincode);
  args.setSource(source);
  return args.serializeBinary();
}

/** What is committed once enough organisations have approved it. */
export function commitment(chaincode: ChaincodeSpec): Uint8Array {
  const args = new lifecycle.CommitChaincodeDefinitionArgs();
  define(args, chaincode);
  return args.serializeBinary();
}

function define(
  args: lifecycle.ApproveChaincodeDefinitionForMyOrgArgs | lifecycle.CommitChaincodeDefinitionArgs,
  chaincode: ChaincodeSpec,
): void {
  args.setName(chaincode.name);
  args.setVersion(chaincode.version);
  args.setSequence(chaincode.sequence);
  args.setEndorsementPlugin('escc');
  args.setValidationPlugin('vscc');
  const { endorsementPolicy } = chaincode;
  const parameter = endorsementPolicy.startsWith('/')
    ? referredPolicy(endorsementPolicy)
    : signaturePolicy(endorsementPolicy);
  args.setValidationParameter(parameter.serializeBinary());
  args.setInitRequired(chaincode.initRequired);
  if (chaincode.collections.length > 0) args.setCollections(collectionPackage(chaincode.collections));
}

function collectionPackage(specs: readonly CollectionSpec[]): collection.CollectionConfigPackage {
  const message = new collection.CollectionConfigPackage();
  message.setConfigList(
    specs.map((spec) => {
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
      const entry = new collection.CollectionConfig();
      entry.setStaticCollectionConfig(config);
      return entry;
    }),
  );
  return message;
}

function signaturePolicy(text: string): policy.ApplicationPolicy {
  const message = new policy.ApplicationPolicy();
  message.setSignaturePolicy(policyToEnvelope(parsePolicy(text)));
  return message;
}

function referredPolicy(reference: string): policy.ApplicationPolicy {
  const message = new policy.ApplicationPolicy();
  message.setChannelConfigPolicyReference(reference);
  return message;
}
