/** The network's orderers and peers: their folders, and their processes. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { tokenEnvironment, tokenFailure } from './crypto-provider';
import { FabricNode, type NodePlace, type NodeProgram } from './node';
import { nodePaths, writeNodeFolder } from './node-folder';
import { type NodePlan } from './node-plan';
import { removeNodeStates, writeNodeStates } from './node-states';
import { type FabricPrograms } from './programs';
import { watchOrderers } from './stuck-orderers';

/** What a network's nodes are made of. */
export interface NodesOptions {
  readonly home: string;
  readonly programs: FabricPrograms;
  /** A node has ended by itself before the network was ready: `explained` says why. */
  readonly onFailure: () => void;
  /** A node has ended by itself, or takes no part any more, and is started again. */
  readonly onRestart: (error: Error) => void;
}

/** All nodes of one home. */
export class Nodes {
  readonly #options: NodesOptions;
  #nodes: readonly FabricNode[] = [];
  #ready = false;
  #failure: Error | undefined;
  readonly #closed = new AbortController();

  constructor(options: NodesOptions) {
    this.#options = options;
  }

  get all(): readonly FabricNode[] {
    return this.#nodes;
  }

  /** From now on a node that ends, or an orderer that stands still behind the others, is started again. */
  ready(): void {
    this.#ready = true;
    const restart = async (node: FabricNode): Promise<void> => {
      if (!this.#ready) return;
      this.#options.onRestart(new Error(`${node.name} stands still behind the others`));
      await node.restart();
    };
    void watchOrderers(() => this.#nodes, restart, this.#closed.signal);
  }

  /** Starts those that do not run yet, and stops those that are not planned any more. */
  async follow(plans: readonly NodePlan[]): Promise<void> {
    const { home, programs } = this.#options;
    const gone = this.#nodes.filter((node) => plans.every(({ name }) => name !== node.name));
    this.#nodes = this.#nodes.filter((node) => !gone.includes(node));
    await Promise.all(gone.map((node) => node.stop()));
    for (const plan of plans) {
      const { name, kind, identity } = plan;
      if (this.#nodes.some((node) => node.name === name)) continue;
      const paths = nodePaths(join(home, 'fabric', name));
      const configuration = plan.configuration(paths, programs.ccaasBuilder);
      await writeNodeFolder(paths, identity, kind === 'peer' ? 'core.yaml' : 'orderer.yaml', configuration);
      const [program, args] = kind === 'peer' ? [programs.peer, ['node', 'start']] : [programs.orderer, []];
      this.#run(this.#placeOf(plan), { program, args, environment: tokenEnvironment(identity.identity, kind) });
    }
  }

  async stop(): Promise<void> {
    this.#ready = false;
    this.#closed.abort();
    await Promise.all(this.#nodes.map((node) => node.stop()));
    if (this.#nodes.length > 0) removeNodeStates(this.#options.home);
  }

  /** The failure of a node explains what else went wrong. */
  explained(error: unknown): unknown {
    return this.#failure ?? error;
  }

  #placeOf({ name, kind, port, operationsPort, identity: { mspId } }: NodePlan): NodePlace {
    const { home } = this.#options;
    const logFile = join(home, 'run', kind === 'peer' ? `peer-${name}.log` : `${name}.log`);
    mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
    if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
    return { name, kind, mspId, port, operationsPort, folder: join(home, 'fabric', name), logFile };
  }

  #run(place: NodePlace, program: NodeProgram): void {
    const node = new FabricNode(place, program, {
      onChange: () => {
        this.#publish();
      },
      onEnd: (error) => {
        // The others go on without it, as far as the consensus and the policies let them.
        if (this.#ready) this.#options.onRestart(error);
        else {
          this.#failure ??= tokenFailure(error) ?? error;
          this.#options.onFailure();
        }
        return this.#ready;
      },
    });
    this.#nodes = [...this.#nodes, node];
    node.start();
  }

  #publish(): void {
    const states = this.#nodes.map(({ place, pid, restarts }) => ({
      ...place,
      restarts,
      ...(pid === undefined ? {} : { pid }),
    }));
    writeNodeStates(this.#options.home, states);
  }
}
