/** A channel as this process runs it: with the peers of its members. */
import { type Logger } from 'pino';
import { type LedgerChannel } from './channel';
import { type Bundle } from './channelconfig/bundle';
import { type Committer } from './committer/committer';
import { type Peer, type PeersByOrganization, type RunningChannel, runningPeers } from './peer';
import { SnapshotManagement } from './snapshot/management';

/** Peers join it; those count that run, and whose organisations are members by the configuration of the moment. */
export class JoinedChannel implements RunningChannel {
  readonly #joined = new Set<Peer>();
  #bundle: Bundle | undefined;
  #peers: PeersByOrganization = new Map();

  constructor(
    readonly channel: LedgerChannel,
    readonly committer: Committer,
    private readonly logger: Logger,
  ) {}

  get peers(): PeersByOrganization {
    const { bundle } = this.channel;
    if (this.#bundle !== bundle) {
      this.#bundle = bundle;
      this.#peers = runningPeers([...this.#joined].filter(({ mspId }) => bundle.members.has(mspId)));
    }
    return this.#peers;
  }

  /** Takes a peer in. */
  join(peer: Peer): void {
    this.#joined.add(peer);
    const { name } = this.channel;
    peer.channels.set(name, this);
    const logger = this.logger.child({ mspId: peer.mspId, peer: peer.name });
    peer.snapshots.set(name, new SnapshotManagement(peer.snapshotFolder, this.channel, this.committer, logger));
    this.peersChanged();
  }

  peersChanged(): void {
    this.#bundle = undefined;
  }
}
