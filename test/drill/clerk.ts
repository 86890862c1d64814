/** A person at a member with an identity of their own, who asks the member's peer without a gateway of ours. */
import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, GatewayError, hash } from '@hyperledger/fabric-gateway';
import { CONTRACT_FUNCTIONS } from '@onepledge/chaincode/model';
import { createSigner, enrol } from '@onepledge/network';
import type { World } from './world';

const CALL_WITHIN_MS = 10_000;

export class Clerk {
  readonly #gateway: Gateway;
  readonly #client: Client;
  readonly #world: World;

  /** Issues the identity. */
  static async enrolled(world: World, organization: string, name: string): Promise<Clerk> {
    const peer = world.network.connection.organizations.find((one) => one.name === organization)?.peers[0];
    if (peer === undefined) throw new Error(`${organization} has no peer`);
    const identity = await enrol(world.home, organization, { name, attributes: {} });
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
      'grpc.ssl_target_name_override': peer.serverName,
    });
    const signer = createSigner(identity.mspId, identity.certificatePem, identity.privateKeyPem);
    const gateway = connect({
      client,
      identity: { mspId: identity.mspId, credentials: Buffer.from(identity.certificatePem) },
      signer: (message) => Promise.resolve(signer.sign(message)),
      hash: hash.none,
    });
    return new Clerk(world, gateway, client);
  }

  constructor(world: World, gateway: Gateway, client: Client) {
    this.#world = world;
    this.#gateway = gateway;
    this.#client = client;
  }

  /** Reads the list of members from the ledger. @throws GatewayError when it is not let in */
  async reads(): Promise<void> {
    const { channel, chaincode } = this.#world.network.connection;
    const proposal = this.#gateway
      .getNetwork(channel)
      .getContract(chaincode)
      .newProposal(CONTRACT_FUNCTIONS.evaluate, {
        arguments: [JSON.stringify({ queries: [{ type: 'member.list' }] })],
      });
    await proposal.evaluate({ deadline: Date.now() + CALL_WITHIN_MS });
  }

  /** Why it is not let in; undefined when it is. */
  async refusal(): Promise<string | undefined> {
    try {
      await this.reads();
      return undefined;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return [error.cause.details, ...error.details.map(({ message }) => message)].join('; ');
    }
  }

  close(): void {
    this.#gateway.close();
    this.#client.close();
  }
}
