/** Fabric's deliver handler: the blocks that a signed request asks for, one after another, as peers and orderers give them. */
import { IdentityError } from '../../identity/errors';
import { type Identity } from '../../identity/types';
import { type Block, lastConfigOf } from '../wire/block';
import {
  type ChannelHeader,
  decodeChannelHeader,
  decodeEnvelope,
  decodePayload,
  decodeSignatureHeader,
  decodeTimestamp,
  type Envelope,
} from '../wire/common';
import { decodeSeekInfo, encodeStatusResponse, type SeekInfo, type SeekPosition, Status } from '../wire/deliver';
import { WireError } from '../wire/protobuf';
import { type RunningChannel } from '../peer';

/** What differs between the deliver services. */
export interface DeliverSource {
  readonly channels: ReadonlyMap<string, RunningChannel>;
  /** Whether the identity satisfies the policy that the service asks for. */
  mayRead(running: RunningChannel, identity: Identity): boolean;
  /** The message that a block is sent as; it must not change the block. */
  respond(block: Block, running: RunningChannel, reader: Identity): Buffer | Promise<Buffer>;
}

/** Sends a message; resolves when the client has room for the next. */
export type Send = (message: Buffer) => Promise<void>;

/**
 * Serves the requests of one stream in turn, until one is not answered with SUCCESS or the client has no more.
 * @param requests serialised common.Envelope messages
 * @throws WireError when a request is no envelope
 */
export async function deliver(
  requests: AsyncIterable<Buffer>,
  send: Send,
  signal: AbortSignal,
  source: DeliverSource,
): Promise<void> {
  for await (const request of requests) {
    const status = await deliverBlocks(decodeEnvelope(request), send, signal, source);
    if (signal.aborted) return;
    await send(encodeStatusResponse(status));
    if (status !== Status.SUCCESS) return;
  }
}

/** How far a request's timestamp may be off the clock: Fabric's authentication.timewindow. */
const TIME_WINDOW_MS = 15 * 60 * 1000;

async function deliverBlocks(
  envelope: Envelope,
  send: Send,
  signal: AbortSignal,
  source: DeliverSource,
): Promise<Status> {
  const request = readRequest(envelope, Date.now());
  if (request === undefined) return Status.BAD_REQUEST;
  const running = source.channels.get(request.channelHeader.channelId);
  if (running === undefined) return Status.NOT_FOUND;
  const seek = readSeek(request.data);
  if (seek === undefined) return Status.BAD_REQUEST;
  const reader = authenticate(envelope, request.creator, running, source);
  if (reader === undefined) return Status.FORBIDDEN;
  if (seek.start === undefined || seek.stop === undefined) return Status.BAD_REQUEST;

  const { ledger } = running.channel;
  let { bundle } = running.channel;
  const start = firstBlock(seek.start, ledger.height);
  const stop = lastBlock(seek, start ?? 0, ledger.height);
  if (stop === undefined) return Status.BAD_REQUEST;
  if (start === undefined) return Status.NOT_FOUND;
  for (let number = start; ; number += 1) {
    if (seek.failIfNotReady && number >= ledger.height) return Status.NOT_FOUND;
    await running.committer.whenHigherThan(number, signal);
    if (signal.aborted) return Status.SERVICE_UNAVAILABLE;
    if (Date.now() > reader.notAfter.getTime()) return Status.FORBIDDEN;
    // Asked again where the configuration has changed since, as Fabric does.
    if (running.channel.bundle !== bundle) {
      bundle = running.channel.bundle;
      const again = running.channel.msps.find(request.creator, new Date());
      if (again === undefined || !source.mayRead(running, again)) return Status.FORBIDDEN;
    }
    const block = ledger.block(number);
    if (block === undefined) return Status.NOT_FOUND;
    await send(await source.respond(seek.headersOnly ? withoutData(block) : block, running, reader));
    if (number === stop) return Status.SUCCESS;
  }
}

interface DeliverRequest {
  readonly channelHeader: ChannelHeader;
  readonly creator: Buffer;
  readonly data: Buffer;
}

/** The request's parts; undefined when it is malformed or its timestamp is too far off. */
function readRequest(envelope: Envelope, now: number): DeliverRequest | undefined {
  try {
    const { header, data } = decodePayload(envelope.payload);
    if (header === undefined) return undefined;
    const channelHeader = decodeChannelHeader(header.channelHeader);
    const { creator } = decodeSignatureHeader(header.signatureHeader);
    const timestamp = decodeTimestamp(channelHeader.timestamp);
    if (timestamp === undefined || Math.abs(now - timestamp) > TIME_WINDOW_MS) return undefined;
    return { channelHeader, creator, data };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function readSeek(data: Buffer): SeekInfo | undefined {
  try {
    return decodeSeekInfo(data);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Who asks, if the signature is right and the channel's policy lets it read. */
function authenticate(
  { payload, signature }: Envelope,
  creator: Buffer,
  running: RunningChannel,
  source: DeliverSource,
): Identity | undefined {
  try {
    const identity = running.channel.msps.identify(creator, new Date());
    return source.mayRead(running, identity) && identity.verify(payload, signature) ? identity : undefined;
  } catch (error) {
    if (error instanceof IdentityError) return undefined;
    throw error;
  }
}

/** The number of the first block; undefined when there can be none there. The next block that will be is one to wait for. */
function firstBlock(position: SeekPosition, height: number): number | undefined {
  switch (position.kind) {
    case 'oldest':
      return 0;
    case 'newest':
      return height - 1;
    case 'nextCommit':
      return height;
    case 'specified':
      return position.number > height ? undefined : position.number;
    case 'none':
      return undefined;
  }
}

/** The number of the last block; undefined when it lies before the first. */
function lastBlock({ start, stop }: SeekInfo, first: number, height: number): number | undefined {
  switch (stop?.kind) {
    case 'oldest':
      return first;
    case 'newest':
      // From the newest to the newest is one block, even when another has been committed since.
      return start?.kind === 'newest' ? first : height - 1;
    case 'specified':
      return stop.number < first ? undefined : stop.number;
    case 'nextCommit':
    case 'none':
    case undefined:
      // As Fabric takes a stop that it does not expect: at block 0, which all but the oldest have passed.
      return 0;
  }
}

/** A configuration block is always sent whole, as whoever follows the chain needs it to verify on. */
function withoutData(block: Block): Block {
  return lastConfigOf(block) === block.header.number ? block : { ...block, data: [] };
}
