/** Endorse: from a proposal to the transaction that its client signs. */
import { status } from '@grpc/grpc-js';
import { satisfyingOrganizations } from '../../identity/policy';
import { hasChaincode } from '../endorser/endorsementinfo';
import { processProposal } from '../endorser/endorser';
import { type EndorserAnswer, plainCall } from '../endorser/interest';
import { type Peer, type RunningChannel } from '../peer';
import { systemChaincodes } from '../scc';
import { encodeEndorseResponse, type ProposalRequest } from '../wire/gateway';
import { endorseAt, endorseByPolicy, noPeersOf } from './endorsement';
import { GatewayError } from './errors';
import { type Gateway } from './gateway';
import { type EndorsementRequirement, endorsementRequirement, expectedEndorsers } from './layouts';
import { prepareTransaction } from './preparedtransaction';
import { requireEndorsable, unpack } from './preprocess';

/**
 * Gathers the endorsements that the policy (or the client) asks for; answers the transaction for the client to sign.
 * @throws GatewayError
 */
export async function endorse(gateway: Gateway, request: ProposalRequest): Promise<Buffer> {
  const proposal = unpack(request.proposal, '');
  const { channelId } = proposal.channelHeader;
  const running = gateway.channels.get(channelId);
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
  requireEndorsable(gateway.local, proposal, running, organizations);
  const view = channel.ledger.acquire();
  try {
    const at = async (peer: Peer): Promise<EndorserAnswer> => {
      // An answer that nobody waits for may come after this call.
      view.acquire();
      try {
        return await processProposal(proposal, channel, peer, view, gateway.own);
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
    const first = firstEndorser(gateway.local, name, proposal.hasTransientData, running, able);
    const expected = proposal.hasTransientData ? [] : expectedEndorsers(name, first, running);
    const result = await endorseByPolicy(requirementOf, first, expected, peers, at);
    return encodeEndorseResponse(prepareTransaction(proposal, result));
  } finally {
    view.release();
  }
}

/** The gateway's own peer; where that does not have the chaincode, the first of those that would have to endorse. */
function firstEndorser(
  local: Peer,
  name: string,
  hasTransientData: boolean,
  { channel, peers }: RunningChannel,
  able: ReadonlyMap<string, Peer>,
): Peer {
  if (able.has(local.mspId)) return local;
  if (hasTransientData) {
    throw new GatewayError(
      status.FAILED_PRECONDITION,
      "no endorsers found in the gateway's organization; " +
        'retry specifying endorsing organization(s) to protect transient data',
    );
  }
  const { policies, mspIds, peerOf } = endorsementRequirement(channel, [plainCall(name)], peers, false);
  const [mspId = ''] = satisfyingOrganizations(policies, [], mspIds, peerOf) ?? [];
  return able.get(mspId) ?? local;
}

/** The peers that can be asked to run a chaincode. */
function withChaincode(name: string, { channel, peers }: RunningChannel): ReadonlyMap<string, Peer> {
  if (systemChaincodes.has(name)) return peers;
  return new Map([...peers].filter(([, peer]) => hasChaincode(name, channel, peer)));
}
