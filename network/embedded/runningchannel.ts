/** A channel as this process runs it: with the peers of its members. */
import { type LedgerChannel } from './channel';
import { type Bundle } from './channelconfig/bundle';
import { type Committer } from './committer/committer';
import { type Peer, type RunningChannel } from './peer';

/** Peers join it; those count whose organisations are members by the configuration of the moment. */
export class JoinedChannel implements RunningChannel {
  readonly #joined = new Map<string, Peer>();
  #bundle: Bundle | undefined;
  #peers: ReadonlyMap<string, Peer> = new Map();

  constructor(
    readonly channel: LedgerChannel,
    readonly committer: Committer,
  ) {}

  get peers(): ReadonlyMap<string, Peer> {
    const { bundle } = this.channel;
    if (this.#bundle !== bundle) {
      this.#bundle = bundle;
      this.#peers = new Map([...this.#joined].filter(([mspId]) => bundle.members.has(mspId)));
    }
    return this.#peers;
  }

  /** Takes a peer in. */
  join(peer: Peer): void {
    this.#joined.set(peer.mspId, peer);
    peer.channels.set(this.channel.name, this);
    this.#bundle = undefined;
  }
}
