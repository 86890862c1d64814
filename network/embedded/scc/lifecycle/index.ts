/** The system chaincode by which organisations install, approve and commit chaincodes. */
import { PolicyError } from '../../../identity/policy';
import { PackageError } from '../../packages/package';
import { type Peer } from '../../peer';
import {
  decodeDefinitionArgs,
  decodeFirstText,
  decodeNameAndSequence,
  encodeApprovedDefinitionsResult,
  encodeApprovedResult,
  encodeDefinitionResult,
  encodeDefinitionsResult,
  encodeInstalledChaincode,
  encodeReadinessResult,
  type InstalledChaincode,
} from '../../wire/lifecycle';
import { decodeTwoBytes } from '../../wire/common';
import { type Response } from '../../wire/proposal';
import { NO_BYTES, WireError, Writer } from '../../wire/protobuf';
import { SimulationError } from '../../endorser/errors';
import { denial } from '../acl';
import { failure, success, type SystemCall, type SystemChaincode } from '../system-chaincode';
import { LIFECYCLE } from './definitions';
import {
  approve,
  type ChannelCall,
  checkCommitReadiness,
  commit,
  LifecycleError,
  queryAllApproved,
  queryApproved,
  queryDefinition,
  queryDefinitions,
} from './functions';
import { installedChaincode, installedChaincodes } from './installed';

export const lifecycle: SystemChaincode = { name: LIFECYCLE, simulates: true, invoke };

async function invoke(call: SystemCall): Promise<Response> {
  const { args } = call;
  const [name, argument] = args;
  if (name === undefined) return failure('lifecycle scc must be invoked with arguments');
  if (argument === undefined || args.length !== 2) {
    return failure(`lifecycle scc operations require exactly two arguments but received ${args.length}`);
  }
  const functionName = name.toString('utf8');
  const denied = denial(`${LIFECYCLE}/${functionName}`, call, call.channel);
  if (denied !== undefined) {
    return failure(`Failed to authorize invocation due to failed ACL check: ${denied}`);
  }
  try {
    return success(await dispatch(functionName, argument, call));
  } catch (error) {
    if (error instanceof LifecycleError && error.status !== 500) return failure(error.message, error.status);
    if (!isRefusal(error)) throw error;
    const reason =
      error instanceof WireError
        ? `could not decode input arg for *lifecycle.Invocation.${functionName}: ${error.message}`
        : error.message;
    return failure(`failed to invoke backing implementation of '${functionName}': ${reason}`);
  }
}

function isRefusal(error: unknown): error is Error {
  return [LifecycleError, PackageError, PolicyError, SimulationError, WireError].some((kind) => error instanceof kind);
}

/** The function's result message. */
async function dispatch(functionName: string, argument: Buffer, call: SystemCall): Promise<Buffer> {
  const peerFunction = peerFunctions.get(functionName);
  if (peerFunction !== undefined) return peerFunction(argument, call.peer);
  const channelFunction = channelFunctions.get(functionName);
  if (channelFunction === undefined) {
    throw new LifecycleError(`receiver *lifecycle.Invocation.${functionName} does not exist`);
  }
  const { channel, peer, simulator } = call;
  if (channel === undefined || simulator === undefined) {
    throw new LifecycleError("could not get channelconfig for channel ''");
  }
  return channelFunction(argument, { channel, peer, simulator });
}

/** About what the peer has installed; they need no channel. */
const peerFunctions = new Map<string, (argument: Buffer, peer: Peer) => Buffer>([
  [
    'InstallChaincode',
    (argument, { packages }) => {
      const { id, label } = packages.install(decodeTwoBytes(argument)[0]);
      return new Writer(256).string(1, id).string(2, label).finish();
    },
  ],
  [
    'QueryInstalledChaincode',
    (argument, peer) => {
      const packageId = decodeFirstText(argument);
      const found = installedChaincode(packageId, peer);
      if (found === undefined) throw new PackageError(`could not find chaincode with package id '${packageId}'`);
      return encodeInstalledChaincode(found);
    },
  ],
  ['QueryInstalledChaincodes', (_argument, peer) => encodeInstalled(installedChaincodes(peer))],
  [
    'GetInstalledChaincodePackage',
    (argument, { packages }) => {
      const bytes = packages.load(decodeFirstText(argument));
      return new Writer(bytes.length + 8).bytes(1, bytes).finish();
    },
  ],
]);

/** QueryInstalledChaincodesResult. */
function encodeInstalled(installed: readonly InstalledChaincode[]): Buffer {
  const writer = new Writer(1024);
  for (const each of installed) writer.message(1, encodeInstalledChaincode(each));
  return writer.finish();
}

const channelFunctions = new Map<string, (argument: Buffer, call: ChannelCall) => Promise<Buffer> | Buffer>([
  [
    'ApproveChaincodeDefinitionForMyOrg',
    (argument, call) => {
      approve(decodeDefinitionArgs(argument), call);
      return NO_BYTES;
    },
  ],
  [
    'CheckCommitReadiness',
    (argument, call) => {
      const { approvals, mismatches } = checkCommitReadiness(decodeDefinitionArgs(argument), call);
      return encodeReadinessResult(approvals, mismatches);
    },
  ],
  [
    'CommitChaincodeDefinition',
    (argument, call) => {
      commit(decodeDefinitionArgs(argument), call);
      return NO_BYTES;
    },
  ],
  [
    'QueryChaincodeDefinition',
    (argument, call) => {
      const { definition, approvals } = queryDefinition(decodeFirstText(argument), call);
      return encodeDefinitionResult(definition, approvals);
    },
  ],
  ['QueryChaincodeDefinitions', async (_argument, call) => encodeDefinitionsResult(await queryDefinitions(call))],
  [
    'QueryApprovedChaincodeDefinition',
    (argument, call) => {
      const { name, sequence } = decodeNameAndSequence(argument);
      const approved = queryApproved(name, sequence, call);
      return encodeApprovedResult(approved, approved.packageId);
    },
  ],
  [
    'QueryApprovedChaincodeDefinitions',
    async (_argument, call) => encodeApprovedDefinitionsResult(await queryAllApproved(call)),
  ],
]);
