/** The network's orderers and peers: their folders, and their processes. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { readKeyFile } from '../identity/key-file';
import { cryptoFolder, type NetworkMaterial } from '../identity/material';
import { FabricNode, type NodePlace } from './node';
import { type NodeIdentity, nodePaths, writeNodeFolder } from './node-folder';
import { removeNodeStates, writeNodeStates } from './node-states';
import { ordererConfiguration } from './orderer-configuration';
import { peerConfiguration } from './peer-configuration';
import { type Placement } from './placement';
import { type FabricPrograms } from './programs';

/** What a network's nodes are made of. */
export interface NodesOptions {
  readonly home: string;
  readonly programs: FabricPrograms;
  /** A node has ended by itself before the network was ready. */
  readonly onFailure: (error: Error) => void;
  /** A node has ended by itself and is started again. */
  readonly onRestart: (error: Error) => void;
}

/** All nodes of one home. */
export class Nodes {
  readonly #options: NodesOptions;
  #nodes: readonly FabricNode[] = [];
  #ready = false;
  #failure: Error | undefined;

  constructor(options: NodesOptions) {
    this.#options = options;
  }

  get all(): readonly FabricNode[] {
    return this.#nodes;
  }

  /** From now on a node that ends is started again. */
  ready(): void {
    this.#ready = true;
  }

  /** Starts those that do not run yet, and stops those that are not placed any more. */
  async follow(placement: Placement, material: NetworkMaterial): Promise<void> {
    const { home, programs } = this.#options;
    const placed = [...material.orderer.nodes, ...placement.consortium.organizations].map(({ name }) => name);
    const gone = this.#nodes.filter(({ name }) => !placed.includes(name));
    this.#nodes = this.#nodes.filter((node) => !gone.includes(node));
    await Promise.all(gone.map((node) => node.stop()));
    const runs = (name: string): boolean => this.#nodes.some((node) => node.name === name);
    const { adminPorts, operationsPorts } = placement;
    const { mspId } = material.orderer;
    for (const { name, port, identity, tls } of material.orderer.nodes) {
      if (runs(name)) continue;
      const operationsPort = operationsPorts[name] ?? 0;
      const paths = nodePaths(join(home, 'fabric', name));
      const setting = { mspId, port, adminPort: adminPorts[name] ?? 0, operationsPort, paths };
      await writeNodeFolder(
        paths,
        { ...material.orderer, identity, tls },
        'orderer.yaml',
        ordererConfiguration(setting),
      );
      this.#run({ ...this.#placeOf(name, 'orderer', mspId), port, operationsPort }, programs.orderer, []);
    }
    for (const { name, peers } of placement.consortium.organizations) {
      if (runs(name)) continue;
      const port = peers[0]?.port ?? 0;
      const operationsPort = operationsPorts[name] ?? 0;
      const paths = nodePaths(join(home, 'fabric', name));
      const identity = await this.#peerIdentity(name, material);
      const address = `localhost:${port}`;
      const configuration = peerConfiguration({
        ...{ id: `${peers[0]?.name ?? 'peer0'}.${name}`, mspId: identity.mspId, address, port, bootstrap: address },
        ...{ operationsPort, paths, ccaasBuilder: programs.ccaasBuilder },
      });
      await writeNodeFolder(paths, identity, 'core.yaml', configuration);
      const place = { ...this.#placeOf(name, 'peer', identity.mspId), port, operationsPort };
      this.#run(place, programs.peer, ['node', 'start']);
    }
  }

  async stop(): Promise<void> {
    this.#ready = false;
    await Promise.all(this.#nodes.map((node) => node.stop()));
    if (this.#nodes.length > 0) removeNodeStates(this.#options.home);
  }

  /** The failure of a node explains what else went wrong. */
  explained(error: unknown): unknown {
    return this.#failure ?? error;
  }

  #placeOf(
    name: string,
    kind: NodePlace['kind'],
    mspId: string,
  ): Pick<NodePlace, 'name' | 'kind' | 'mspId' | 'folder' | 'logFile'> {
    const { home } = this.#options;
    const logFile = join(home, 'run', kind === 'peer' ? `peer-${name}.log` : `${name}.log`);
    mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
    if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
    return { name, kind, mspId, folder: join(home, 'fabric', name), logFile };
  }

  #run(place: NodePlace, program: string, args: readonly string[]): void {
    const node = new FabricNode(place, program, args, {
      onChange: () => {
        this.#publish();
      },
      onEnd: (error) => {
        // The others go on without it, as far as the consensus and the policies let them.
        if (this.#ready) this.#options.onRestart(error);
        else {
          this.#failure ??= error;
          this.#options.onFailure(error);
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

  async #peerIdentity(name: string, material: NetworkMaterial): Promise<NodeIdentity> {
    const { mspId, caPem, tlsCaPem, peerTls } = material.organization(name);
    const identity = await readKeyFile(join(cryptoFolder(this.#options.home), name, 'peer.pem'));
    if (identity === undefined) throw new Error(`the identity of ${name}'s peer is missing`);
    return { mspId, caPem, tlsCaPem, identity, tls: peerTls };
  }
}
