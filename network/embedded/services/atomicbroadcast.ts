/** The orderer's service: takes transactions, and delivers blocks as they were ordered. */
import { type Server } from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { ChannelPolicy } from '../channel';
import { BroadcastError, readSubmission } from '../orderer/submission';
import { type Block, BlockMetadataIndex } from '../wire/block';
import { encodeBlockResponse, encodeStatusResponse, Status } from '../wire/deliver';
import { NO_BYTES } from '../wire/protobuf';
import { deliver, type DeliverSource } from './deliver';
import { conversation, Limiter, streamMethod } from './grpc';
import { type RunningChannel } from '../peer';

const SERVICE = '/orderer.AtomicBroadcast';

const definition = {
  broadcast: streamMethod(`${SERVICE}/Broadcast`),
  deliver: streamMethod(`${SERVICE}/Deliver`),
};

/** Adds the service to the orderer's server. */
export function addAtomicBroadcast(
  server: Server,
  channels: ReadonlyMap<string, RunningChannel>,
  logger: Logger,
): void {
  // Fabric's orderers have no such limit: what holds them is the number of connections.
  const limiter = new Limiter(SERVICE, Number.POSITIVE_INFINITY);
  const source: DeliverSource = {
    channels,
    mayRead: ({ channel: { bundle, policies } }, identity) =>
      policies.permits(bundle.consensus.isMaintenance ? ChannelPolicy.ordererReaders : ChannelPolicy.readers, identity),
    respond: (block) => encodeBlockResponse(asOrdered(block)),
  };
  server.addService(definition, {
    broadcast: conversation('broadcast', limiter, logger, (requests, send) => broadcast(requests, send, channels)),
    deliver: conversation('deliver', limiter, logger, (requests, send, signal) =>
      deliver(requests, send, signal, source),
    ),
  });
}

/** Answers each envelope with a status; the first that is not SUCCESS ends the stream. */
async function broadcast(
  requests: AsyncIterable<Buffer>,
  send: (message: Buffer) => Promise<void>,
  channels: ReadonlyMap<string, RunningChannel>,
): Promise<void> {
  for await (const request of requests) {
    const refusal = order(request, channels);
    await send(
      refusal === undefined
        ? encodeStatusResponse(Status.SUCCESS)
        : encodeStatusResponse(Status[refusal.status], refusal.message),
    );
    if (refusal !== undefined) return;
  }
}

function order(bytes: Buffer, channels: ReadonlyMap<string, RunningChannel>): BroadcastError | undefined {
  try {
    const submission = readSubmission(bytes);
    const running = channels.get(submission.channelHeader.channelId);
    if (running === undefined) return new BroadcastError('BAD_REQUEST', 'channel does not exist');
    running.committer.submit(submission, new Date());
    return undefined;
  } catch (error) {
    if (error instanceof BroadcastError) return error;
    throw error;
  }
}

/** The block without what a peer adds when it validates it. */
export function asOrdered(block: Block): Block {
  const metadata = [...block.metadata];
  metadata[BlockMetadataIndex.TRANSACTIONS_FILTER] = NO_BYTES;
  metadata[BlockMetadataIndex.COMMIT_HASH] = NO_BYTES;
  return { ...block, metadata };
}
