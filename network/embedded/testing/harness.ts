/** A network with its chaincode in a temporary folder, for one test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consortium } from '../../consortium';
import { type EmbeddedNetwork, type EmbeddedNetworkOptions, startEmbeddedNetwork } from '../index';
import { type ChaincodeProcess, startChaincode } from './chaincode-process';
import { connectClient, type TestClient } from './client';
import { testConsortium } from './consortium';

export class Harness {
  readonly home = mkdtempSync(join(tmpdir(), 'embedded-'));
  readonly consortium: Consortium;
  readonly #clients: TestClient[] = [];
  #chaincode: ChaincodeProcess | undefined;
  #network: EmbeddedNetwork | undefined;

  constructor(blocks: Parameters<typeof testConsortium>[0] = {}) {
    this.consortium = testConsortium(blocks);
  }

  get network(): EmbeddedNetwork {
    if (this.#network === undefined) throw new Error('the network is not started');
    return this.#network;
  }

  get chaincode(): ChaincodeProcess {
    if (this.#chaincode === undefined) throw new Error('the chaincode is not started');
    return this.#chaincode;
  }

  async start(options: Partial<EmbeddedNetworkOptions> = {}): Promise<this> {
    this.#chaincode ??= await startChaincode(this.home);
    this.#network = await startEmbeddedNetwork({
      home: this.home,
      consortium: this.consortium,
      chaincodeAddress: this.#chaincode.address,
      peerPorts: 'ephemeral',
      ...options,
    });
    return this;
  }

  async restartChaincode(): Promise<void> {
    await this.#chaincode?.stop();
    this.#chaincode = await startChaincode(this.home);
  }

  async client(organization = 'one', overrides: Parameters<typeof connectClient>[3] = {}): Promise<TestClient> {
    const client = await connectClient(this.home, this.network.connection, organization, overrides);
    this.#clients.push(client);
    return client;
  }

  async stopNetwork(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await this.#network?.close();
    this.#network = undefined;
  }

  async stop(): Promise<void> {
    await this.stopNetwork();
    await this.#chaincode?.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}
