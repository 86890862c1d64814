/** The network's orderers and peers: their folders, and their processes. */
import { join } from 'node:path';
import { readKeyFile } from '../identity/key-file';
import { cryptoFolder, type NetworkMaterial } from '../identity/material';
import { type NodeIdentity, nodePaths, writeNodeFolder } from './node-folder';
import { NodeProcess } from './node-process';
import { ordererConfiguration } from './orderer-configuration';
import { peerConfiguration } from './peer-configuration';
import { isFree, type Placement } from './placement';
import { type FabricPrograms } from './programs';
import { type Patience } from './wait';

/** All nodes of one home. */
export class Nodes {
  readonly #home: string;
  readonly #placement: Placement;
  readonly #material: NetworkMaterial;
  readonly #programs: FabricPrograms;
  readonly #onFailure: (error: Error) => void;
  readonly #processes: NodeProcess[] = [];
  #failure: Error | undefined;

  constructor(
    home: string,
    placement: Placement,
    material: NetworkMaterial,
    programs: FabricPrograms,
    onFailure: (error: Error) => void,
  ) {
    this.#home = home;
    this.#placement = placement;
    this.#material = material;
    this.#programs = programs;
    this.#onFailure = (error) => {
      this.#failure ??= error;
      onFailure(error);
    };
  }

  get count(): number {
    return this.#processes.length;
  }

  /** Starts all; after a crash of this program, once its nodes are gone. */
  async start(patience: Patience): Promise<void> {
    await this.#portsFree(patience);
    const { orderer } = this.#material;
    for (const { name, port, identity, tls } of orderer.nodes) {
      const paths = nodePaths(join(this.#home, 'fabric', name));
      const adminPort = this.#placement.adminPorts[name] ?? 0;
      const configuration = ordererConfiguration({ mspId: orderer.mspId, port, adminPort, paths });
      await writeNodeFolder(paths, { ...orderer, identity, tls }, 'orderer.yaml', configuration);
      this.#run(name, this.#programs.orderer, [], paths.folder);
    }
    for (const { name, peers } of this.#placement.consortium.organizations) {
      const port = peers[0]?.port ?? 0;
      const paths = nodePaths(join(this.#home, 'fabric', name));
      const identity = await this.#peerIdentity(name);
      const address = `localhost:${port}`;
      const configuration = peerConfiguration({
        ...{ id: `${peers[0]?.name ?? 'peer0'}.${name}`, mspId: identity.mspId, address, port, bootstrap: address },
        ...{ paths, ccaasBuilder: this.#programs.ccaasBuilder },
      });
      await writeNodeFolder(paths, identity, 'core.yaml', configuration);
      this.#run(name, this.#programs.peer, ['node', 'start'], paths.folder);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((node) => node.stop()));
  }

  /** The failure of a node explains what else went wrong. */
  explained(error: unknown): unknown {
    return this.#failure ?? error;
  }

  async #portsFree(patience: Patience): Promise<void> {
    const { organizations, orderer } = this.#placement.consortium;
    const ports = [...organizations.flatMap(({ peers }) => peers), ...orderer.orderers].map(({ port }) => port);
    for (const port of [...ports, ...Object.values(this.#placement.adminPorts)]) {
      await patience.until(`port ${port} is free`, async () => {
        if (!(await isFree(port))) throw new Error('another program listens there');
      });
    }
  }

  #run(name: string, program: string, args: readonly string[], folder: string): void {
    const environment = { FABRIC_CFG_PATH: folder, FABRIC_LOGGING_SPEC: 'info:grpc=error' };
    const logFile = join(folder, 'log');
    this.#processes.push(new NodeProcess({ name, program, args, environment, logFile, onEnd: this.#onFailure }));
  }

  async #peerIdentity(name: string): Promise<NodeIdentity> {
    const { mspId, caPem, tlsCaPem, peerTls } = this.#material.organization(name);
    const identity = await readKeyFile(join(cryptoFolder(this.#home), name, 'peer.pem'));
    if (identity === undefined) throw new Error(`the identity of ${name}'s peer is missing`);
    return { mspId, caPem, tlsCaPem, identity, tls: peerTls };
  }
}
