/** A person at a member with an identity of their own, who asks the member's peer without a gateway of ours. */
import { GatewayError } from '@hyperledger/fabric-gateway';
import { type CommandBatchResult, CONTRACT_FUNCTIONS } from '@onepledge/chaincode/model';
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

  /**
   * Has its own peer and another organisation's endorse a command, and nobody else, and waits for its commit.
   * @param others MSP ids
   * @returns the transaction, valid, and its block
   * @throws GatewayError; Error when the rules refuse the command, or the transaction is not valid
   */
  async acts(
    command: object,
    ...others: readonly string[]
  ): Promise<Readonly<{ transactionId: string; block: string }>> {
    const { channel, chaincode } = this.#world.network.connection;
    const proposal = this.#client.gateway
      .getNetwork(channel)
      .getContract(chaincode)
      .newProposal(CONTRACT_FUNCTIONS.execute, {
        arguments: [JSON.stringify({ commands: [command] })],
        endorsingOrganizations: [this.#client.gateway.getIdentity().mspId, ...others],
      });
    const transaction = await proposal.endorse();
    const { results } = JSON.parse(Buffer.from(transaction.getResult()).toString('utf8')) as CommandBatchResult;
    if (results.some(({ ok }) => !ok)) throw new Error(`refused: ${JSON.stringify(results)}`);
    const { successful, code, blockNumber, transactionId } = await (await transaction.submit()).getStatus();
    if (!successful) throw new Error(`${transactionId} is not valid: code ${code}`);
    return { transactionId, block: blockNumber.toString() };
  }

  close(): void {
    this.#client.close();
  }
}
