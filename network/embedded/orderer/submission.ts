/** An envelope as handed in for ordering, read once: what the orderer checks and the validator goes on from. */
import {
  type ChannelHeader,
  decodeChannelHeader,
  decodeEnvelope,
  decodePayload,
  decodeSignatureHeader,
  type Envelope,
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

/** A refusal of what is wrong with the message itself. */
export function badRequest(message: string): BroadcastError {
  return new BroadcastError('BAD_REQUEST', message);
}
