/** One organisation's gateway: what its clients call, carried out by the channel's peers, orderer and ledger. */
import { status } from '@grpc/grpc-js';
import { satisfyingOrganizations } from '../../identity/policy';
import { denialOf } from '../channel';
import { type OwnEndorsements } from '../endorser/endorsements';
import { hasChaincode } from '../endorser/endorsementinfo';
import { preProcess, processProposal } from '../endorser/endorser';
import { type EndorserAnswer, plainCall } from '../endorser/interest';
import { ExpiredCreatorError, ProposalError, type UnpackedProposal, unpackProposal } from '../endorser/proposal';
import { type StateView } from '../ledger/state';
import { BroadcastError, readSubmission } from '../orderer/submission';
import { type Peer, type RunningChannel } from '../peer';
import { systemChaincodes } from '../scc';
import {
  decodeCommitStatusRequest,
  encodeCommitStatusResponse,
  encodeEndorseResponse,
  encodeEvaluateResponse,
  type ErrorDetail,
  type ProposalRequest,
  type SignedRequest,
  type SubmitRequest,
} from '../wire/gateway';
import { type ProposalResponse, type SignedProposal } from '../wire/proposal';
import { WireError } from '../wire/protobuf';
import { decodeChaincodeAction, decodeProposalResponsePayload } from '../wire/transaction';
import { prepareTransaction } from './preparedtransaction';
import { endorseAt, endorseByPolicy, noPeersOf } from './endorsement';
import { errorDetail, GatewayError, verdictOf } from './errors';
import { type EndorsementRequirement, endorsementRequirement, expectedEndorsers } from './layouts';

export class Gateway {
  readonly #channels: ReadonlyMap<string, RunningChannel>;
  readonly #local: Peer;
  readonly #own: OwnEndorsements;

  constructor(channels: ReadonlyMap<string, RunningChannel>, local: Peer, own: OwnEndorsements) {
    this.#channels = channels;
    this.#local = local;
    this.#own = own;
  }

