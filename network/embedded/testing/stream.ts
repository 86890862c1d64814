/** Raw calls of the deliver and broadcast services, for what no client library sends. */
import { randomBytes } from 'node:crypto';
import type * as grpc from '@grpc/grpc-js';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import { type Signer } from '../../identity/types';

/** An envelope of the given type, signed; `at` is its timestamp, now when left out. */
export function signedEnvelope(
  type: number,
  channel: string,
  data: Uint8Array,
  signer: Signer,
  at = new Date(),
): common.Envelope {
  const timestamp = new Timestamp();
  timestamp.fromDate(at);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(type);
  channelHeader.setChannelId(channel);
  channelHeader.setTimestamp(timestamp);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(randomBytes(24));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  envelope.setSignature(signer.sign(envelope.getPayload_asU8()));
  return envelope;
}

const WITHIN_MS = 20_000;

/**
 * Sends all requests, and gives all responses up to the end of the stream.
 * @throws grpc.ServiceError
 */
export async function converse(
  client: grpc.Client,
  path: string,
  requests: readonly Uint8Array[],
): Promise<readonly Buffer[]> {
  const call = client.makeBidiStreamRequest(
    path,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes: Buffer) => bytes,
    { deadline: Date.now() + WITHIN_MS },
  );
  for (const request of requests) call.write(request);
  call.end();
  const responses: Buffer[] = [];
  for await (const response of call as AsyncIterable<Buffer>) responses.push(response);
  return responses;
}
