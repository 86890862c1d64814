/** Refuses, in the gateway's words, what every peer would refuse of a proposal before it runs a chaincode. */
import { status } from '@grpc/grpc-js';
import { preProcess } from '../endorser/endorser';
import { ExpiredCreatorError, ProposalError, type UnpackedProposal, unpackProposal } from '../endorser/proposal';
import { type Peer, type RunningChannel } from '../peer';
import { type SignedProposal } from '../wire/proposal';
import { errorDetail, GatewayError } from './errors';

/**
 * A client's proposal, unpacked.
 * @param prefix how Evaluate begins its complaints; empty for Endorse
 * @throws GatewayError INVALID_ARGUMENT when it is none
 */
export function unpack(signed: SignedProposal, prefix: string): UnpackedProposal {
  if (signed.proposalBytes.length === 0) {
    const missing =
      prefix === '' ? 'the proposed transaction must contain a signed proposal' : 'a signed proposal is required';
    throw new GatewayError(status.INVALID_ARGUMENT, prefix + missing);
  }
  try {
    return unpackProposal(signed);
  } catch (error) {
    if (error instanceof ProposalError) throw new GatewayError(status.INVALID_ARGUMENT, prefix + error.message);
    throw error;
  }
}

/**
 * For Evaluate, once for all peers: those of this process see the same ledger.
 * @param candidates the peers that would be asked, in their order
 * @throws GatewayError FAILED_PRECONDITION by the gateway's own peer; UNAVAILABLE, with the words of all, where that is not asked first
 * or the creator has expired
 */
export function requireEvaluable(
  local: Peer,
  proposal: UnpackedProposal,
  { channel }: RunningChannel,
  candidates: readonly Peer[],
): void {
  try {
    preProcess(proposal, channel, new Date());
  } catch (error) {
    if (!(error instanceof ProposalError)) throw error;
    const [first] = candidates;
    if (first === local && !(error instanceof ExpiredCreatorError)) {
      const message = `evaluate call to endorser returned error: ${error.message}`;
      throw new GatewayError(status.FAILED_PRECONDITION, message, [errorDetail(first, error.message)]);
    }
    throw new GatewayError(
      status.UNAVAILABLE,
      'failed to evaluate transaction, see attached details for more info',
      candidates.map((peer) => errorDetail(peer, refusalOf(local, peer, error))),
    );
  }
}

/**
 * For Endorse, likewise.
 * @param failure how the client is told that none, or too few, of them endorse
 * @throws GatewayError ABORTED, with the words of all candidates
 */
export function requireEndorsable(
  local: Peer,
  proposal: UnpackedProposal,
  { channel }: RunningChannel,
  candidates: readonly Peer[],
  failure: string,
): void {
  try {
    preProcess(proposal, channel, new Date());
  } catch (error) {
    if (!(error instanceof ProposalError)) throw error;
    const details = candidates.map((peer) => errorDetail(peer, refusalOf(local, peer, error)));
    throw new GatewayError(status.ABORTED, failure, details);
  }
}

/** Another peer than the gateway's own is asked over gRPC, which puts its own words before. */
function refusalOf(local: Peer, peer: Peer, error: ProposalError): string {
  return peer === local ? error.message : `rpc error: code = Unknown desc = ${error.message}`;
}
