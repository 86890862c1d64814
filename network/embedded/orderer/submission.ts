/** An envelope as handed in for ordering, read once: what the orderer checks and the validator goes on from. */
import { type Identity } from '../../identity/types';
import { type Channel, isWriter } from '../channel';
import {
  type ChannelHeader,
  decodeChannelHeader,
  decodeEnvelope,
  decodePayload,
  decodeSignatureHeader,
  type Envelope,
  HeaderType,
  type Payload,
  type SignatureHeader,
} from '../wire/common';
import { WireError } from '../wire/protobuf';

export interface Submission {
  /** The envelope exactly as it goes into the block. */
  readonly bytes: Buffer;
  readonly envelope: Envelope;
  readonly payload: Payload;
  readonly channelHeader: ChannelHeader;
  readonly signatureHeader: SignatureHeader;
}

/** Fabric's common.Status of a broadcast that was refused. */
export type BroadcastStatus =
  'BAD_REQUEST' | 'FORBIDDEN' | 'NOT_FOUND' | 'REQUEST_ENTITY_TOO_LARGE' | 'SERVICE_UNAVAILABLE';

/** The orderer does not take the envelope. */
export class BroadcastError extends Error {
  override readonly name = 'BroadcastError';

  constructor(
    readonly status: BroadcastStatus,
    message: string,
  ) {
    super(message);
  }
}

/** @throws BroadcastError when it is no envelope with both headers. */
export function readSubmission(bytes: Buffer): Submission {
  try {
    const envelope = decodeEnvelope(bytes);
    const payload = decodePayload(envelope.payload);
    if (payload.header === undefined) throw new BroadcastError('BAD_REQUEST', 'the envelope has no header');
    const channelHeader = decodeChannelHeader(payload.header.channelHeader);
    const signatureHeader = decodeSignatureHeader(payload.header.signatureHeader);
    return { bytes, envelope, payload, channelHeader, signatureHeader };
  } catch (error) {
    if (error instanceof WireError) throw new BroadcastError('BAD_REQUEST', `malformed envelope: ${error.message}`);
    throw error;
  }
}

/**
 * What an orderer checks of a normal message: kind, size, and that a writer of the channel has signed it.
 * @throws BroadcastError
 */
export function processNormalMessage(
  submission: Submission,
  channel: Channel,
  absoluteMaxBytes: number,
  at: Date,
): Identity {
  const { envelope, channelHeader, signatureHeader } = submission;
  if (channelHeader.type !== HeaderType.ENDORSER_TRANSACTION) {
    throw new BroadcastError('BAD_REQUEST', `messages of type ${channelHeader.type} are not taken`);
  }
  const size = envelope.payload.length + envelope.signature.length;
  if (size > absoluteMaxBytes) {
    throw new BroadcastError(
      'BAD_REQUEST',
      `message payload is ${size} bytes and exceeds maximum allowed ${absoluteMaxBytes} bytes`,
    );
  }
  const creator = identifyCreator(channel, signatureHeader.creator, at);
  if (!creator.verify(envelope.payload, envelope.signature) || !isWriter(channel, creator)) {
    throw new BroadcastError('FORBIDDEN', `the signature is not one of a writer of channel ${channel.name}`);
  }
  return creator;
}

function identifyCreator(channel: Channel, creator: Buffer, at: Date): Identity {
  try {
    return channel.msps.identify(creator, at);
  } catch {
    throw new BroadcastError('FORBIDDEN', `the creator is not known on channel ${channel.name}`);
  }
}
