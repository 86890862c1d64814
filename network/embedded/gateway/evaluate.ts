/** Evaluate: runs a function at one peer, or at the next one where that cannot run it. */
import { status } from '@grpc/grpc-js';
import { hasChaincode } from '../endorser/endorsementinfo';
import { processProposal } from '../endorser/endorser';
import { type UnpackedProposal } from '../endorser/proposal';
import { type Peer, type RunningChannel } from '../peer';
import { systemChaincodes } from '../scc';
import { encodeEvaluateResponse, type ErrorDetail, type ProposalRequest } from '../wire/gateway';
import { type ProposalResponse } from '../wire/proposal';
import { decodeChaincodeAction, decodeProposalResponsePayload } from '../wire/transaction';
import { errorDetail, GatewayError, verdictOf } from './errors';
import { type Gateway, noConfiguration } from './gateway';
import { requireEvaluable, unpack } from './preprocess';

/**
 * Runs a function at one peer and answers its result; nothing is written. A peer that cannot run it is followed by
 * others, until the client has given up.
 * @throws GatewayError
 */
export async function evaluate(
  gateway: Gateway,
  request: ProposalRequest,
  isCancelled: () => boolean,
): Promise<Buffer> {
  const proposal = unpack(request.proposal, 'failed to unpack transaction proposal: ');
  const { channelId } = proposal.channelHeader;
  const missing = missingForEvaluation(proposal);
  if (missing !== undefined) {
    throw new GatewayError(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${missing}`);
  }
  const running = gateway.channels.get(channelId);
  if (running === undefined) {
    throw new GatewayError(status.UNAVAILABLE, noConfiguration(channelId));
  }
  const candidates = evaluators(gateway, proposal, running, request.organizations);
  requireEvaluable(gateway.local, proposal, running, candidates);
  const details: ErrorDetail[] = [];
  let code = status.UNAVAILABLE;
  for (const peer of candidates) {
    const answer = await ask(gateway, proposal, running, peer);
    const verdict = verdictOf(answer);
    if (verdict.kind === 'ok') return encodeEvaluateResponse({ ...answer.response, payload: resultOf(answer) });
    details.push(errorDetail(peer, verdict.message));
    if (!verdict.elsewhere) {
      throw new GatewayError(verdict.code, `evaluate call to endorser returned error: ${verdict.message}`, details);
    }
    code = verdict.code;
    if (isCancelled()) break;
  }
  throw new GatewayError(code, 'failed to evaluate transaction, see attached details for more info', details);
}

/** What a gateway needs to know of a proposal to be evaluated and does not find; the peer looks for itself. */
function missingForEvaluation({ channelHeader, target }: UnpackedProposal): string | undefined {
  const { channelId } = channelHeader;
  if (channelId === '') return 'no channel id provided';
  if (target === undefined) return `no chaincode spec is provided, channel id [${channelId}]`;
  if (target.chaincodeName === undefined) return `no chaincode id is provided, channel id [${channelId}]`;
  return target.chaincodeName === '' ? `no chaincode name is provided, channel id [${channelId}]` : undefined;
}

/** The peers that may be asked, the gateway's own first. @throws GatewayError FAILED_PRECONDITION when there are none */
function evaluators(
  gateway: Gateway,
  proposal: UnpackedProposal,
  { channel, peers }: RunningChannel,
  targets: readonly string[],
): readonly Peer[] {
  const { hasTransientData } = proposal;
  const chaincodeName = proposal.target?.chaincodeName ?? '';
  // Transient data stay in the gateway's organisation unless the client names others.
  const allowed = targets.length > 0 ? targets : hasTransientData ? [gateway.local.mspId] : [...peers.keys()];
  const candidates = allowed
    .flatMap((mspId) => peers.get(mspId) ?? [])
    .filter((peer) => systemChaincodes.has(chaincodeName) || hasChaincode(chaincodeName, channel, peer));
  if (candidates.length === 0) {
    throw new GatewayError(
      status.FAILED_PRECONDITION,
      `no peers available to evaluate chaincode ${chaincodeName} in channel ${channel.name}`,
    );
  }
  return gateway.inOrder(candidates);
}

/** Runs the function at one peer, on the state as it is now. */
async function ask(
  { own }: Gateway,
  proposal: UnpackedProposal,
  { channel }: RunningChannel,
  peer: Peer,
): Promise<ProposalResponse> {
  const view = channel.ledger.acquire();
  try {
    return await processProposal(proposal, channel, peer, view, own);
  } finally {
    view.release();
  }
}

/** The chaincode function's result, out of the payload that was endorsed. */
function resultOf(answer: ProposalResponse): Buffer {
  if (answer.payload === undefined) return answer.response.payload;
  return decodeChaincodeAction(decodeProposalResponsePayload(answer.payload).extension).response.payload;
}
