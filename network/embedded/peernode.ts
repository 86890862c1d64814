/** A peer with its endpoint, which can go away and come back while the network goes on. */
import { type NodeMaterial, type OrganizationMaterial } from '../identity/material';
import {
  createPeer,
  listen,
  type NetworkSetting,
  type NodeServer,
  type RunningNetwork,
  servePeer,
  stopServers,
} from './network';
import { type Peer, type RunningChannel } from './peer';
import { launchCommitted } from './scc/lifecycle/installed';

export class PeerNode {
  readonly peer: Peer;
  readonly #listen: () => Promise<NodeServer>;
  #server: NodeServer | undefined;
  #network: RunningNetwork | undefined;
  /** The latest stop or start, for which the next one waits. */
  #change: Promise<void> = Promise.resolve();

  private constructor(peer: Peer, server: NodeServer, listenAgain: () => Promise<NodeServer>) {
    this.peer = peer;
    this.#server = server;
    this.#listen = listenAgain;
  }

  /**
   * Listens at its port, or any free one; what it answers comes with `serve`.
   * @param port 0: any
   * @throws ListenError when the port is taken; PackageError when an installed package is damaged
   */
  static async listen(
    setting: NetworkSetting,
    organization: OrganizationMaterial,
    node: NodeMaterial,
    port: number,
    channels: ReadonlyMap<string, RunningChannel>,
  ): Promise<PeerNode> {
    const server = await listen(node.tls, organization.tlsCaPem, port);
    try {
      const peer = createPeer(setting, organization, node, server.port, channels);
      return new PeerNode(peer, server, () => listen(node.tls, organization.tlsCaPem, server.port));
    } catch (error) {
      server.server.forceShutdown();
      throw error;
    }
  }

  /** Undefined while it is stopped. */
  get server(): NodeServer | undefined {
    return this.#server;
  }

  /** Answers from now on. */
  serve(network: RunningNetwork): void {
    this.#network = network;
    if (this.#server !== undefined) servePeer(this.#server, this.peer, network);
  }

  /** Nobody asks it any more; then its endpoint is gone, and its streams to chaincodes. What it has on disk stays. */
  stop(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#server === undefined) return;
      this.#setRunning(false);
      await stopServers([this.#server]);
      this.#server = undefined;
      this.peer.packages.disconnect();
    });
  }

  /**
   * It listens again where it did, with what has been committed meanwhile, as all peers have one ledger.
   * @throws ListenError when another process has taken the port
   */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#server !== undefined || this.#network === undefined) return;
      this.#server = await this.#listen();
      servePeer(this.#server, this.peer, this.#network);
      this.#setRunning(true);
      launchCommitted(this.peer);
    });
  }

  #setRunning(running: boolean): void {
    this.peer.running = running;
    for (const channel of this.peer.channels.values()) channel.peersChanged();
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#change = this.#change.then(act, act);
    return this.#change;
  }
}
