/** A peer's deliver services: whole blocks, filtered blocks, and blocks with the private data that the reader may see. */
import { type Server } from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { denialOf } from '../channel';
import { type Block } from '../wire/block';
import {
  encodeBlockResponse,
  encodeFilteredBlockResponse,
  encodePrivateBlockResponse,
  encodeStatusResponse,
  Status,
} from '../wire/deliver';
import { WireError } from '../wire/protobuf';
import { type Conversation, conversation, Limiter, streamMethod } from './grpc';
import { deliver, type DeliverSource } from './deliver';
import { encodeFilteredBlock } from './filteredblock';
import { privateDataFor } from './privateblock';
import { type RunningChannel } from '../peer';

const SERVICE = '/protos.Deliver';
/** Fabric's peer.limits.concurrency.deliverService. */
const CONCURRENCY = 2500;

const definition = {
  deliver: streamMethod(`${SERVICE}/Deliver`),
  deliverFiltered: streamMethod(`${SERVICE}/DeliverFiltered`),
  deliverWithPrivateData: streamMethod(`${SERVICE}/DeliverWithPrivateData`),
};

/**
 * Adds the service to a peer's server.
 * @param mspId of the peer, whose private data are given out
 */
export function addPeerDeliver(
  server: Server,
  mspId: string,
  channels: ReadonlyMap<string, RunningChannel>,
  logger: Logger,
): void {
  const limiter = new Limiter(SERVICE, CONCURRENCY);
  const serve = (resource: 'event/Block' | 'event/FilteredBlock', respond: DeliverSource['respond']): Conversation => {
    const source: DeliverSource = {
      channels,
      mayRead: ({ channel }, identity) => denialOf(channel, resource, identity) === undefined,
      respond,
    };
    return (requests, send, signal) => deliver(requests, send, signal, source);
  };
  server.addService(definition, {
    deliver: conversation('deliver', limiter, logger, serve('event/Block', encodeBlockResponse)),
    deliverFiltered: conversation('deliverFiltered', limiter, logger, serve('event/FilteredBlock', filteredResponse)),
    deliverWithPrivateData: conversation(
      'deliverWithPrivateData',
      limiter,
      logger,
      serve('event/Block', async (block, running, reader) =>
        encodePrivateBlockResponse(block, await privateDataFor(block, running, mspId, reader)),
      ),
    ),
  });
}

function filteredResponse(block: Block): Buffer {
  try {
    return encodeFilteredBlockResponse(encodeFilteredBlock(block));
  } catch (error) {
    // As Fabric does: a status in place of the block, and the stream goes on.
    if (error instanceof WireError) return encodeStatusResponse(Status.BAD_REQUEST);
    throw error;
  }
}
