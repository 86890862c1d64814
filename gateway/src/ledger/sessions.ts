/** Connections to the peers: one gRPC client a peer, one gateway session an identity; renewed when the network moved, and where a peer is gone. */
import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Contract, type Gateway, hash } from '@hyperledger/fabric-gateway';
import { type IdentitySource, type LedgerIdentity } from '../auth/wallet';
import { type Principal, principalKey } from '../auth/principal';
import { BoundedMap } from '../bounded-map';
import type { Connection } from '@onepledge/network';
import type { NetworkDirectory, NetworkMember } from './directory';
import { LedgerUnavailable } from './errors';
import { Horizon, type Landmark } from './horizon';

/** One identity's way to the ledger. */
export type Session = Readonly<{
  gateway: Gateway;
  identity: LedgerIdentity;
  contract: Contract;
  /** The system chaincode that answers for blocks. */
  blocks: Contract;
  channel: string;
  /** Which of the member's peers it is with. */
  turn: number;
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
  readonly #clients = new Map<string, Client>();
  /** Which of its peers a member is served by. */
  readonly #turns = new Map<string, number>();
  readonly #sessions = new BoundedMap<string, Session>(2000);
  readonly #horizon = new Horizon();
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
    const turn = this.peerOf(principal.member);
    const key = `${principalKey(principal)} ${turn}`;
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    this.#directory.requireServed(principal.member);
    const identity = await this.#identities.identityFor(principal);
    // Asked for again: while the identity was made the network may have moved.
    const member = this.#directory.requireServed(principal.member);
    const gateway = connect({
      client: this.#client(member, turn),
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
      turn,
    };
    this.#sessions.set(key, session);
    return session;
  }

  /** Which of its peers a member is served by. */
  peerOf(member: string): number {
    return this.#turns.get(member) ?? 0;
  }

  /** How far the peers are known to be; undefined where all are served from one ledger. */
  get horizon(): Horizon | undefined {
    return this.#directory.connection().oneLedger ? undefined : this.#horizon;
  }

  /** What an earlier run of the gateway was told: peers that are asked must have it. */
  remember(landmark: Landmark): void {
    this.#horizon.remember(landmark);
  }

  /** MSP ids of the other members that have peers. */
  othersThan(member: string): readonly string[] {
    return this.#directory
      .members()
      .filter(({ name, peers }) => name !== member && peers.length > 0)
      .map(({ mspId }) => mspId);
  }

  /** A member's peer did not answer in a session: the next of its peers is asked from now on, where it has several. */
  failOver(member: string, { turn }: Session): void {
    this.#horizon.forget(member);
    // Of many calls that fail together the first one counts.
    if (this.peerOf(member) !== turn) return;
    this.#turns.set(member, (turn + 1) % (this.#directory.find(member)?.peers.length ?? 1));
  }

  /** The identity was refused: what it is and how it signs is looked up again, as it may have got a new certificate. */
  forget(principal: Principal): void {
    this.#identities.forget(principal);
    const turns = this.#directory.find(principal.member)?.peers.length ?? 1;
    for (let turn = 0; turn < turns; turn += 1) this.#sessions.delete(`${principalKey(principal)} ${turn}`);
  }

  /** After a failure: reads where the network is, and starts anew when it is another one or elsewhere. */
  renew(): void {
    const connection = this.#directory.refresh();
    const network = nameOf(connection);
    if (network === this.#network) return;
    this.#network = network;
    this.#identities.reset();
    this.#horizon.forgetAll();
    this.close();
  }

  close(): void {
    this.#sessions.clear();
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(member: NetworkMember, turn: number): Client {
    const peer = member.peers[turn % member.peers.length];
    if (peer === undefined) throw new LedgerUnavailable(`member ${member.name} has no peer`);
    const target = `${peer.endpoint} ${peer.serverName} ${peer.tlsCaPem}`;
    const known = this.#clients.get(target);
    if (known !== undefined) return known;
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
      ...CLIENT_OPTIONS,
      'grpc.ssl_target_name_override': peer.serverName,
      'grpc.default_authority': peer.serverName,
    });
    this.#clients.set(target, client);
    return client;
  }
}

/** One text for one run of a network. */
function nameOf(connection: Connection): string {
  return `${connection.pid}/${connection.startedAt}`;
}
