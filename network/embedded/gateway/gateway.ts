/** One organisation's gateway: its own peer, the channels, and who may read of them. Each of its calls is in a file of that name. */
import { status } from '@grpc/grpc-js';
import { denialOf } from '../channel';
import { type OwnEndorsements } from '../endorser/endorsements';
import { type Peer, type RunningChannel } from '../peer';
import { type SignedRequest } from '../wire/gateway';
import { GatewayError } from './errors';

export class Gateway {
  /** @param own what the organisation's peer has endorsed */
  constructor(
    readonly channels: ReadonlyMap<string, RunningChannel>,
    readonly local: Peer,
    readonly own: OwnEndorsements,
  ) {}

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
