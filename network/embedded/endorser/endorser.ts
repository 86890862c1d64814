/** The endorser: simulates a proposal with one peer's chaincode and signs what came out. */
import { type Channel, denialOf } from '../channel';
import { ExecutionError, type ExecutionResult } from '../chaincode/context';
import { execute } from '../chaincode/support';
import { type StateView } from '../ledger/state';
import { type Peer } from '../peer';
import { collectionsOf } from '../privdata/collection';
import { distributePrivateData } from '../privdata/distributor';
import { systemChaincodes } from '../scc';
import { SYSTEM_VERSION } from '../scc/system-chaincode';
import { type ProposalResponse } from '../wire/proposal';
import { asBuffer, NO_BYTES } from '../wire/protobuf';
import { encodeChaincodeAction, encodeChaincodeEvent, encodeProposalResponsePayload } from '../wire/transaction';
import { endorsementInfo, type EndorsementInfo } from './endorsementinfo';
import { type OwnEndorsements } from './endorsements';
import { type ChaincodeCall, chaincodeInterest, type EndorserAnswer } from './interest';
import { ProposalError, type UnpackedProposal, validateProposal } from './proposal';
import { TxSimulator } from './simulator';

/** The status from which on a chaincode's answer is an error that nobody endorses. */
const ERROR_THRESHOLD = 400;
const ERROR = 500;
/** System chaincodes that a peer runs without a simulation. */
const READ_THE_PEER: ReadonlySet<string> = new Set(['qscc', 'cscc']);

/**
 * What every peer checks before it simulates: creator, signature, whether the transaction is new, whether its creator may.
 * All peers of this process share one ledger, so one check serves all.
 * @throws ProposalError
 */
export function preProcess(proposal: UnpackedProposal, channel: Channel, at: Date): void {
  const creator = validateProposal(proposal, channel.msps, at);
  const { txId } = proposal.channelHeader;
  if (channel.ledger.transaction(txId) !== undefined) {
    const creatorHex = proposal.signatureHeader.creator.toString('hex');
    throw new ProposalError(`duplicate transaction found [${txId}]. Creator [${creatorHex}]`);
  }
  // System chaincodes ask by themselves.
  if (systemChaincodes.has(proposal.chaincodeName)) return;
  const denial = denialOf(channel, 'peer/Propose', creator);
  if (denial !== undefined) throw new ProposalError(denial);
}

/**
 * Simulates on the given state and endorses. Failures to run the chaincode are answers with status 500 and no payload,
 * the chaincode's own errors are answers with its status; neither is signed.
 */
export async function processProposal(
  proposal: UnpackedProposal,
  channel: Channel,
  peer: Peer,
  view: StateView,
  own: OwnEndorsements,
): Promise<EndorserAnswer> {
  const { chaincodeName } = proposal;
  const collections = collectionsOf(channel, peer.mspId, view);
  const simulator = new TxSimulator(view, proposal.channelHeader.txId, collections);
  let info: EndorsementInfo | undefined;
  try {
    if (!systemChaincodes.has(chaincodeName)) info = endorsementInfo(chaincodeName, channel, peer, simulator);
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    return undefinedChaincode(chaincodeName, channel.name, error.message);
  }
  let result: ExecutionResult;
  let interest: readonly ChaincodeCall[] | undefined;
  try {
    result = await execute({ channel, peer, proposal, simulator }, chaincodeName, proposal.inputBytes);
    await distributePrivateData(proposal.channelHeader.txId, simulator.privateResults(), channel, peer, collections);
    if (!READ_THE_PEER.has(chaincodeName)) interest = chaincodeInterest(simulator.touched(), view);
  } catch (error) {
    if (error instanceof ExecutionError) return peerFailure(`error in simulation: ${error.message}`);
    throw error;
  }
  const { response, event } = result;
  const payload = encodeProposalResponsePayload({
    proposalHash: proposal.proposalHash,
    extension: encodeChaincodeAction({
      results: response.status >= ERROR_THRESHOLD ? NO_BYTES : simulator.results(),
      events:
        event === undefined || response.status >= ERROR_THRESHOLD
          ? NO_BYTES
          : encodeChaincodeEvent({ ...event, chaincodeId: chaincodeName, txId: proposal.channelHeader.txId }),
      response,
      chaincodeId: { name: chaincodeName, version: info?.definition.version ?? SYSTEM_VERSION },
    }),
  });
  if (response.status >= ERROR_THRESHOLD) {
    return response.status >= ERROR
      ? { response, payload, endorsement: undefined, interest }
      : { response, payload: undefined, endorsement: undefined };
  }
  const endorser = asBuffer(peer.signer.serialized);
  const signature = asBuffer(peer.signer.sign(Buffer.concat([payload, endorser])));
  const endorsement = { endorser, signature };
  own.remember(payload, endorsement);
  return { response, payload, endorsement, interest };
}

/**
 * Runs a proposal that names no channel: a system chaincode's function that is about the peer itself. Its creator is one
 * of the peer's own organisation. Success is answered without an endorsement, as it can never be a transaction.
 * @throws ProposalError
 */
export async function processLocalProposal(
  proposal: UnpackedProposal,
  peer: Peer,
  at: Date,
): Promise<ProposalResponse> {
  validateProposal(proposal, peer.localMsp, at);
  const { chaincodeName } = proposal;
  const system = systemChaincodes.get(chaincodeName);
  if (system === undefined) {
    return undefinedChaincode(chaincodeName, '', "could not get channel config for channel ''");
  }
  const { args } = proposal.input;
  const response = await system.invoke({ args, proposal, peer, channel: undefined, simulator: undefined });
  return { response, payload: undefined, endorsement: undefined };
}

function undefinedChaincode(name: string, channel: string, reason: string): ProposalResponse {
  return peerFailure(
    `make sure the chaincode ${name} has been successfully defined on channel ${channel} and try again: ${reason}`,
  );
}

/** An answer that comes from the peer, not from the chaincode. */
export function peerFailure(message: string): ProposalResponse {
  return { response: { status: ERROR, message, payload: NO_BYTES }, payload: undefined, endorsement: undefined };
}
