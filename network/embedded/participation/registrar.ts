/** What the participation API does with channels: tells of them, orders changes of their configuration, refuses to make or remove any. */
import { asOrdered } from '../services/atomicbroadcast';
import { BroadcastError, readSubmission } from '../orderer/submission';
import { type RunningChannel } from '../peer';
import { decodeBlock, encodeBlock, lastConfigOf } from '../wire/block';
import { decodeChannelHeader, decodeEnvelope, decodePayload, HeaderType } from '../wire/common';
import { NO_BYTES, WireError } from '../wire/protobuf';

/** A request that is refused. */
export class ParticipationError extends Error {
  override readonly name = 'ParticipationError';

  /** @param allow methods that would be taken instead */
  constructor(
    readonly status: number,
    message: string,
    readonly allow: readonly string[] = [],
  ) {
    super(message);
  }
}

/** Fabric's ChannelInfo, with its fields in Fabric's order. */
export interface ChannelInfo {
  readonly name: string;
  readonly url: string;
  readonly consensusRelation: 'consenter';
  readonly status: 'active';
  readonly height: number;
}

export type Channels = ReadonlyMap<string, RunningChannel>;

const OWN_CHANNELS = "the channels of this network are those of the consortium's description";

/** @throws ParticipationError when there is no such channel */
export function channelInfo(channels: Channels, name: string, url: string): ChannelInfo {
  const { channel } = known(channels, name, new ParticipationError(404, 'channel does not exist'));
  return { name, url, consensusRelation: 'consenter', status: 'active', height: channel.ledger.height };
}

/**
 * A block as it was ordered.
 * @param which a number, or newest, oldest or config
 * @throws ParticipationError
 */
export function fetchBlock(channels: Channels, name: string, which: string): Buffer {
  if (!/^(newest|oldest|config|[-+]?\d+)$/.test(which)) {
    throw new ParticipationError(400, `invalid block ID: '${which}' not equal <newest|oldest|config|(number)>`);
  }
  const { ledger } = known(channels, name, new ParticipationError(404, 'channel does not exist')).channel;
  const last = ledger.height - 1;
  const newest = ledger.block(last);
  const config = newest === undefined ? 0 : lastConfigOf(newest);
  const number = { newest: last, oldest: 0, config }[which] ?? Number(which);
  const block = number < 0 ? undefined : ledger.block(number);
  if (block === undefined) {
    throw new ParticipationError(404, `no such block number [${BigInt.asUintN(64, BigInt(number))}] in index`);
  }
  return encodeBlock(asOrdered(block));
}

/**
 * Orders a change of a channel's configuration.
 * @returns the channel's name
 * @throws ParticipationError
 */
export function updateChannel(channels: Channels, bytes: Buffer): string {
  let name = '';
  try {
    const submission = readSubmission(bytes);
    if (submission.channelHeader.type !== HeaderType.CONFIG_UPDATE) throw invalidUpdate('bad type');
    name = submission.channelHeader.channelId;
    if (name === '') throw invalidUpdate('empty channel id');
    const running = known(channels, name, new ParticipationError(405, 'cannot update: channel does not exist'));
    running.committer.submit(submission, new Date());
    return name;
  } catch (error) {
    if (!(error instanceof BroadcastError)) throw error;
    if (name === '') throw invalidUpdate('bad header');
    throw new ParticipationError(400, `cannot update: failed update config of channel ${name}: ${error.message}`);
  }
}

/** Always refused: an orderer of this network takes part in all channels that there are. @throws ParticipationError */
export function joinChannel(channels: Channels, bytes: Buffer): never {
  const name = channelOfBlock(bytes);
  if (channels.has(name)) {
    throw new ParticipationError(405, 'cannot join: channel already exists', ['GET', 'DELETE']);
  }
  throw new ParticipationError(400, `cannot join: ${OWN_CHANNELS}`);
}

/** Always refused. @throws ParticipationError */
export function removeChannel(channels: Channels, name: string): never {
  known(channels, name, new ParticipationError(404, 'cannot remove: channel does not exist'));
  throw new ParticipationError(400, `cannot remove: ${OWN_CHANNELS}`);
}

function channelOfBlock(bytes: Buffer): string {
  try {
    const [envelope = NO_BYTES] = decodeBlock(bytes).data;
    const { header } = decodePayload(decodeEnvelope(envelope).payload);
    const channelHeader = header === undefined ? undefined : decodeChannelHeader(header.channelHeader);
    if (channelHeader?.type === HeaderType.CONFIG) return channelHeader.channelId;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ParticipationError(400, `cannot unmarshal file part config-block into a block: ${error.message}`);
  }
  throw new ParticipationError(400, 'invalid join block: block is not a config block');
}

function known(channels: Channels, name: string, otherwise: ParticipationError): RunningChannel {
  const running = channels.get(name);
  if (running === undefined) throw otherwise;
  return running;
}

function invalidUpdate(message: string): ParticipationError {
  return new ParticipationError(400, `invalid config update envelope: ${message}`);
}
