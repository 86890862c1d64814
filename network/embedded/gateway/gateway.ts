/** One peer's gateway: the peer itself, its channels, who may read of them, and whom it asks first. Each of its calls is in a file of that name. */
import { status } from '@grpc/grpc-js';
import { denialOf } from '../channel';
import { type OwnEndorsements } from '../endorser/endorsements';
import { type Peer, type RunningChannel } from '../peer';
import { type SignedRequest } from '../wire/gateway';
import { GatewayError } from './errors';

export class Gateway {
  /** @param own what the peers of this process have endorsed */
  constructor(
    readonly channels: ReadonlyMap<string, RunningChannel>,
    readonly local: Peer,
    readonly own: OwnEndorsements,
  ) {}

  /** In the order in which the gateway asks: its own peer, its organisation's others, then the rest as they come. */
  inOrder(peers: readonly Peer[]): readonly Peer[] {
    if (peers.length < 2) return peers;
    const rank = (peer: Peer): number => (peer === this.local ? 0 : peer.mspId === this.local.mspId ? 1 : 2);
    return [...peers].sort((a, b) => rank(a) - rank(b));
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
    const running = this.channels.get(channelId);
    const denied = (reason: string): GatewayError => new GatewayError(status.PERMISSION_DENIED, reason);
    if (running === undefined) throw denied(`Failed to get policy manager for channel [${channelId}]`);
    const found = running.channel.msps.find(identity);
    const reader = found?.verify(request, signature) === true ? found : undefined;
    const denial = denialOf(running.channel, resource, reader);
    if (denial === undefined) return running;
    throw denied(denial);
  }
}

/** What Fabric's Gateway says of a channel that its peer is not in. */
export function noConfiguration(channel: string): string {
  return `failed to get config for channel [${channel}]: could not get last config for channel ${channel}`;
}
