/** Fabric's proposal messages: what a client asks an endorser to run, and what the endorser answers. */
import { decodeTwoBytes } from './common';
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';

export interface SignedProposal {
  readonly proposalBytes: Buffer;
  readonly signature: Buffer;
  /** This message as received, to be handed on to the chaincode. */
  readonly encoded: Buffer;
}

export interface Proposal {
  readonly header: Buffer;
  readonly payload: Buffer;
}

export interface ChaincodeProposalPayload {
  /** The bytes of a ChaincodeInvocationSpec. */
  readonly input: Buffer;
  readonly hasTransientData: boolean;
}

export interface ChaincodeInvocation {
  /** Undefined when the specification has no chaincode id. */
  readonly chaincodeName: string | undefined;
  /** The bytes of the ChaincodeInput, undefined when the specification has none. */
  readonly input: Buffer | undefined;
}

export interface ChaincodeInput {
  readonly args: readonly Buffer[];
  readonly isInit: boolean;
}

export interface Response {
  readonly status: number;
  readonly message: string;
  readonly payload: Buffer;
}

export interface Endorsement {
  readonly endorser: Buffer;
  readonly signature: Buffer;
}

export interface ChaincodeId {
  readonly name: string;
  readonly version: string;
}

export function decodeSignedProposal(bytes: Buffer): SignedProposal {
  const [proposalBytes, signature] = decodeTwoBytes(bytes);
  return { proposalBytes, signature, encoded: bytes };
}

export function decodeProposal(bytes: Uint8Array): Proposal {
  const [header, payload] = decodeTwoBytes(bytes);
  return { header, payload };
}

export function decodeChaincodeProposalPayload(bytes: Uint8Array): ChaincodeProposalPayload {
  const reader = new Reader(bytes);
  let input = NO_BYTES;
  let hasTransientData = false;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) input = reader.bytes();
    else if (key === bytesField(2)) {
      hasTransientData = true;
      reader.skip(key);
    } else reader.skip(key);
  }
  return { input, hasTransientData };
}

/** The part of a proposal's payload that goes into the transaction: without the transient data. */
export function encodePayloadWithoutTransient(input: Uint8Array): Buffer {
  return new Writer(input.length + 12).bytes(1, input).finish();
}

/** The chaincode name in a ChaincodeHeaderExtension; undefined when it holds no chaincode id. */
export function decodeHeaderExtension(bytes: Uint8Array): string | undefined {
  const reader = new Reader(bytes);
  let name: string | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(2)) name = decodeChaincodeId(reader.bytes()).name;
    else reader.skip(key);
  }
  return name;
}

/** A ChaincodeInvocationSpec; undefined when it holds no chaincode specification. */
export function decodeChaincodeInvocation(bytes: Uint8Array): ChaincodeInvocation | undefined {
  const [specification] = decodeTwoBytes(bytes);
  if (specification.length === 0) return undefined;
  return decodeChaincodeSpec(specification);
}

/** A ChaincodeSpec, as in a ChaincodeInvocationSpec and in a chaincode's call of another chaincode. */
export function decodeChaincodeSpec(bytes: Uint8Array): ChaincodeInvocation {
  const reader = new Reader(bytes);
  let chaincodeName: string | undefined;
  let input: Buffer | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(2)) chaincodeName = decodeChaincodeId(reader.bytes()).name;
    else if (key === bytesField(3)) input = reader.bytes();
    else reader.skip(key);
  }
  return { chaincodeName, input };
}

export function decodeChaincodeInput(bytes: Uint8Array): ChaincodeInput {
  const reader = new Reader(bytes);
  const args: Buffer[] = [];
  let isInit = false;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) args.push(reader.bytes());
    else if (key === varintField(3)) isInit = reader.boolean();
    else reader.skip(key);
  }
  return { args, isInit };
}

export function decodeChaincodeId(bytes: Uint8Array): ChaincodeId {
  const reader = new Reader(bytes);
  let name = '';
  let version = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(2)) name = reader.string();
    else if (key === bytesField(3)) version = reader.string();
    else reader.skip(key);
  }
  return { name, version };
}

export function encodeChaincodeId(id: ChaincodeId): Buffer {
  return new Writer(64).string(2, id.name).string(3, id.version).finish();
}

export function decodeResponse(bytes: Uint8Array): Response {
  const reader = new Reader(bytes);
  let status = 0;
  let message = '';
  let payload = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) status = reader.integer();
    else if (key === bytesField(2)) message = reader.string();
    else if (key === bytesField(3)) payload = reader.bytes();
    else reader.skip(key);
  }
  return { status, message, payload };
}

export function encodeResponse(response: Response): Buffer {
  return new Writer(response.payload.length + 64)
    .integer(1, response.status)
    .string(2, response.message)
    .bytes(3, response.payload)
    .finish();
}

export function encodeEndorsement(endorsement: Endorsement): Buffer {
  return new Writer(endorsement.endorser.length + 96)
    .bytes(1, endorsement.endorser)
    .bytes(2, endorsement.signature)
    .finish();
}

/** What an endorser answers: the signed result, or the error with neither payload nor endorsement. */
export interface ProposalResponse {
  readonly response: Response;
  /** The bytes of a ProposalResponsePayload; undefined when the answer comes from the peer, not from the chaincode. */
  readonly payload: Buffer | undefined;
  readonly endorsement: Endorsement | undefined;
}

export function encodeProposalResponse(answer: ProposalResponse): Buffer {
  const writer = new Writer((answer.payload?.length ?? 0) + answer.response.payload.length + 1024)
    .integer(1, answer.endorsement === undefined ? 0 : 1)
    .message(4, encodeResponse(answer.response));
  if (answer.payload !== undefined) writer.bytes(5, answer.payload);
  if (answer.endorsement !== undefined) writer.message(6, encodeEndorsement(answer.endorsement));
  return writer.finish();
}
