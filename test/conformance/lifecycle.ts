/** What administrators do with chaincodes, for the tables: approve, commit, ask. */
import {
  CollectionConfig,
  CollectionConfigPackage,
  CollectionPolicyConfig,
  StaticCollectionConfig,
} from '@hyperledger/fabric-protos/lib/peer/collection_pb';
import { type SignaturePolicyEnvelope } from '@hyperledger/fabric-protos/lib/common/policies_pb';
import * as lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import { ApplicationPolicy } from '@hyperledger/fabric-protos/lib/peer/policy_pb';
import { parsePolicy, policyToEnvelope } from '@onepledge/network';
import { type CallOptions, contractOf, evaluate, inOrder, shows, submit } from './acts';
import { type Act, type Observed, type OrganizationName } from './behaviour';
import { type Asked, MSP_IDS, oneOf } from './principals';
import { type World } from './world';

/** The members of the channel where behaviours run. */
export const ORGANIZATIONS: readonly OrganizationName[] = ['org1', 'org2', 'org3'];

/** A definition; `$` in the name stands for the behaviour's own prefix. */
export interface Definition {
  readonly name: string;
  readonly version?: string;
  readonly sequence?: number;
  /** Text form, or principals of which one must endorse; empty: the channel's own. */
  readonly policy?: string | Asked;
  readonly collections?: readonly DefinedCollection[];
  readonly initRequired?: boolean;
}

/** A collection of organisation 1 alone. */
export interface DefinedCollection {
  readonly name: string;
  readonly blockToLive?: number;
  readonly memberOnlyRead?: boolean;
  /** Others than organisation 1. */
  readonly members?: string | Asked;
}

/** Writes an organisation's approval. The package is the one that the organisation runs `basic` with, or none. */
export function approve(definition: Definition, as: OrganizationName, withPackage = true): Act {
  return async (world) => {
    const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
    await setDefinition(args, definition, world);
    const source = new lifecycle.ChaincodeSource();
    if (withPackage) {
      const local = new lifecycle.ChaincodeSource.Local();
      local.setPackageId(await packageOfBasic(world, as));
      source.setLocalPackage(local);
    } else source.setUnavailable(new lifecycle.ChaincodeSource.Unavailable());
    args.setSource(source);
    return submit(['ApproveChaincodeDefinitionForMyOrg', args.serializeBinary()], ofAdmin(as))(world);
  };
}

export function approveAll(definition: Definition): Act {
  return inOrder(...ORGANIZATIONS.map((organization) => approve(definition, organization)));
}

export function commit(definition: Definition, endorsers: readonly OrganizationName[] = ORGANIZATIONS): Act {
  return async (world) => {
    const args = new lifecycle.CommitChaincodeDefinitionArgs();
    await setDefinition(args, definition, world);
    const options = { ...ofAdmin('org1'), endorsers: endorsers.map((name) => MSP_IDS[name]) };
    return submit(['CommitChaincodeDefinition', args.serializeBinary()], options)(world);
  };
}

/** Approved by all, and committed. */
export function deploy(definition: Definition): Act {
  return inOrder(approveAll(definition), commit(definition));
}

/** Shows who has approved, and what the others' approvals say otherwise. */
export function readiness(definition: Definition, as: OrganizationName = 'org1'): Act {
  return async (world) => {
    const args = new lifecycle.CheckCommitReadinessArgs();
    await setDefinition(args, definition, world);
    return decoded(world, ['CheckCommitReadiness', args.serializeBinary()], { as }, (bytes) => {
      const result = lifecycle.CheckCommitReadinessResult.deserializeBinary(bytes);
      const approvals: unknown[] = result.getApprovalsMap().toArray();
      const mismatches = result.getMismatchesMap().toObject(false, (_include: boolean, item) => item.getItemsList());
      return { approvals: approvals.sort(), mismatches: (mismatches as unknown[]).sort() };
    });
  };
}

/** Shows the definition in force. */
export function committed(name: string, as: OrganizationName = 'org1'): Act {
  return (world) => {
    const args = new lifecycle.QueryChaincodeDefinitionArgs();
    args.setName(world.fill(name));
    return decoded(world, ['QueryChaincodeDefinition', args.serializeBinary()], { as }, (bytes) => {
      const result = lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(bytes);
      const approvals: unknown[] = result.getApprovalsMap().toArray();
      return {
        version: result.getVersion(),
        sequence: result.getSequence(),
        plugins: [result.getEndorsementPlugin(), result.getValidationPlugin()],
        initRequired: result.getInitRequired(),
        collections: result.getCollections()?.getConfigList().length ?? 0,
        approvals: approvals.sort(),
      };
    });
  };
}

