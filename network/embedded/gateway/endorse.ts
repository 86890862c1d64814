/** Endorse: from a proposal to the transaction that its client signs. */
import { status } from '@grpc/grpc-js';
import { satisfyingPeers } from '../../identity/policy';
import { hasChaincode } from '../endorser/endorsementinfo';
import { processProposal } from '../endorser/endorser';
import { type EndorserAnswer, plainCall } from '../endorser/interest';
import { type Peer, type PeersByOrganization, type RunningChannel } from '../peer';
import { systemChaincodes } from '../scc';
import { encodeEndorseResponse, type ProposalRequest } from '../wire/gateway';
import { endorseAt, endorseByPolicy, noPeersOf, NOT_ENOUGH, NOT_ONE, peersOf } from './endorsement';
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
  const able = withChaincode(name, running, gateway);
  const areNamed = organizations.length > 0;
  const asked = areNamed
    ? peersOf(organizations, able)
    : [firstEndorsers(gateway.local, name, proposal.hasTransientData, running, able)];
  requireEndorsable(gateway.local, proposal, running, asked.flat(), areNamed ? NOT_ENOUGH : NOT_ONE);
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
    const [first = []] = asked;
    const expected = areNamed || proposal.hasTransientData ? [] : expectedEndorsers(name, first, running);
    const result = await (areNamed ? endorseAt(asked, at) : endorseByPolicy(requirementOf, first, expected, at));
    return encodeEndorseResponse(prepareTransaction(proposal, result));
  } finally {
    view.release();
  }
}

/**
 * Who is asked first, one after another until one endorses: the peers of the gateway's organisation, its own before the others;
 * where none of them has the chaincode, those of the first organisation that would have to endorse.
 */
function firstEndorsers(
  local: Peer,
  name: string,
  hasTransientData: boolean,
  { channel, peers }: RunningChannel,
  able: PeersByOrganization,
): readonly Peer[] {
  const own = able.get(local.mspId);
  if (own !== undefined) return own;
  if (hasTransientData) {
    throw new GatewayError(
      status.FAILED_PRECONDITION,
      "no endorsers found in the gateway's organization; " +
        'retry specifying endorsing organization(s) to protect transient data',
    );
  }
  const requirement = endorsementRequirement(channel, [plainCall(name)], peers, false);
  const [wanted] = satisfyingPeers(requirement.policies, [], requirement.peers, requirement.subjectOf) ?? [];
  return able.get(wanted?.mspId ?? '') ?? [local];
}

/** The peers that can be asked to run a chaincode, in the order in which the gateway asks. */
function withChaincode(name: string, { channel, peers }: RunningChannel, gateway: Gateway): PeersByOrganization {
  const isAble = (peer: Peer): boolean => systemChaincodes.has(name) || hasChaincode(name, channel, peer);
  const able = [...peers].map(([mspId, theirs]) => [mspId, gateway.inOrder(theirs.filter(isAble))] as const);
  return new Map(able.filter(([, theirs]) => theirs.length > 0));
}
