/** What the Discovery service answers: peers, configuration, and whom to ask for endorsements. */
import * as discovery from '@hyperledger/fabric-protos/lib/discovery/protocol_pb';
import { type ChaincodeInterest } from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb';
import { IdentityError } from '../../identity/errors';
import { PolicyError } from '../../identity/policy';
import { type Identity } from '../../identity/types';
import { ChannelPolicy } from '../channel';
import { type Peer, type RunningChannel } from '../peer';
import { configResult, type OrdererEndpoint } from './config';
import { authorizedPeers, DiscoveryError, endorsementDescriptor } from './endorsers';
import { channelPeer, hasChaincode, localPeer, membershipResult } from './membership';

/** What a peer knows when it is asked. */
export interface DiscoverySupport {
  readonly peer: Peer;
  /** The channels that the peer is in. */
  readonly channels: ReadonlyMap<string, RunningChannel>;
  /** The peers of all organisations, also those that are stopped. */
  readonly peers: ReadonlySet<Peer>;
  readonly orderer: OrdererEndpoint;
}

/** The request is malformed as a whole. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/**
 * Answers the queries of a signed request, each by itself.
 * @param bytes of discovery.SignedRequest
 * @returns bytes of discovery.Response
 * @throws RequestError
 */
export function discover(bytes: Uint8Array, support: DiscoverySupport): Uint8Array {
  const signed = decode(() => discovery.SignedRequest.deserializeBinary(bytes));
  const request = decode(() => discovery.Request.deserializeBinary(signed.getPayload_asU8()));
  const authentication = request.getAuthentication();
  if (authentication === undefined) throw new RequestError('access denied, no authentication info in request');
  const serialized = authentication.getClientIdentity_asU8();
  if (serialized.length === 0) throw new RequestError("access denied, client identity wasn't supplied");
  const response = new discovery.Response();
  response.setResultsList(
    request.getQueriesList().map((query) => {
      const client: Client = { serialized, payload: signed.getPayload_asU8(), signature: signed.getSignature_asU8() };
      return answer(query, client, support);
    }),
  );
  return response.serializeBinary();
}

/** Who asks, and its signature over the request. */
interface Client {
  readonly serialized: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

function decode<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RequestError(`failed parsing request: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function answer(query: discovery.Query, client: Client, support: DiscoverySupport): discovery.QueryResult {
  try {
    return dispatch(query, client, support);
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error;
    const message = new discovery.Error();
    message.setContent(error.message);
    const result = new discovery.QueryResult();
    result.setError(message);
    return result;
  }
}

/** @throws DiscoveryError */
function dispatch(query: discovery.Query, client: Client, support: DiscoverySupport): discovery.QueryResult {
  const name = query.getChannel();
  const result = new discovery.QueryResult();
  if (name === '') {
    requireLocalAdmin(client, support.peer);
    if (!query.hasLocalPeers()) throw new DiscoveryError('unknown or missing request type');
    result.setMembers(
      membershipResult(organizationsOf(support), (mspId) =>
        [...support.peers].filter((peer) => peer.running && peer.mspId === mspId).map(localPeer),
      ),
    );
    return result;
  }
  const running = support.channels.get(name);
  // A stranger learns no channel's name: one that is not there is denied as one that is not the client's.
  if (running === undefined) throw new DiscoveryError('access denied');
  requireWriter(client, running);
  if (query.hasConfigQuery()) result.setConfigResult(configResult(running.channel, support.orderer));
  else if (query.hasCcQuery()) result.setCcQueryRes(endorsers(query.getCcQuery(), running));
  else if (query.hasPeerQuery()) {
    result.setMembers(channelMembers(query.getPeerQuery()?.getFilter(), running, support));
  } else throw new DiscoveryError('unknown or missing request type');
  return result;
}

/** Peers of organisations that are not on the channel are told of as organisations without peers. */
function channelMembers(
  filter: ChaincodeInterest | undefined,
  running: RunningChannel,
  support: DiscoverySupport,
): discovery.PeerMembershipResult {
  const calls = filter?.getChaincodesList() ?? [];
  const fitting = authorizedPeers(running, calls).filter((peer) =>
    calls.every((call) => hasChaincode(running, peer, call.getName())),
  );
  return membershipResult(organizationsOf(support), (mspId) =>
    fitting.filter((peer) => peer.mspId === mspId).map((peer) => channelPeer(peer, running.channel)),
  );
}

function organizationsOf({ peers }: DiscoverySupport): ReadonlySet<string> {
  return new Set([...peers].map(({ mspId }) => mspId));
}

function endorsers(
  query: discovery.ChaincodeQuery | undefined,
  running: RunningChannel,
): discovery.ChaincodeQueryResult {
  const interests = query?.getInterestsList() ?? [];
  if (interests.length === 0) throw new DiscoveryError('chaincode query must have at least one chaincode interest');
  for (const interest of interests) {
    const calls = interest.getChaincodesList();
    if (calls.length === 0) throw new DiscoveryError('chaincode interest must contain at least one chaincode');
    if (calls.some((call) => call.getName() === '')) {
      throw new DiscoveryError('chaincode name in interest cannot be empty');
    }
  }
  const result = new discovery.ChaincodeQueryResult();
  result.setContentList(interests.map((interest) => descriptorOf(interest, running)));
  return result;
}

/** The reason for there being none stays in the peer's log, as in Fabric. */
function descriptorOf(interest: ChaincodeInterest, running: RunningChannel): discovery.EndorsementDescriptor {
  try {
    return endorsementDescriptor(running, interest);
  } catch (error) {
    if (!(error instanceof DiscoveryError) && !(error instanceof PolicyError)) throw error;
    const names = interest.getChaincodesList().map((call) => `chaincodes:{name:${JSON.stringify(call.getName())}}`);
    throw new DiscoveryError(`failed constructing descriptor for ${names.join(' ')}`, { cause: error });
  }
}

function requireWriter(client: Client, { channel }: RunningChannel): void {
  const identity = identify(() => channel.msps.identify(client.serialized, new Date()), client);
  if (!channel.policies.permits(ChannelPolicy.applicationWriters, identity)) throw new DiscoveryError('access denied');
}

function requireLocalAdmin(client: Client, { localMsp }: Peer): void {
  const identity = identify(() => localMsp.identify(client.serialized, new Date()), client);
  if (identity.role !== 'admin') throw new DiscoveryError('access denied');
}

/** @throws DiscoveryError when the identity is not known or has not signed the request. */
function identify(find: () => Identity, { payload, signature }: Client): Identity {
  try {
    const identity = find();
    if (identity.verify(payload, signature)) return identity;
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
  }
  throw new DiscoveryError('access denied');
}