/** Shows which of these names are committed on the channel. */
export function committedNames(...wanted: readonly string[]): Act {
  return (world) => {
    const args = new lifecycle.QueryChaincodeDefinitionsArgs().serializeBinary();
    return decoded(world, ['QueryChaincodeDefinitions', args], {}, (bytes) => {
      const list = lifecycle.QueryChaincodeDefinitionsResult.deserializeBinary(bytes).getChaincodeDefinitionsList();
      const names = list.map((definition) => definition.getName());
      return wanted.map((name) => names.includes(world.fill(name)));
    });
  };
}

/** Shows what an organisation has approved. @param sequence 0: the newest */
export function approved(name: string, sequence: number, as: CallOptions['as'] = 'org1/admin'): Act {
  return (world) => {
    const args = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
    args.setName(world.fill(name));
    args.setSequence(sequence);
    return decoded(world, ['QueryApprovedChaincodeDefinition', args.serializeBinary()], { as }, (bytes) => {
      const result = lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary(bytes);
      const hasPackage = (result.getSource()?.getLocalPackage()?.getPackageId() ?? '') !== '';
      return { version: result.getVersion(), sequence: result.getSequence(), hasPackage };
    });
  };
}

/** Asks `_lifecycle` for something that has no better act here. */
export function ask(name: string, argument: Uint8Array, as: CallOptions['as'] = 'org1/admin'): Act {
  return evaluate([name, argument], { chaincode: '_lifecycle', as });
}

function ofAdmin(name: OrganizationName): CallOptions {
  return { chaincode: '_lifecycle', as: `${name}/admin`, endorsers: [MSP_IDS[name]] };
}

/** Evaluates and shows the answer read; a refusal is shown as it is. */
async function decoded(
  world: World,
  call: readonly [string, Uint8Array],
  options: CallOptions,
  read: (bytes: Uint8Array) => unknown,
): Promise<Observed> {
  const { contract } = await contractOf(world, { ...options, chaincode: '_lifecycle' });
  let bytes: Uint8Array;
  try {
    bytes = await contract.evaluate(call[0], { arguments: [call[1]] });
  } catch {
    return evaluate(call, { ...options, chaincode: '_lifecycle' })(world);
  }
  return shows(world, read(bytes));
}

type DefinitionMessage =
  | lifecycle.ApproveChaincodeDefinitionForMyOrgArgs
  | lifecycle.CommitChaincodeDefinitionArgs
  | lifecycle.CheckCommitReadinessArgs;

async function setDefinition(message: DefinitionMessage, definition: Definition, world: World): Promise<void> {
  const { name, version = '1.0', sequence = 1, policy = "OR('Org1MSP.peer', 'Org2MSP.peer')" } = definition;
  message.setName(world.fill(name));
  message.setVersion(version);
  message.setSequence(sequence);
  message.setInitRequired(definition.initRequired ?? false);
  if (policy !== '') {
    const application = new ApplicationPolicy();
    application.setSignaturePolicy(await envelopeOf(policy, world));
    message.setValidationParameter(application.serializeBinary());
  }
  if (definition.collections !== undefined) message.setCollections(await collectionsOf(definition.collections, world));
}

async function envelopeOf(policy: string | Asked, world: World): Promise<SignaturePolicyEnvelope> {
  return typeof policy === 'string' ? policyToEnvelope(parsePolicy(policy)) : oneOf(await policy(world));
}

async function collectionsOf(
  collections: readonly DefinedCollection[],
  world: World,
): Promise<CollectionConfigPackage> {
  const all = new CollectionConfigPackage();
  for (const { name, blockToLive = 0, memberOnlyRead = false, members = "OR('Org1MSP.member')" } of collections) {
    const policy = new CollectionPolicyConfig();
    policy.setSignaturePolicy(await envelopeOf(members, world));
    const config = new StaticCollectionConfig();
    config.setName(name);
    config.setMemberOrgsPolicy(policy);
    config.setMaximumPeerCount(1);
    config.setBlockToLive(blockToLive);
    config.setMemberOnlyRead(memberOnlyRead);
    const one = new CollectionConfig();
    one.setStaticCollectionConfig(config);
    all.addConfig(one);
  }
  return all;
}

async function packageOfBasic(world: World, name: OrganizationName): Promise<string> {
  const { contract } = await contractOf(world, { chaincode: '_lifecycle', as: `${name}/admin` });
  const args = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
  args.setName('basic');
  const bytes = await contract.evaluate('QueryApprovedChaincodeDefinition', { arguments: [args.serializeBinary()] });
  const source = lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary(bytes).getSource();
  return source?.getLocalPackage()?.getPackageId() ?? '';
}
