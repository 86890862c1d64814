/** An organisation's endorsing peer (its identity, its address, the chaincodes that it has), and the channels that peers join. */
import { type MspRegistry } from '../identity/msp';
import { type PolicySubject } from '../identity/policy';
import { type Signer } from '../identity/types';
import { type Channel } from './channel';
import { type Committer } from './committer/committer';
import { type PackageStore } from './packages/store';
import { type Approvals } from './scc/lifecycle/approvals';

export interface Peer {
  readonly mspId: string;
  /** Host and port, as error details name it. */
  readonly address: string;
  readonly signer: Signer;
  /** Knows this organisation's identities only: Fabric's local MSP. */
  readonly localMsp: MspRegistry;
  /** What it has installed. */
  readonly packages: PackageStore;
  /** Which definitions its organisation has approved. */
  readonly approvals: Approvals;
  /** The channels that the peer has joined, by name. */
  readonly channels: Map<string, RunningChannel>;
  /** All that it could join. */
  readonly network: ReadonlyMap<string, RunningChannel>;
}

/** A channel as this process runs it. */
export interface RunningChannel {
  readonly channel: Channel;
  readonly committer: Committer;
  /** The members' peers that have joined it, by MSP id, as of now. */
  readonly peers: ReadonlyMap<string, Peer>;
  /** Takes a peer in, whether its organisation is a member or is still to be. */
  join(peer: Peer): void;
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
