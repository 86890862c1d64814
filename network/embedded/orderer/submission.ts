/** An envelope as handed in for ordering, read once: what the orderer checks and the validator goes on from. */
import { IdentityError } from '../../identity/errors';
import { expiresAt } from '../../identity/msp';
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
export type BroadcastStatus = 'BAD_REQUEST' | 'FORBIDDEN' | 'SERVICE_UNAVAILABLE';

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
    if (payload.header === undefined) throw badRequest('could not determine channel ID: header not set');
    const channelHeader = decodeChannelHeader(payload.header.channelHeader);
    const signatureHeader = decodeSignatureHeader(payload.header.signatureHeader);
    return { bytes, envelope, payload, channelHeader, signatureHeader };
  } catch (error) {
    if (error instanceof WireError) throw badRequest(`could not determine channel ID: ${error.message}`);
    throw error;
  }
}

/**
 * What an orderer checks of a message, in Fabric's order: its kind, its size, and that a writer of the channel has signed it.
 * What it holds is for the peers to judge.
 * @throws BroadcastError
 */
export function processNormalMessage(
  submission: Submission,
  channel: Channel,
  absoluteMaxBytes: number,
  at: Date,
): Identity {
  const { envelope, channelHeader, signatureHeader } = submission;
  const refusal = REFUSED_TYPES.get(channelHeader.type);
  if (refusal !== undefined) throw badRequest(refusal);
  const size = envelope.payload.length + envelope.signature.length;
  if (size > absoluteMaxBytes) {
    throw badRequest(`message payload is ${size} bytes and exceeds maximum allowed ${absoluteMaxBytes} bytes`);
  }
  const creator = identifyCreator(channel, signatureHeader.creator, at);
  if (!creator.verify(envelope.payload, envelope.signature) || !isWriter(channel, creator)) throw notAllowed();
  return creator;
}

const REFUSED_TYPES: ReadonlyMap<number, string> = new Map([
  [HeaderType.CONFIG, 'message is of type that cannot be processed directly'],
  [HeaderType.CONFIG_UPDATE, "the consortium's description is the configuration: updates are not taken"],
  [HeaderType.ORDERER_TRANSACTION, 'message is of type that is no longer supported'],
]);

function identifyCreator(channel: Channel, creator: Buffer, at: Date): Identity {
  try {
    return channel.msps.identify(creator, at);
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    // Looked at before all else about the creator, whoever issued its certificate.
    const notAfter = expiresAt(creator);
    throw notAfter !== undefined && notAfter < at ? badRequest('broadcast client identity expired') : notAllowed();
  }
}

function badRequest(message: string): BroadcastError {
  return new BroadcastError('BAD_REQUEST', message);
}

function notAllowed(): BroadcastError {
  return new BroadcastError(
    'FORBIDDEN',
    'implicit policy evaluation failed - 0 sub-policies were satisfied, ' +
      "but this policy requires 1 of the 'Writers' sub-policies to be satisfied: permission denied",
  );
}
