/** Who is there: peers as gossip would tell of them, with their height and chaincodes, each signed by the peer itself. */
import { createHash } from 'node:crypto';
import * as discovery from '@hyperledger/fabric-protos/lib/discovery/protocol_pb';
import * as gossip from '@hyperledger/fabric-protos/lib/gossip/message_pb';
import { SerializedIdentity } from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import { type Channel } from '../channel';
import { hasChaincode as runsChaincode } from '../endorser/endorsementinfo';
import { LIFECYCLE } from '../scc/lifecycle/definitions';
import { type Peer, type RunningChannel } from '../peer';

/** The peer with its address, and with what it has of a channel. */
export function channelPeer(peer: Peer, channel: Channel): discovery.Peer {
  const message = localPeer(peer);
  message.setStateInfo(stateInfo(peer, channel));
  return message;
}

/** The peer with its address only. */
export function localPeer(peer: Peer): discovery.Peer {
  const message = new discovery.Peer();
  message.setIdentity(peer.signer.serialized);
  message.setMembershipInfo(aliveMessage(peer));
  return message;
}

/** The peers, by their organisations' MSP ids. */
export function membershipResult(
  mspIds: Iterable<string>,
  peersOf: (mspId: string) => readonly discovery.Peer[],
): discovery.PeerMembershipResult {
  const result = new discovery.PeerMembershipResult();
  for (const mspId of mspIds) result.getPeersByOrgMap().set(mspId, peerList(peersOf(mspId)));
  return result;
}

export function peerList(peers: readonly discovery.Peer[]): discovery.Peers {
  const list = new discovery.Peers();
  list.setPeersList([...peers]);
  return list;
}

/** Whether the peer can run the chaincode on the channel. */
export function hasChaincode({ channel }: RunningChannel, peer: Peer, name: string): boolean {
  return name === LIFECYCLE || runsChaincode(name, channel, peer);
}

/** When this process began: what gossip tells a peer's incarnations apart by. */
const STARTED_AT = Date.now() * 1_000_000;

function aliveMessage(peer: Peer): gossip.Envelope {
  const member = new gossip.Member();
  member.setEndpoint(peer.address);
  member.setPkiId(pkiId(peer));
  const alive = new gossip.AliveMessage();
  alive.setMembership(member);
  alive.setTimestamp(peerTime());
  const message = new gossip.GossipMessage();
  message.setTag(gossip.GossipMessage.Tag.EMPTY);
  message.setAliveMsg(alive);
  return signed(message, peer);
}

function stateInfo(peer: Peer, channel: Channel): gossip.Envelope {
  const properties = new gossip.Properties();
  properties.setLedgerHeight(channel.ledger.height);
  const runs = channel.chaincodes
    .names()
    .filter((name) => runsChaincode(name, channel, peer))
    .flatMap((name) => channel.chaincodes.get(name) ?? []);
  properties.setChaincodesList(
    // The lifecycle tells of itself too, so that clients find its endorsers.
    [...runs, { name: LIFECYCLE, sequence: 1 }].map(({ name, sequence }) => {
      const chaincode = new gossip.Chaincode();
      chaincode.setName(name);
      // What gossip calls the version is the definition's sequence, as a new package may have the old version.
      chaincode.setVersion(String(sequence));
      return chaincode;
    }),
  );
  const id = pkiId(peer);
  const state = new gossip.StateInfo();
  state.setTimestamp(peerTime());
  state.setPkiId(id);
  state.setChannelMac(createHash('sha256').update(id).update(channel.name).digest());
  state.setProperties(properties);
  const message = new gossip.GossipMessage();
  message.setTag(gossip.GossipMessage.Tag.CHAN_OR_ORG);
  message.setStateInfo(state);
  return signed(message, peer);
}

function peerTime(): gossip.PeerTime {
  const time = new gossip.PeerTime();
  time.setIncNum(STARTED_AT);
  time.setSeqNum(1);
  return time;
}

/** Gossip's identifier of a peer: SHA-256 of its MSP id and certificate. */
function pkiId({ signer }: Peer): Buffer {
  const identity = SerializedIdentity.deserializeBinary(signer.serialized);
  return createHash('sha256').update(identity.getMspid()).update(identity.getIdBytes_asU8()).digest();
}

function signed(message: gossip.GossipMessage, peer: Peer): gossip.Envelope {
  const envelope = new gossip.Envelope();
  const payload = message.serializeBinary();
  envelope.setPayload(payload);
  envelope.setSignature(peer.signer.sign(payload));
  return envelope;
}
