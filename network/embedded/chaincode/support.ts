/** Runs a chaincode for a transaction: decides whether it may run, as which kind of call, and reads what it answers. */
import { type ChaincodeDefinition, type Channel, denialOf } from '../channel';
import { endorsementInfo, type EndorsementInfo } from '../endorser/endorsementinfo';
import { type UnpackedProposal } from '../endorser/proposal';
import { TxSimulator } from '../endorser/simulator';
import { type Peer } from '../peer';
import { collectionsOf } from '../privdata/collection';
import { systemChaincodes } from '../scc';
import { decodeChaincodeInput, decodeChaincodeSpec, decodeResponse, encodeResponse } from '../wire/proposal';
import { type ChaincodeMessage, encodeChaincodeMessage, MessageType } from '../wire/shim';
import { ExecutionError, type ExecutionResult } from './context';

/** One transaction at one peer, on one channel: whom chaincodes run for, and on what. */
export interface TransactionParams {
  readonly channel: Channel;
  readonly peer: Peer;
  readonly proposal: UnpackedProposal;
  readonly simulator: TxSimulator;
}

/**
 * Runs a chaincode to its answer.
 * @param input the bytes of the ChaincodeInput
 * @throws ExecutionError when it may not run, is not there, stops, takes too long, or answers with an error message.
 */
export async function execute(
  params: TransactionParams,
  chaincodeName: string,
  input: Buffer,
): Promise<ExecutionResult> {
  let message: ChaincodeMessage;
  try {
    message = await invoke(params, chaincodeName, input);
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    throw new ExecutionError(`failed to execute transaction ${params.proposal.channelHeader.txId}: ${error.message}`);
  }
  return resultOf(message);
}

/**
 * Answers a chaincode that calls another: on its own channel within the same simulation, on another channel in one that is
 * thrown away.
 * @param specification the bytes of a ChaincodeSpec; its name may be `chaincode:version/channel`, of which the version
 * means nothing.
 * @returns the called chaincode's last message, as the calling shim expects it.
 * @throws ExecutionError
 */
async function invokeChaincode(params: TransactionParams, specification: Buffer): Promise<Buffer> {
  const { chaincodeName: target = '', input } = decodeChaincodeSpec(specification);
  const { name, channelName } = parseName(target);
  const channel = channelName === '' ? params.channel : params.peer.channels.get(channelName)?.channel;
  requireCallable(params, name, channelName, channel);
  if (channel === undefined) throw new ExecutionError(`failed to find ledger for channel: ${channelName}`);
  const called = input ?? Buffer.alloc(0);
  try {
    if (channel === params.channel) return encodeChaincodeMessage(await invoke(params, name, called));
    const view = channel.ledger.acquire();
    try {
      const simulator = new TxSimulator(
        view,
        params.proposal.channelHeader.txId,
        collectionsOf(channel, params.peer.mspId, view),
      );
      return encodeChaincodeMessage(await invoke({ ...params, channel, simulator }, name, called));
    } finally {
      view.release();
    }
  } catch (error) {
    throw error instanceof ExecutionError ? new ExecutionError(`execute failed: ${error.message}`) : error;
  }
}

/** The key in a chaincode's namespace that holds the version which its Init was called for. */
const INITIALIZED_KEY = '\u0000\u{10ffff}initialized';

/** Runs a chaincode to its last message, COMPLETED or ERROR. */
async function invoke(params: TransactionParams, chaincodeName: string, input: Buffer): Promise<ChaincodeMessage> {
  const { channel, peer, proposal, simulator } = params;
  const { txId } = proposal.channelHeader;
  const system = systemChaincodes.get(chaincodeName);
  if (system !== undefined) {
    const { args } = decodeChaincodeInput(input);
    const call = { args, proposal, peer, channel, simulator: system.simulates ? simulator : undefined };
    const payload = encodeResponse(await system.invoke(call));
    return { type: MessageType.COMPLETED, payload, txId, channelId: channel.name };
  }
  const { definition, chaincode } = containerInfo(params, chaincodeName);
  const type = checkInvocation(simulator, definition, input);
  const transaction = {
    ...{ channel, proposal, simulator },
    invoke: (specification: Buffer) => invokeChaincode(params, specification),
  };
  return chaincode.execute({ transaction, namespace: chaincodeName, type, input });
}

function containerInfo({ channel, peer, simulator }: TransactionParams, chaincodeName: string): EndorsementInfo {
  try {
    return endorsementInfo(chaincodeName, channel, peer, simulator);
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    const what = `failed to get chaincode container info for ${chaincodeName}`;
    throw new ExecutionError(`invalid invocation: [channel ${channel.name}] ${what}: ${error.message}`);
  }
}

/**
 * Decides what kind of call it is: a chaincode whose definition asks for it is initialised exactly once a version, before
 * all else.
 */
function checkInvocation(simulator: TxSimulator, definition: ChaincodeDefinition, input: Buffer): number {
  const { name, initRequired, version } = definition;
  const needsInit = initRequired && simulator.getState(name, INITIALIZED_KEY)?.toString('utf8') !== version;
  if (!decodeChaincodeInput(input).isInit) {
    if (!needsInit) return MessageType.TRANSACTION;
    throw invalidInvocation(name, 'has not been initialized for this version, must call as init first');
  }
  if (!initRequired) throw invalidInvocation(name, 'does not require initialization but called as init');
  if (!needsInit) throw invalidInvocation(name, 'is already initialized but called as init');
  simulator.setState(name, INITIALIZED_KEY, Buffer.from(version, 'utf8'));
  return MessageType.INIT;
}

function invalidInvocation(chaincodeName: string, what: string): ExecutionError {
  return new ExecutionError(`invalid invocation: chaincode '${chaincodeName}' ${what}`);
}

/** `chaincode:version/channel`; the latter two may be missing. */
function parseName(text: string): { readonly name: string; readonly channelName: string } {
  const slash = text.indexOf('/');
  const instance = slash < 0 ? text : text.slice(0, slash);
  const colon = instance.indexOf(':');
  return {
    name: colon < 0 ? instance : instance.slice(0, colon),
    channelName: slash < 0 ? '' : text.slice(slash + 1),
  };
}

/** A chaincode is called only where the client itself might; system chaincodes ask by themselves. */
function requireCallable(
  { proposal }: TransactionParams,
  name: string,
  channelName: string,
  channel: Channel | undefined,
): void {
  if (systemChaincodes.has(name)) return;
  if (channel === undefined) {
    throw new ExecutionError(`Failed to get policy manager for channel [${channelName}]`);
  }
  // The proposal's signature has been verified before anything ran.
  const denial = denialOf(channel, 'peer/ChaincodeToChaincode', channel.msps.find(proposal.signatureHeader.creator));
  if (denial !== undefined) throw new ExecutionError(denial);
}

function resultOf(message: ChaincodeMessage): ExecutionResult {
  if (message.type === MessageType.ERROR) {
    throw new ExecutionError(`transaction returned with failure: ${message.payload.toString('utf8')}`);
  }
  try {
    const event = message.event === undefined ? undefined : { ...message.event, txId: message.txId };
    return { response: decodeResponse(message.payload), event };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExecutionError(`failed to unmarshal response for transaction ${message.txId}: ${reason}`);
  }
}
