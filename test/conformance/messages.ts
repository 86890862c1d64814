/** Calls of the services that the Gateway's client does not have: Deliver, AtomicBroadcast and Discovery, message by message. */
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import { common, discovery, orderer, peer } from '@hyperledger/fabric-protos';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import { type Observed, type OrganizationName } from './behaviour';
import { type Actor, CALL_WITHIN_MS, type Client, type World } from './world';

export interface MessageOptions {
  /** Who calls; org1 when left out. */
  readonly as?: Actor;
  /** Whose peer is asked; the caller's own when left out. */
  readonly at?: OrganizationName;
  /** alpha when left out. */
  readonly channel?: string;
  /** The caller claims this MSP. */
  readonly mspId?: string;
  /** The signature is of something else. */
  readonly forged?: boolean;
  /** Discovery is asked over a connection that shows no certificate. */
  readonly withoutCertificate?: boolean;
  /** How far the message's timestamp is off the clock, in milliseconds; undefined: it has none. */
  readonly offBy?: number | undefined;
}

/** A node's connection. */
export type Connection = grpc.Client;

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

/** A signed envelope. */
export async function envelope(
  world: World,
  type: number,
  data: Uint8Array,
  options: MessageOptions = {},
): Promise<common.Envelope> {
  const { signer } = await world.client(options.as ?? 'org1');
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(type);
  channelHeader.setChannelId(options.channel ?? 'alpha');
  if (!('offBy' in options) || options.offBy !== undefined) {
    const timestamp = new Timestamp();
    timestamp.fromDate(new Date(Date.now() + (options.offBy ?? 0)));
    channelHeader.setTimestamp(timestamp);
  }
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(claiming(signer.serialized, options.mspId));
  signatureHeader.setNonce(randomBytes(24));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const message = new common.Envelope();
  message.setPayload(payload.serializeBinary());
  message.setSignature(signer.sign(options.forged === true ? Buffer.from('else') : message.getPayload_asU8()));
  return message;
}

/** The identity under another MSP's id: both are of one length, so that its bytes can be put in its place. */
function claiming(serialized: Uint8Array, mspId: string | undefined): Uint8Array {
  if (mspId === undefined) return serialized;
  const bytes = Buffer.from(serialized);
  bytes.write(mspId, 2, 'utf8');
  return bytes;
}

/** All responses to requests on one stream. */
export async function converse(
  connection: Connection,
  path: string,
  requests: readonly Uint8Array[],
): Promise<readonly Uint8Array[]> {
  const deadline = Date.now() + CALL_WITHIN_MS;
  const call = connection.makeBidiStreamRequest(path, toBuffer, (bytes: Buffer) => bytes, { deadline });
  for (const request of requests) call.write(request);
  call.end();
  const responses: Uint8Array[] = [];
  for await (const response of call as AsyncIterable<Buffer>) responses.push(response);
  return responses;
}

/** A connection to the first orderer; who opens it closes it. */
export function ordererOf(world: World): Connection {
  const [node] = world.engine.orderers;
  if (node === undefined) throw new Error('the network tells of no orderer');
  return new grpc.Client(node.endpoint, grpc.credentials.createSsl(Buffer.from(node.tlsCaPem)), {
    'grpc.ssl_target_name_override': node.serverName,
    'grpc.max_send_message_length': -1,
  });
}

/** A connection to an organisation's first peer; who opens it closes it. */
export function peerOf(world: World, organization: OrganizationName): Connection {
  const node = world.engine.organizations.find(({ name }) => name === organization)?.peers[0];
  if (node === undefined) throw new Error(`${organization} has no peer`);
  return new grpc.Client(node.endpoint, grpc.credentials.createSsl(Buffer.from(node.tlsCaPem)), {
    'grpc.ssl_target_name_override': node.serverName,
  });
}

/** A place in the chain: a number, or the name of one. */
export type Place = number | 'newest' | 'oldest' | 'next';

