/** A network that runs on real Fabric: brought up from a description, and brought up to another one while it runs. */
import { type Logger } from 'pino';
import { type Connection, removeConnection, writeConnection } from '../connection';
import { type Consortium } from '../consortium';
import { type FabricNode } from './node';
import { Nodes } from './nodes';
import { type FabricPrograms } from './programs';
import { Patience } from './wait';

export interface RunningOptions {
  /** Absolute. */
  readonly home: string;
  readonly logger: Logger;
}

/** What of a network runs here: all of it, or one member's nodes. */
export interface Part<P extends { readonly programs: FabricPrograms }> {
  /** Makes what the nodes need. @throws as `prepare` says; nothing runs then, or all goes on */
  prepare(consortium: Consortium, running: boolean): Promise<P>;
  /** How long that may take, in milliseconds. */
  readonly upWithinMs: number;
  /** Starts the nodes and brings them onto their channels. @returns how clients reach them, `startedAt` now */
  bringUp(prepared: P, nodes: Nodes, patience: Patience): Promise<Connection>;
}

/** The nodes of this machine with their channels and chaincodes. */
export class RunningNetwork<P extends { readonly programs: FabricPrograms }> {
  readonly #options: RunningOptions;
  readonly #part: Part<P>;
  readonly #nodes: Nodes;
  #prepared: P;
  #connection: Connection;

  private constructor(options: RunningOptions, part: Part<P>, nodes: Nodes, prepared: P, connection: Connection) {
    this.#options = options;
    this.#part = part;
    this.#nodes = nodes;
    this.#prepared = prepared;
    this.#connection = connection;
  }

  /** Starts all that is the part's. @throws as `startFabricNetwork` says */
  static async start<P extends { readonly programs: FabricPrograms }>(
    options: RunningOptions,
    part: Part<P>,
    consortium: Consortium,
  ): Promise<RunningNetwork<P>> {
    const prepared = await part.prepare(consortium, false);
    const { home, logger } = options;
    const patience = new Patience(part.upWithinMs);
    const nodes = new Nodes({
      ...{ home, programs: prepared.programs },
      onFailure: () => {
        patience.giveUp();
      },
      onRestart: (error) => {
        logger.warn({ err: error }, 'a node is started again');
      },
    });
    try {
      const connection = await part.bringUp(prepared, nodes, patience);
      writeConnection(home, connection);
      nodes.ready();
      return new RunningNetwork(options, part, nodes, prepared, connection);
    } catch (error) {
      patience.giveUp();
      await nodes.stop();
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
    const prepared = await this.#part.prepare(consortium, true);
    const patience = new Patience(this.#part.upWithinMs);
    const connection = await this.#part.bringUp(prepared, this.#nodes, patience).finally(() => {
      patience.giveUp();
    });
    // Of one run it is the same: who reads it knows by that whether the network is another one, or has other members.
    const { startedAt } = this.#connection;
    this.#connection = { ...connection, startedAt };
    writeConnection(this.#options.home, this.#connection);
    this.#prepared = prepared;
  }

  async close(): Promise<void> {
    removeConnection(this.#options.home, process.pid);
    await this.#nodes.stop();
  }
}
