/** The unmodified fabric-gateway client at a member's peer, past our own gateway. */
import * as grpc from '@grpc/grpc-js';
import { connect, type Gateway, hash } from '@hyperledger/fabric-gateway';
import { type Connection, createSigner, type EnrolledIdentity, type Signer } from '@onepledge/network';

type Organizations = Connection['organizations'];

export interface GatewayClient {
  readonly signer: Signer;
  /** The connection that the gateway uses, for services that the gateway's client does not have. */
  readonly connection: grpc.Client;
  readonly gateway: Gateway;
  close(): void;
}

export interface GatewayClientOptions {
  /** Which of the organisation's peers is asked; the first when left out. */
  readonly peer?: number;
  /** Another than the identity's own. */
  readonly signer?: Signer | undefined;
  /** How long one call may take; default 30 s. */
  readonly withinMs?: number;
  /** How long a stream of events may last; without end when left out. */
  readonly streamsWithinMs?: number;
}

/**
 * @param name the organisation whose peer is asked
 * @throws Error when it has none
 */
export function connectAt(
  organizations: Organizations,
  name: string,
  { mspId, certificatePem, privateKeyPem }: EnrolledIdentity,
  options: GatewayClientOptions = {},
): GatewayClient {
  const peer = organizations.find((one) => one.name === name)?.peers[options.peer ?? 0];
  if (peer === undefined) throw new Error(`${name} has no peer`);
  const signer = options.signer ?? createSigner(mspId, certificatePem, privateKeyPem);
  const connection = new grpc.Client(peer.endpoint, grpc.credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
    'grpc.ssl_target_name_override': peer.serverName,
    'grpc.max_reconnect_backoff_ms': 500,
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  const call = within(options.withinMs ?? CALL_WITHIN_MS);
  const stream = options.streamsWithinMs === undefined ? () => ({}) : within(options.streamsWithinMs);
  const gateway = connect({
    client: connection,
    identity: { mspId, credentials: Buffer.from(certificatePem) },
    signer: (message) => Promise.resolve(signer.sign(message)),
    hash: hash.none,
    ...{ evaluateOptions: call, endorseOptions: call, submitOptions: call, commitStatusOptions: call },
    ...{ chaincodeEventsOptions: stream, blockEventsOptions: stream },
    ...{ filteredBlockEventsOptions: stream, blockAndPrivateDataEventsOptions: stream },
  });
  const close = (): void => {
    gateway.close();
    connection.close();
  };
  return { signer, connection, gateway, close };
}

const CALL_WITHIN_MS = 30_000;

function within(milliseconds: number): () => grpc.CallOptions {
  return () => ({ deadline: Date.now() + milliseconds });
}