/** The message of a place. */
export function position(place: Place): orderer.SeekPosition {
  const message = new orderer.SeekPosition();
  if (place === 'newest') message.setNewest(new orderer.SeekNewest());
  else if (place === 'oldest') message.setOldest(new orderer.SeekOldest());
  else if (place === 'next') message.setNextCommit(new orderer.SeekNextCommit());
  else {
    const specified = new orderer.SeekSpecified();
    specified.setNumber(place);
    message.setSpecified(specified);
  }
  return message;
}

/** What a deliver service answered: blocks by number, and statuses by name. */
export function told(responses: readonly Uint8Array[]): readonly (number | string)[] {
  return responses.map((bytes) => {
    const response = peer.DeliverResponse.deserializeBinary(bytes);
    const block = response.getBlock() ?? response.getBlockAndPrivateData()?.getBlock();
    if (block !== undefined) return block.getHeader()?.getNumber() ?? -1;
    const filtered = response.getFilteredBlock();
    return filtered === undefined ? statusName(response.getStatus()) : filtered.getNumber();
  });
}

const STATUS_NAMES = new Map<number, string>(Object.entries(common.Status).map(([name, code]) => [code, name]));

/** Name of a `common.Status`. */
export function statusName(status: number): string {
  return STATUS_NAMES.get(status) ?? String(status);
}

/**
 * Asks the Discovery service, over a connection that shows the caller's certificate, as peers with TLS demand.
 * @param fill puts the query together
 */
export async function discover(
  world: World,
  options: MessageOptions,
  fill: (query: discovery.Query) => void,
  change: (request: discovery.Request) => void = () => undefined,
): Promise<discovery.QueryResult> {
  const client = await world.client(options.as ?? 'org1');
  const query = new discovery.Query();
  query.setChannel(options.channel ?? 'alpha');
  fill(query);
  const authentication = new discovery.AuthInfo();
  authentication.setClientIdentity(claiming(client.signer.serialized, options.mspId));
  authentication.setClientTlsCertHash(createHash('sha256').update(certificateOf(client).raw).digest());
  const request = new discovery.Request();
  request.setAuthentication(authentication);
  request.setQueriesList([query]);
  change(request);
  const signed = new discovery.SignedRequest();
  signed.setPayload(request.serializeBinary());
  const message = options.forged === true ? Buffer.from('else') : signed.getPayload_asU8();
  signed.setSignature(client.signer.sign(message));
  const bytes = await ask(world, options, client, signed.serializeBinary());
  const [result] = discovery.Response.deserializeBinary(bytes).getResultsList();
  if (result === undefined) throw new Error('the service answered nothing');
  return result;
}

/** The Discovery service's refusal of a query. */
export function refusalOf(world: World, result: discovery.QueryResult): Observed {
  return { status: 'OK', result: world.hide(result.getError()?.getContent() ?? 'not refused') };
}

function certificateOf({ identity }: Client): X509Certificate {
  return new X509Certificate(identity.certificatePem);
}

function ask(world: World, options: MessageOptions, { identity }: Client, message: Uint8Array): Promise<Buffer> {
  const { withoutCertificate } = options;
  const [organization] = (options.at ?? options.as ?? 'org1').split('/');
  const node = world.engine.organizations.find(({ name }) => name === organization)?.peers[0];
  if (node === undefined) throw new Error(`${organization ?? ''} has no peer`);
  const credentials =
    withoutCertificate === true
      ? grpc.credentials.createSsl(Buffer.from(node.tlsCaPem))
      : grpc.credentials.createSsl(
          Buffer.from(node.tlsCaPem),
          Buffer.from(identity.privateKeyPem),
          Buffer.from(identity.certificatePem),
        );
  const connection = new grpc.Client(node.endpoint, credentials, {
    'grpc.ssl_target_name_override': node.serverName,
  });
  return callOnce(connection, '/discovery.Discovery/Discover', message).finally(() => {
    connection.close();
  });
}

/** A call with one request and one response. @throws grpc.ServiceError */
export function callOnce(connection: Connection, path: string, request: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + CALL_WITHIN_MS;
    const read = (bytes: Buffer): Buffer => bytes;
    connection.makeUnaryRequest(path, toBuffer, read, request, { deadline }, (error, response) => {
      if (error === null && response !== undefined) resolve(response);
      else reject(error ?? new Error('no response'));
    });
  });
}
