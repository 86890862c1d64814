/** Connections to the peers: one gRPC client a member, one gateway session an identity; renewed when the network moved. */
import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Contract, type Gateway, hash } from '@hyperledger/fabric-gateway';
import { type IdentitySource, type LedgerIdentity } from '../auth/wallet';
import { type Principal, principalKey } from '../auth/principal';
import { BoundedMap } from '../bounded-map';
import type { Connection } from '@onepledge/network';
import type { NetworkDirectory, NetworkMember } from './directory';
import { LedgerUnavailable } from './errors';

/** One identity's way to the ledger. */
export type Session = Readonly<{
  gateway: Gateway;
  identity: LedgerIdentity;
  contract: Contract;
  /** The system chaincode that answers for blocks. */
  blocks: Contract;
  channel: string;
}>;

const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;
const CLIENT_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2000,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 10_000,
};

export class LedgerSessions {
  readonly #directory: NetworkDirectory;
  readonly #identities: IdentitySource;
  readonly #clients = new Map<string, { target: string; client: Client }>();
  readonly #sessions = new BoundedMap<string, Session>(2000);
  #network = '';

  constructor(directory: NetworkDirectory, identities: IdentitySource) {
    this.#directory = directory;
    this.#identities = identities;
  }

  /**
   * The session of an identity.
   * @throws LedgerUnavailable when no network is known; ProblemError FORBIDDEN when there is no such identity.
   */
  async of(principal: Principal): Promise<Session> {
    const connection = this.#directory.connection();
    const { channel, chaincode } = connection;
    if (this.#network === '') this.#network = nameOf(connection);
    const key = principalKey(principal);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    this.#directory.requireServed(principal.member);
    const identity = await this.#identities.identityFor(principal);
    // Asked for again: while the identity was made the network may have moved.
    const member = this.#directory.requireServed(principal.member);
    const gateway = connect({
      client: this.#client(member),
      identity: { mspId: identity.mspId, credentials: identity.certificate },
      // The signer hashes by itself, in native code: the package's own default takes sixteen times as long.
      signer: (message) => Promise.resolve(identity.sign(message)),
      hash: hash.none,
    });
    const network = gateway.getNetwork(channel);
    const session = {
      gateway,
      identity,
      contract: network.getContract(chaincode),
      blocks: network.getContract('qscc'),
      channel,
    };
    this.#sessions.set(key, session);
    return session;
  }

  /** After a failure: reads where the network is, and starts anew when it is another one or elsewhere. */
  renew(): void {
    const connection = this.#directory.refresh();
    const network = nameOf(connection);
    if (network === this.#network) return;
    this.#network = network;
    this.#identities.reset();
    this.close();
  }

  close(): void {
    this.#sessions.clear();
    for (const { client } of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(member: NetworkMember): Client {
    const peer = member.peers[0];
    if (peer === undefined) throw new LedgerUnavailable(`member ${member.name} has no peer`);
    const target = `${peer.endpoint} ${peer.serverName} ${peer.tlsCaPem}`;
    const known = this.#clients.get(member.name);
    if (known?.target === target) return known.client;
    known?.client.close();
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
      ...CLIENT_OPTIONS,
      'grpc.ssl_target_name_override': peer.serverName,
      'grpc.default_authority': peer.serverName,
    });
    this.#clients.set(member.name, { target, client });
    return client;
  }
}

/** One text for one run of a network. */
function nameOf(connection: Connection): string {
  return `${connection.pid}/${connection.startedAt}`;
}
