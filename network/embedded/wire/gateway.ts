/** The messages of Fabric's Gateway service. */
import { decodeTwoBytes } from './common';
import { decodeSignedProposal, encodeResponse, type Response, type SignedProposal } from './proposal';
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';
import { type ChaincodeEvent, encodeChaincodeEvent } from './transaction';

/** An EvaluateRequest or an EndorseRequest: they have the same form. */
export interface ProposalRequest {
  readonly transactionId: string;
  readonly channelId: string;
  readonly proposal: SignedProposal;
  /** MSP ids: of Evaluate the organisations that may be asked, of Endorse those that must endorse. */
  readonly organizations: readonly string[];
}

export function decodeProposalRequest(bytes: Buffer): ProposalRequest {
  const reader = new Reader(bytes);
  let transactionId = '';
  let channelId = '';
  let proposal = NO_BYTES;
  const organizations: string[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) transactionId = reader.string();
    else if (key === bytesField(2)) channelId = reader.string();
    else if (key === bytesField(3)) proposal = reader.bytes();
    else if (key === bytesField(4)) organizations.push(reader.string());
    else reader.skip(key);
  }
  return { transactionId, channelId, proposal: decodeSignedProposal(proposal), organizations };
}

export function encodeEvaluateResponse(result: Response): Buffer {
  const response = encodeResponse(result);
  return new Writer(response.length + 12).message(1, response).finish();
}

/** @param payload the bytes of the common.Payload that the client is to sign. */
export function encodeEndorseResponse(payload: Uint8Array): Buffer {
  const envelope = new Writer(payload.length + 12).bytes(1, payload).finish();
  return new Writer(envelope.length + 12).message(1, envelope).finish();
}

export interface SubmitRequest {
  readonly transactionId: string;
  readonly channelId: string;
  /** The bytes of the signed envelope; undefined when there is none. */
  readonly envelope: Buffer | undefined;
}

export function decodeSubmitRequest(bytes: Buffer): SubmitRequest {
  const reader = new Reader(bytes);
  let transactionId = '';
  let channelId = '';
  let envelope: Buffer | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) transactionId = reader.string();
    else if (key === bytesField(2)) channelId = reader.string();
    else if (key === bytesField(3)) envelope = reader.bytes();
    else reader.skip(key);
  }
  return { transactionId, channelId, envelope };
}

/** A SignedCommitStatusRequest or a SignedChaincodeEventsRequest. */
export interface SignedRequest {
  readonly request: Buffer;
  readonly signature: Buffer;
}

export function decodeSignedRequest(bytes: Buffer): SignedRequest {
  const [request, signature] = decodeTwoBytes(bytes);
  return { request, signature };
}

export interface CommitStatusRequest {
  readonly transactionId: string;
  readonly channelId: string;
  readonly identity: Buffer;
}

export function decodeCommitStatusRequest(bytes: Buffer): CommitStatusRequest {
  const reader = new Reader(bytes);
  let transactionId = '';
  let channelId = '';
  let identity = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) transactionId = reader.string();
    else if (key === bytesField(2)) channelId = reader.string();
    else if (key === bytesField(3)) identity = reader.bytes();
    else reader.skip(key);
  }
  return { transactionId, channelId, identity };
}

export function encodeCommitStatusResponse(code: number, blockNumber: number): Buffer {
  return new Writer(24).integer(1, code).integer(2, blockNumber).finish();
}

/** Where a client wants events from: a block, or (undefined) whatever is committed next. */
export type StartPosition = { readonly kind: 'block'; readonly number: number } | { readonly kind: 'nextCommit' };

export interface ChaincodeEventsRequest {
  readonly channelId: string;
  readonly chaincodeId: string;
  readonly identity: Buffer;
  /** Undefined: a position of a kind that events cannot start from. */
  readonly start: StartPosition | undefined;
  readonly afterTransactionId: string;
}

export function decodeChaincodeEventsRequest(bytes: Buffer): ChaincodeEventsRequest {
  const reader = new Reader(bytes);
  let channelId = '';
  let chaincodeId = '';
  let identity = NO_BYTES;
  let start: StartPosition | undefined = { kind: 'nextCommit' };
  let afterTransactionId = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) channelId = reader.string();
    else if (key === bytesField(2)) chaincodeId = reader.string();
    else if (key === bytesField(3)) identity = reader.bytes();
    else if (key === bytesField(4)) start = decodeSeekPosition(reader.bytes());
    else if (key === bytesField(5)) afterTransactionId = reader.string();
    else reader.skip(key);
  }
  return { channelId, chaincodeId, identity, start, afterTransactionId };
}

function decodeSeekPosition(bytes: Buffer): StartPosition | undefined {
  const reader = new Reader(bytes);
  let position: StartPosition | undefined = { kind: 'nextCommit' };
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(3)) position = { kind: 'block', number: decodeSeekSpecified(reader.bytes()) };
    else {
      // 1 is newest, 2 is oldest: of events neither is offered.
      if (key === bytesField(1) || key === bytesField(2)) position = undefined;
      reader.skip(key);
    }
  }
  return position;
}

function decodeSeekSpecified(bytes: Buffer): number {
  const reader = new Reader(bytes);
  let number = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) number = reader.integer();
    else reader.skip(key);
  }
  // The largest block numbers look like negative ones.
  return number < 0 ? Number.MAX_SAFE_INTEGER : number;
}

export function encodeChaincodeEventsResponse(events: readonly ChaincodeEvent[], blockNumber: number): Buffer {
  const writer = new Writer(1024);
  for (const event of events) writer.message(1, encodeChaincodeEvent(event));
  return writer.integer(2, blockNumber).finish();
}

/** Which peer failed, and how. */
export interface ErrorDetail {
  readonly address: string;
  readonly mspId: string;
  readonly message: string;
}

/** A google.rpc.Status with one ErrorDetail a peer: what goes into `grpc-status-details-bin`. */
export function encodeStatusDetails(code: number, message: string, details: readonly ErrorDetail[]): Buffer {
  const writer = new Writer(512).integer(1, code).string(2, message);
  for (const detail of details) {
    const value = new Writer(256).string(1, detail.address).string(2, detail.mspId).string(3, detail.message).finish();
    writer.message(
      3,
      new Writer(value.length + 64).string(1, 'type.googleapis.com/gateway.ErrorDetail').bytes(2, value).finish(),
    );
  }
  return writer.finish();
}
