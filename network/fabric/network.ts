/** A network that runs on real Fabric: brought up from a description, and brought up to another one while it runs. */
import { type Logger } from 'pino';
import { type ChaincodeAddresses } from '../chaincode-addresses';
import { type Consensus } from '../configuration';
import { type Connection, removeConnection, writeConnection } from '../connection';
import { type Consortium } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { ensureChaincodeServices, type PackageOf, samePackages } from './chaincode-service';
import { connectionOf, deploy } from './deploy';
import { type FabricNode } from './node';
import { allNodes } from './node-plan';
import { Nodes } from './nodes';
import { prepare, type Prepared } from './prepare';
import { type FabricPrograms } from './programs';
import { Patience } from './wait';

export interface RunningOptions {
  /** Absolute. */
  readonly home: string;
  readonly consensus: Consensus['type'];
  readonly ports: 'fixed' | 'ephemeral';
  readonly chaincodeAddress?: ChaincodeAddresses | undefined;
  readonly logger: Logger;
  readonly onFailure: (error: Error) => void;
}

const UP_WITHIN_MS = 120_000;

/** The nodes of this machine with their channels and chaincodes. */
export class RunningNetwork {
  readonly #options: RunningOptions;
  readonly #nodes: Nodes;
  #prepared: Prepared;
  #connection: Connection;

  private constructor(options: RunningOptions, nodes: Nodes, prepared: Prepared) {
    this.#options = options;
    this.#nodes = nodes;
    this.#prepared = prepared;
    this.#connection = connectionOf(prepared.placement.consortium, prepared.material, process.pid);
  }

  /** Starts all. @throws as `startFabricNetwork` says */
  static async start(options: RunningOptions, consortium: Consortium): Promise<RunningNetwork> {
    const prepared = await prepare({ ...options, consortium, running: false });
    const { home, logger, onFailure } = options;
    const nodes = new Nodes({
      ...{ home, programs: prepared.programs, onFailure },
      onRestart: (error) => {
        logger.warn({ err: error }, 'a node is started again');
      },
    });
    const network = new RunningNetwork(options, nodes, prepared);
    try {
      await network.#bringUp(prepared);
      nodes.ready();
      return network;
    } catch (error) {
      await network.close();
      throw nodes.explained(error);
    }
  }

  get connection(): Connection {
    return this.#connection;
  }

  get programs(): FabricPrograms {
    return this.#prepared.programs;
  }

  get nodes(): readonly FabricNode[] {
    return this.#nodes.all;
  }

  /**
   * Starts the nodes that are new in the description, joins and defines what they lack, and stops those that are gone. What runs
   * goes on.
   * @throws as a start does; then everything that ran goes on
   */
  async follow(consortium: Consortium): Promise<void> {
    const prepared = await prepare({ ...this.#options, consortium, running: true });
    await this.#bringUp(prepared);
    this.#prepared = prepared;
  }

  async close(): Promise<void> {
    removeConnection(this.#options.home, process.pid);
    await this.#nodes.stop();
  }

  async #bringUp({ placement, material }: Prepared): Promise<void> {
    const { home, logger, consensus, chaincodeAddress } = this.#options;
    const { consortium } = placement;
    const packageOf = await packagesOf(chaincodeAddress, consortium, home);
    const patience = new Patience(UP_WITHIN_MS);
    try {
      await this.#nodes.follow(allNodes(placement, material));
      logger.info({ nodes: this.#nodes.all.length, version: this.programs.version }, 'nodes started');
      const inForce = await deploy({ home, placement, material, consensus, packageOf, patience, logger });
      this.#publish(inForce, material);
    } catch (error) {
      patience.giveUp();
      throw error;
    }
  }

  #publish(consortium: Consortium, material: NetworkMaterial): void {
    const members = consortium.organizations.filter(({ name }) =>
      consortium.channels.some((channel) => channel.members.includes(name)),
    );
    // Of one run it is the same: who reads it knows by that whether the network is another one, or has other members.
    const { startedAt } = this.#connection;
    this.#connection = {
      ...connectionOf({ ...consortium, organizations: members }, material, process.pid),
      startedAt,
    };
    writeConnection(this.#options.home, this.#connection);
  }
}

async function packagesOf(
  addresses: ChaincodeAddresses | undefined,
  consortium: Consortium,
  home: string,
): Promise<PackageOf> {
  if (addresses !== undefined) return samePackages(addresses);
  const services = await ensureChaincodeServices(consortium, home);
  return (organization, { name, version }) =>
    services.find((one) => one.organization === organization && one.chaincode === name && one.version === version)
      ?.package;
}
