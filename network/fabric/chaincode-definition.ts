/** A chaincode definition of the description as the messages of `_lifecycle`. */
import * as collection from '@hyperledger/fabric-protos/lib/peer/collection_pb';
import * as lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import * as policy from '@hyperledger/fabric-protos/lib/peer/policy_pb';
import { encodeCollections, referredPolicy, signaturePolicy } from '../configuration/collections';
import { type ChannelSpec } from '../consortium';
import { formatPolicy, policyFromEnvelope } from '../identity/policy';

type ChaincodeSpec = ChannelSpec['chaincodes'][number];

/** What a channel knows of a chaincode; policy and collections as the messages that they are on the ledger. */
export interface ChaincodeDefinition {
  readonly name: string;
  readonly version: string;
  readonly sequence: number;
  readonly initRequired: boolean;
  readonly endorsementPlugin: string;
  readonly validationPlugin: string;
  /** An ApplicationPolicy. */
  readonly validationParameter: Uint8Array;
  /** A CollectionConfigPackage; empty where there are none. */
  readonly collections: Uint8Array;
}

/** What the description of a chaincode comes to. */
export function definitionOf(chaincode: ChaincodeSpec): ChaincodeDefinition {
  const { name, version, sequence, initRequired, endorsementPolicy, collections } = chaincode;
  const policyMessage = endorsementPolicy.startsWith('/')
    ? referredPolicy(endorsementPolicy)
    : signaturePolicy(endorsementPolicy);
  return {
    ...{ name, version, sequence, initRequired, endorsementPlugin: 'escc', validationPlugin: 'vscc' },
    validationParameter: policyMessage.serializeBinary(),
    collections: encodeCollections(collections),
  };
}

/** Whether both say the same, whatever their sequences. */
export function isSameDefinition(a: ChaincodeDefinition, b: ChaincodeDefinition): boolean {
  const text = (one: ChaincodeDefinition): string =>
    JSON.stringify([
      ...[one.name, one.version, one.initRequired, one.endorsementPlugin, one.validationPlugin],
      ...[one.validationParameter, one.collections].map((bytes) => Buffer.from(bytes).toString('base64')),
    ]);
  return text(a) === text(b);
}

/** What an organisation approves; `packageId` is what its peer has installed. */
export function approval(definition: ChaincodeDefinition, packageId: string): Uint8Array {
  const local = new lifecycle.ChaincodeSource.Local();
  local.setPackageId(packageId);
  const source = new lifecycle.ChaincodeSource();
  source.setLocalPackage(local);
  const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
  define(args, definition);
  args.setSource(source);
  return args.serializeBinary();
}

/** What is committed once enough organisations have approved it. */
export function commitment(definition: ChaincodeDefinition): Uint8Array {
  const args = new lifecycle.CommitChaincodeDefinitionArgs();
  define(args, definition);
  return args.serializeBinary();
}

/** Asks who has approved it. */
export function readinessQuestion(definition: ChaincodeDefinition): Uint8Array {
  const args = new lifecycle.CheckCommitReadinessArgs();
  define(args, definition);
  return args.serializeBinary();
}

/** A committed definition as the peer tells it, with who approved it. */
export function readDefinition(
  name: string,
  payload: Uint8Array,
): { readonly definition: ChaincodeDefinition; readonly approvals: ReadonlyMap<string, boolean> } {
  const found = lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(payload);
  const approvals = new Map<string, boolean>();
  found.getApprovalsMap().forEach((approved, mspId) => approvals.set(mspId, approved));
  return {
    definition: {
      ...{ name, version: found.getVersion(), sequence: found.getSequence(), initRequired: found.getInitRequired() },
      endorsementPlugin: found.getEndorsementPlugin(),
      validationPlugin: found.getValidationPlugin(),
      validationParameter: found.getValidationParameter_asU8(),
      collections: found.getCollections()?.serializeBinary() ?? new Uint8Array(),
    },
    approvals,
  };
}

/** The endorsement policy in words: its text, or the path of a policy of the channel. */
export function policyText({ validationParameter }: ChaincodeDefinition): string {
  const message = policy.ApplicationPolicy.deserializeBinary(validationParameter);
  const envelope = message.getSignaturePolicy();
  return envelope === undefined
    ? message.getChannelConfigPolicyReference()
    : formatPolicy(policyFromEnvelope(envelope));
}

/** Names of the definition's collections. */
export function collectionNames({ collections }: ChaincodeDefinition): readonly string[] {
  return collection.CollectionConfigPackage.deserializeBinary(collections)
    .getConfigList()
    .map((one) => one.getStaticCollectionConfig()?.getName() ?? '');
}

function define(
  args:
    | lifecycle.ApproveChaincodeDefinitionForMyOrgArgs
    | lifecycle.CommitChaincodeDefinitionArgs
    | lifecycle.CheckCommitReadinessArgs,
  definition: ChaincodeDefinition,
): void {
  args.setName(definition.name);
  args.setVersion(definition.version);
  args.setSequence(definition.sequence);
  args.setEndorsementPlugin(definition.endorsementPlugin);
  args.setValidationPlugin(definition.validationPlugin);
  args.setValidationParameter(definition.validationParameter);
  args.setInitRequired(definition.initRequired);
  if (definition.collections.length > 0) {
    args.setCollections(collection.CollectionConfigPackage.deserializeBinary(definition.collections));
  }
}
