/** Fabric's transaction messages: an endorsed result on its way to a block. */
import { decodeTwoBytes } from './common';
import { bytesField, NO_BYTES, Reader, Writer } from './protobuf';
import {
  type ChaincodeId,
  decodeChaincodeId,
  decodeResponse,
  encodeChaincodeId,
  encodeEndorsement,
  encodeResponse,
  type Endorsement,
  type Response,
} from './proposal';

export interface TransactionAction {
  /** The bytes of a SignatureHeader. */
  readonly header: Buffer;
  /** The bytes of a ChaincodeActionPayload. */
  readonly payload: Buffer;
}

export interface ChaincodeActionPayload {
  readonly chaincodeProposalPayload: Buffer;
  readonly action: ChaincodeEndorsedAction | undefined;
}

export interface ChaincodeEndorsedAction {
  readonly proposalResponsePayload: Buffer;
  readonly endorsements: readonly Endorsement[];
}

export interface ProposalResponsePayload {
  readonly proposalHash: Buffer;
  /** The bytes of a ChaincodeAction. */
  readonly extension: Buffer;
}

export interface ChaincodeAction {
  /** The bytes of a TxReadWriteSet. */
  readonly results: Buffer;
  /** The bytes of a ChaincodeEvent; empty when there is none. */
  readonly events: Buffer;
  readonly response: Response;
  readonly chaincodeId: ChaincodeId | undefined;
}

export interface ChaincodeEvent {
  readonly chaincodeId: string;
  readonly txId: string;
  readonly eventName: string;
  readonly payload: Buffer;
}

export function decodeTransaction(bytes: Uint8Array): readonly TransactionAction[] {
  const reader = new Reader(bytes);
  const actions: TransactionAction[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) {
      const [header, payload] = decodeTwoBytes(reader.bytes());
      actions.push({ header, payload });
    } else reader.skip(key);
  }
  return actions;
}

/** A Transaction with one action, the only kind that Fabric takes. */
export function encodeTransaction(signatureHeader: Uint8Array, chaincodeActionPayload: Uint8Array): Buffer {
  const size = signatureHeader.length + chaincodeActionPayload.length + 24;
  const action = new Writer(size).bytes(1, signatureHeader).bytes(2, chaincodeActionPayload).finish();
  return new Writer(size + 12).message(1, action).finish();
}

export function decodeChaincodeActionPayload(bytes: Uint8Array): ChaincodeActionPayload {
  const reader = new Reader(bytes);
  let chaincodeProposalPayload = NO_BYTES;
  let action: ChaincodeEndorsedAction | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) chaincodeProposalPayload = reader.bytes();
    else if (key === bytesField(2)) action = decodeChaincodeEndorsedAction(reader.bytes());
    else reader.skip(key);
  }
  return { chaincodeProposalPayload, action };
}

export function encodeChaincodeActionPayload(
  chaincodeProposalPayload: Uint8Array,
  action: ChaincodeEndorsedAction,
): Buffer {
  const size = action.proposalResponsePayload.length + action.endorsements.length * 1200 + 24;
  const endorsed = new Writer(size).bytes(1, action.proposalResponsePayload);
  for (const endorsement of action.endorsements) endorsed.message(2, encodeEndorsement(endorsement));
  return new Writer(size + chaincodeProposalPayload.length + 24)
    .bytes(1, chaincodeProposalPayload)
    .message(2, endorsed.finish())
    .finish();
}

function decodeChaincodeEndorsedAction(bytes: Uint8Array): ChaincodeEndorsedAction {
  const reader = new Reader(bytes);
  let proposalResponsePayload = NO_BYTES;
  const endorsements: Endorsement[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) proposalResponsePayload = reader.bytes();
    else if (key === bytesField(2)) {
      const [endorser, signature] = decodeTwoBytes(reader.bytes());
      endorsements.push({ endorser, signature });
    } else reader.skip(key);
  }
  return { proposalResponsePayload, endorsements };
}

export function decodeProposalResponsePayload(bytes: Uint8Array): ProposalResponsePayload {
  const [proposalHash, extension] = decodeTwoBytes(bytes);
  return { proposalHash, extension };
}

export function encodeProposalResponsePayload(payload: ProposalResponsePayload): Buffer {
  return new Writer(payload.extension.length + 64).bytes(1, payload.proposalHash).bytes(2, payload.extension).finish();
}

export function decodeChaincodeAction(bytes: Uint8Array): ChaincodeAction {
  const reader = new Reader(bytes);
  let results = NO_BYTES;
  let events = NO_BYTES;
  let response: Response = { status: 0, message: '', payload: NO_BYTES };
  let chaincodeId: ChaincodeId | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) results = reader.bytes();
    else if (key === bytesField(2)) events = reader.bytes();
    else if (key === bytesField(3)) response = decodeResponse(reader.bytes());
    else if (key === bytesField(4)) chaincodeId = decodeChaincodeId(reader.bytes());
    else reader.skip(key);
  }
  return { results, events, response, chaincodeId };
}

export function encodeChaincodeAction(action: ChaincodeAction): Buffer {
  const response = encodeResponse(action.response);
  const writer = new Writer(action.results.length + action.events.length + response.length + 128)
    .bytes(1, action.results)
    .bytes(2, action.events)
    .message(3, response);
  if (action.chaincodeId !== undefined) writer.message(4, encodeChaincodeId(action.chaincodeId));
  return writer.finish();
}

export function decodeChaincodeEvent(bytes: Uint8Array): ChaincodeEvent {
  const reader = new Reader(bytes);
  let chaincodeId = '';
  let txId = '';
  let eventName = '';
  let payload = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) chaincodeId = reader.string();
    else if (key === bytesField(2)) txId = reader.string();
    else if (key === bytesField(3)) eventName = reader.string();
    else if (key === bytesField(4)) payload = reader.bytes();
    else reader.skip(key);
  }
  return { chaincodeId, txId, eventName, payload };
}

export function encodeChaincodeEvent(event: ChaincodeEvent): Buffer {
  return new Writer(event.payload.length + 256)
    .string(1, event.chaincodeId)
    .string(2, event.txId)
    .string(3, event.eventName)
    .bytes(4, event.payload)
    .finish();
}
