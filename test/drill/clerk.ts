/** A person at a member with an identity of their own, who asks the member's peer without a gateway of ours. */
import { GatewayError } from '@hyperledger/fabric-gateway';
import { CONTRACT_FUNCTIONS } from '@onepledge/chaincode/model';
import { enrol } from '@onepledge/network';
import { connectAt, type GatewayClient } from '../support/gateway-client';
import type { World } from './world';

const CALL_WITHIN_MS = 10_000;

export class Clerk {
  readonly #client: GatewayClient;
  readonly #world: World;

  /** Issues the identity. */
  static async enrolled(world: World, organization: string, name: string): Promise<Clerk> {
    const identity = await enrol(world.home, organization, { name, attributes: {} });
    const { organizations } = world.network.connection;
    return new Clerk(world, connectAt(organizations, organization, identity, { withinMs: CALL_WITHIN_MS }));
  }

  constructor(world: World, client: GatewayClient) {
    this.#world = world;
    this.#client = client;
  }

  /** Reads the list of members from the ledger. @throws GatewayError when it is not let in */
  async reads(): Promise<void> {
    const { channel, chaincode } = this.#world.network.connection;
    const proposal = this.#client.gateway
      .getNetwork(channel)
      .getContract(chaincode)
      .newProposal(CONTRACT_FUNCTIONS.evaluate, {
        arguments: [JSON.stringify({ queries: [{ type: 'member.list' }] })],
      });
    await proposal.evaluate();
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
    this.#client.close();
  }
}