  /**
   * Runs a function at one peer and answers its result; nothing is written. A peer that cannot run it is followed by
   * others, until the client has given up.
   * @throws GatewayError
   */
  async evaluate(request: ProposalRequest, isCancelled: () => boolean): Promise<Buffer> {
    const proposal = unpack(request.proposal, 'failed to unpack transaction proposal: ');
    const { channelId } = proposal.channelHeader;
    const missing = missingForEvaluation(proposal);
    if (missing !== undefined) {
      throw new GatewayError(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${missing}`);
    }
    const running = this.#channels.get(channelId);
    if (running === undefined) {
      throw new GatewayError(status.UNAVAILABLE, noConfiguration(channelId));
    }
    const candidates = this.#evaluators(proposal, running, request.organizations);
    this.#requireEvaluable(proposal, running, candidates);
    const details: ErrorDetail[] = [];
    let code = status.UNAVAILABLE;
    for (const peer of candidates) {
      const answer = await this.#process(proposal, running, peer);
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

  /**
   * Gathers the endorsements that the policy (or the client) asks for; answers the transaction for the client to sign.
   * @throws GatewayError
   */
  async endorse(request: ProposalRequest): Promise<Buffer> {
    const proposal = unpack(request.proposal, '');
    const { channelId } = proposal.channelHeader;
    const running = this.#channels.get(channelId);
    const { organizations } = request;
    const name = proposal.target?.chaincodeName ?? '';
    if (running === undefined || !(running.channel.chaincodes.has(name) || systemChaincodes.has(name))) {
      if (organizations.length > 0) throw noPeersOf(organizations);
      throw new GatewayError(
        status.FAILED_PRECONDITION,
        `no combination of peers can be derived which satisfy the endorsement policy: ` +
          `No metadata was found for chaincode ${name} in channel ${channelId}`,
      );
    }
    const { channel, peers } = running;
    this.#requireEndorsable(proposal, running, organizations);
    const view = channel.ledger.acquire();
    try {
      const at = async (peer: Peer): Promise<EndorserAnswer> => {
        // An answer that nobody waits for may come after this call.
        view.acquire();
        try {
          return await processProposal(proposal, channel, peer, view, this.#own);
        } finally {
          view.release();
        }
      };
      const requirementOf = ({ interest = [] }: EndorserAnswer): EndorsementRequirement =>
        endorsementRequirement(
          channel,
          interest.length > 0 ? interest : [plainCall(name)],
          peers,
          proposal.hasTransientData,
        );
      const able = withChaincode(name, running);
      if (organizations.length > 0) {
        return encodeEndorseResponse(prepareTransaction(proposal, await endorseAt(organizations, able, at)));
      }
      const first = this.#firstEndorser(name, proposal.hasTransientData, running, able);
      const expected = proposal.hasTransientData ? [] : expectedEndorsers(name, first, running);
      const result = await endorseByPolicy(requirementOf, first, expected, peers, at);
      return encodeEndorseResponse(prepareTransaction(proposal, result));
    } finally {
      view.release();
    }
  }

  /**
   * Hands a signed transaction to the orderer. An answer says that it was taken, not that it is committed.
   * @throws GatewayError
   */
  submit(request: SubmitRequest): Buffer {
    if (request.envelope === undefined) {
      throw new GatewayError(status.INVALID_ARGUMENT, 'a prepared transaction is required');
    }
    const running = this.#channels.get(request.channelId);
    if (running === undefined) {
      throw new GatewayError(status.FAILED_PRECONDITION, noConfiguration(request.channelId));
    }
    try {
      const submission = readSubmission(request.envelope);
      if (submission.envelope.signature.length === 0) {
        throw new GatewayError(status.INVALID_ARGUMENT, 'prepared transaction must be signed');
      }
      // The orderer goes by the envelope's own channel, whatever the request says.
      const target = this.#channels.get(submission.channelHeader.channelId);
      if (target === undefined) throw new BroadcastError('BAD_REQUEST', 'the envelope is for an unknown channel');
      target.committer.submit(submission, new Date());
      return Buffer.alloc(0);
    } catch (error) {
      if (!(error instanceof BroadcastError)) throw error;
      const code = error.status === 'SERVICE_UNAVAILABLE' ? status.UNAVAILABLE : status.ABORTED;
      const message = `received unsuccessful response from orderer: status=${error.status}, info=${error.message}`;
      throw new GatewayError(code, message, code === status.UNAVAILABLE ? [errorDetail(this.#local, message)] : []);
    }
  }

  /**
   * Answers where and with which validation code a transaction was committed, waiting for it until the signal.
   * @throws GatewayError
   */
  async commitStatus(signed: SignedRequest, signal: AbortSignal): Promise<Buffer> {
    const request = decodeArgument('status request', () => decodeCommitStatusRequest(signed.request));
    if (signed.request.length === 0) {
      throw new GatewayError(status.INVALID_ARGUMENT, 'a commit status request is required');
    }
    if (request.identity.length === 0) throw new GatewayError(status.INVALID_ARGUMENT, 'no identity provided');
    if (request.channelId === '') throw new GatewayError(status.INVALID_ARGUMENT, 'no channel ID provided');
    if (request.transactionId === '') {
      throw new GatewayError(status.INVALID_ARGUMENT, 'transaction ID should not be empty');
    }
    const { committer } = this.reader(request.channelId, request.identity, signed, 'gateway/CommitStatus');
    const location = await committer.status(request.transactionId, signal);
    return encodeCommitStatusResponse(location.code, location.block);
  }

  /**
   * The channel, if the request is signed by one of its readers.
   * @throws GatewayError PERMISSION_DENIED, also when there is no such channel.
   */
  reader(
    channelId: string,
    identity: Buffer,
    { request, signature }: SignedRequest,
    resource: 'gateway/CommitStatus' | 'gateway/ChaincodeEvents',
  ): RunningChannel {
    const running = this.#channels.get(channelId);
    const denied = (reason: string): GatewayError => new GatewayError(status.PERMISSION_DENIED, reason);
    if (running === undefined) throw denied(`Failed to get policy manager for channel [${channelId}]`);
    const found = running.channel.msps.find(identity);
    const reader = found?.verify(request, signature) === true ? found : undefined;
    const denial = denialOf(running.channel, resource, reader);
    if (denial === undefined) return running;
    throw denied(denial);
  }

  /** The gateway's own peer; where that does not have the chaincode, the first of those that would have to endorse. */
  #firstEndorser(
    name: string,
    hasTransientData: boolean,
    { channel, peers }: RunningChannel,
    able: ReadonlyMap<string, Peer>,
  ): Peer {
    if (able.has(this.#local.mspId)) return this.#local;
    if (hasTransientData) {
      throw new GatewayError(
        status.FAILED_PRECONDITION,
        "no endorsers found in the gateway's organization; " +
          'retry specifying endorsing organization(s) to protect transient data',
      );
    }
    const { policies, mspIds, peerOf } = endorsementRequirement(channel, [plainCall(name)], peers, false);
    const [mspId = ''] = satisfyingOrganizations(policies, [], mspIds, peerOf) ?? [];
    return able.get(mspId) ?? this.#local;
  }

  #evaluators(
    proposal: UnpackedProposal,
    { channel, peers }: RunningChannel,
    targets: readonly string[],
  ): readonly Peer[] {
    const { hasTransientData } = proposal;
    const chaincodeName = proposal.target?.chaincodeName ?? '';
    const local = this.#local;
    // Transient data stay in the gateway's organisation unless the client names others.
    const allowed = targets.length > 0 ? targets : hasTransientData ? [local.mspId] : [...peers.keys()];
    const candidates = allowed
      .flatMap((mspId) => peers.get(mspId) ?? [])
      .filter((peer) => systemChaincodes.has(chaincodeName) || hasChaincode(chaincodeName, channel, peer));
    if (candidates.length === 0) {
      throw new GatewayError(
        status.FAILED_PRECONDITION,
        `no peers available to evaluate chaincode ${chaincodeName} in channel ${channel.name}`,
      );
    }
    return [...candidates.filter((peer) => peer === local), ...candidates.filter((peer) => peer !== local)];
  }

  async #process(proposal: UnpackedProposal, { channel }: RunningChannel, peer: Peer): Promise<ProposalResponse> {
    const view: StateView = channel.ledger.acquire();
    try {
      return await processProposal(proposal, channel, peer, view, this.#own);
    } finally {
      view.release();
    }
  }

  /** @throws GatewayError when every peer would refuse the proposal as such: all of this process see the same ledger. */
  #requireEvaluable(proposal: UnpackedProposal, { channel }: RunningChannel, candidates: readonly Peer[]): void {
    try {
      preProcess(proposal, channel, new Date());
    } catch (error) {
      if (!(error instanceof ProposalError)) throw error;
      const [first] = candidates;
      if (first === this.#local && !(error instanceof ExpiredCreatorError)) {
        const message = `evaluate call to endorser returned error: ${error.message}`;
        throw new GatewayError(status.FAILED_PRECONDITION, message, [errorDetail(first, error.message)]);
      }
      throw new GatewayError(
        status.UNAVAILABLE,
        'failed to evaluate transaction, see attached details for more info',
        candidates.map((peer) => errorDetail(peer, this.#refusal(peer, error))),
      );
    }
  }

  /** @throws GatewayError ABORTED, as above */
  #requireEndorsable(
    proposal: UnpackedProposal,
    { channel, peers }: RunningChannel,
    organizations: readonly string[],
  ): void {
    try {
      preProcess(proposal, channel, new Date());
    } catch (error) {
      if (!(error instanceof ProposalError)) throw error;
      if (organizations.length === 0) {
        throw new GatewayError(status.ABORTED, 'failed to endorse transaction, see attached details for more info', [
          errorDetail(this.#local, error.message),
        ]);
      }
      const asked = [...new Set(organizations)].flatMap((mspId) => peers.get(mspId) ?? []);
      if (asked.length < new Set(organizations).size) return;
      throw new GatewayError(
        status.ABORTED,
        'failed to collect enough transaction endorsements, see attached details for more info',
        asked.map((peer) => errorDetail(peer, this.#refusal(peer, error))),
      );
    }
  }

  /** Another organisation's peer is asked over gRPC, which puts its own words before. */
  #refusal(peer: Peer, error: ProposalError): string {
    return peer === this.#local ? error.message : `rpc error: code = Unknown desc = ${error.message}`;
  }
}

/** What Fabric's Gateway says of a channel that its peer is not in. */
function noConfiguration(channel: string): string {
  return `failed to get config for channel [${channel}]: could not get last config for channel ${channel}`;
}

/** What a gateway needs to know of a proposal to be evaluated and does not find; the peer looks for itself. */
function missingForEvaluation({ channelHeader, target }: UnpackedProposal): string | undefined {
  const { channelId } = channelHeader;
  if (channelId === '') return 'no channel id provided';
  if (target === undefined) return `no chaincode spec is provided, channel id [${channelId}]`;
  if (target.chaincodeName === undefined) return `no chaincode id is provided, channel id [${channelId}]`;
  return target.chaincodeName === '' ? `no chaincode name is provided, channel id [${channelId}]` : undefined;
}

/** The peers that can be asked to run a chaincode. */
function withChaincode(name: string, { channel, peers }: RunningChannel): ReadonlyMap<string, Peer> {
  if (systemChaincodes.has(name)) return peers;
  return new Map([...peers].filter(([, peer]) => hasChaincode(name, channel, peer)));
}

/** @param prefix how Evaluate begins its complaints; empty for Endorse */
function unpack(signed: SignedProposal, prefix: string): UnpackedProposal {
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

function decodeArgument<T>(what: string, decoder: () => T): T {
  try {
    return decoder();
  } catch (error) {
    if (error instanceof WireError)
      throw new GatewayError(status.INVALID_ARGUMENT, `invalid ${what}: ${error.message}`);
    throw error;
  }
}

/** The chaincode function's result, out of the payload that was endorsed. */
function resultOf(answer: ProposalResponse): Buffer {
  if (answer.payload === undefined) return answer.response.payload;
  return decodeChaincodeAction(decodeProposalResponsePayload(answer.payload).extension).response.payload;
}
