/** An endorsing peer of an organisation (its identity, its address, the chaincodes that it has), and the channels that peers join. */
import { type MspRegistry } from '../identity/msp';
import { type PolicySubject } from '../identity/policy';
import { type Signer } from '../identity/types';
import { type Channel } from './channel';
import { type Committer } from './committer/committer';
import { type PackageStore } from './packages/store';
import { type Approvals } from './scc/lifecycle/approvals';
import { type SnapshotManagement } from './snapshot/management';

export interface Peer {
  readonly mspId: string;
  /** As the description calls it, such as peer0; one of its kind in its organisation. */
  readonly name: string;
  /** Host and port, as error details name it. */
  readonly address: string;
  readonly signer: Signer;
  /** Knows this organisation's identities only: Fabric's local MSP. */
  readonly localMsp: MspRegistry;
  /** What it has installed. */
  readonly packages: PackageStore;
  /** Which definitions its organisation has approved. */
  readonly approvals: Approvals;
  /** Its snapshots, by channel. */
  readonly snapshots: Map<string, SnapshotManagement>;
  /** The folder of these. */
  readonly snapshotFolder: string;
  /** The channels that the peer has joined, by name. */
  readonly channels: Map<string, RunningChannel>;
  /** All that it could join. */
  readonly network: ReadonlyMap<string, RunningChannel>;
  /** False while it is stopped: then nobody asks it, and nobody is told of it. */
  running: boolean;
}

/** Peers by their organisation's MSP id, at least one of each, in the order of the description. */
export type PeersByOrganization = ReadonlyMap<string, readonly Peer[]>;

/** A channel as this process runs it. */
export interface RunningChannel {
  readonly channel: Channel;
  readonly committer: Committer;
  /** The members' peers that have joined it and run, as of now. */
  readonly peers: PeersByOrganization;
  /** Takes a peer in, whether its organisation is a member or is still to be. */
  join(peer: Peer): void;
  /** To be told when a peer that has joined it was stopped or started. */
  peersChanged(): void;
}

/** The peers that run, by organisation. */
export function runningPeers(peers: Iterable<Peer>): PeersByOrganization {
  const found = new Map<string, Peer[]>();
  for (const peer of peers) {
    if (!peer.running) continue;
    const list = found.get(peer.mspId);
    if (list === undefined) found.set(peer.mspId, [peer]);
    else list.push(peer);
  }
  return found;
}

/** What was last found of a peer, and by which MSPs. */
const identities = new WeakMap<Peer, { readonly msps: MspRegistry; readonly identity: PolicySubject }>();

/** What a peer is by the channel's MSPs; where they do not know its certificate, it is nobody's. */
export function peerIdentity({ msps }: Channel, peer: Peer): PolicySubject {
  const known = identities.get(peer);
  if (known?.msps === msps) return known.identity;
  const found = msps.find(peer.signer.serialized);
  const identity = found ?? { mspId: '', certificateId: '', role: undefined };
  identities.set(peer, { msps, identity });
  return identity;
}
