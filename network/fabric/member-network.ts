/** One member's part of a network that runs on several machines: its own orderers and its peer, joined to the channels. */
import { type Connection, removeConnection, writeConnection } from '../connection';
import { type Consortium } from '../consortium';
import { Administrator } from './administrator';
import { ensureChaincodeServices, type PackageOf } from './chaincode-service';
import { approveInForce, joinOwn } from './channels';
import { memberConnectionOf } from './deploy';
import { type FabricNode } from './node';
import { memberNodes } from './node-plan';
import { Nodes } from './nodes';
import { prepareMember, type PreparedMember } from './prepare';
import { type FabricPrograms } from './programs';
import { type RunningOptions } from './network';
import { Patience } from './wait';

export interface MemberOptions extends Pick<RunningOptions, 'home' | 'logger' | 'onFailure'> {
  /** Whose part. */
  readonly member: string;
}

/** For what a member's nodes do by themselves, without the others'. */
const JOINED_WITHIN_MS = 60_000;
/** For an approval, which the others' orderers have to order. */
const APPROVED_WITHIN_MS = 120_000;

/** The nodes of one member. */
export class MemberNetwork {
  readonly #options: MemberOptions;
  readonly #nodes: Nodes;
  #prepared: PreparedMember;
  #connection: Connection;

  private constructor(options: MemberOptions, nodes: Nodes, prepared: PreparedMember) {
    this.#options = options;
    this.#nodes = nodes;
    this.#prepared = prepared;
    this.#connection = memberConnectionOf(prepared.placement.consortium, prepared.material, process.pid);
  }

  /**
   * Starts the member's nodes and joins them; the other members' need not be there yet.
   * @throws as `prepareMember`; Error with a node's log when it does not come up
   */
  static async start(options: MemberOptions, consortium: Consortium): Promise<MemberNetwork> {
    const prepared = await prepareMember({ ...options, consortium });
    const { home, logger, onFailure } = options;
    const nodes = new Nodes({
      ...{ home, programs: prepared.programs, onFailure },
      onRestart: (error) => {
        logger.warn({ err: error }, 'a node is started again');
      },
    });
    const network = new MemberNetwork(options, nodes, prepared);
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

  /** Follows a description that has changed, such as by a new member. @throws as a start does; what ran goes on */
  async follow(consortium: Consortium): Promise<void> {
    const prepared = await prepareMember({ ...this.#options, consortium, running: true });
    await this.#bringUp(prepared);
    this.#prepared = prepared;
  }

  async close(): Promise<void> {
    removeConnection(this.#options.home, process.pid);
    await this.#nodes.stop();
  }

  async #bringUp({ placement, material }: PreparedMember): Promise<void> {
    const { home, logger, member } = this.#options;
    const { consortium } = placement;
    await this.#nodes.follow(memberNodes(placement, material));
    logger.info({ nodes: this.#nodes.all.length, version: this.programs.version }, 'nodes started');
    const [peer] = consortium.organizations.find(({ name }) => name === member)?.peers ?? [];
    const { admin, tlsCaPem } = material.organization;
    const administrator = new Administrator(admin, `${peer?.host ?? ''}:${peer?.port ?? 0}`, tlsCaPem);
    const patience = new Patience(JOINED_WITHIN_MS);
    try {
      await joinOwn(home, placement, material, administrator, patience);
      logger.info('channels joined');
      this.#connection = memberConnectionOf(consortium, material, process.pid);
      writeConnection(home, this.#connection);
    } catch (error) {
      patience.giveUp();
      administrator.close();
      throw error;
    }
    void this.#approve(consortium, administrator);
  }

  /** A definition that is in force may name a package that this member's peer has not: it is new, or a certificate in it is. */
  async #approve(consortium: Consortium, administrator: Administrator): Promise<void> {
    const { home, logger, member } = this.#options;
    try {
      const services = await ensureChaincodeServices(consortium, home);
      const packageOf: PackageOf = (organization, { name, version }) =>
        services.find((one) => one.organization === organization && one.chaincode === name && one.version === version)
          ?.package;
      await approveInForce(consortium, member, administrator, packageOf, new Patience(APPROVED_WITHIN_MS));
    } catch (error) {
      logger.error({ err: error }, 'the chaincodes in force are not approved here: "onepledge chaincode approve"');
    } finally {
      administrator.close();
    }
  }
}
