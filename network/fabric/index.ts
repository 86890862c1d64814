/** Real Fabric: the consortium's orderers and peers as child processes on this machine, joined to its channels, with its chaincodes defined. */
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import { type ChaincodeAddresses } from '../chaincode-addresses';
import { type Consensus } from '../configuration';
import { type Connection, removeConnection, writeConnection } from '../connection';
import { type Consortium } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { Administrator } from './administrator';
import { ensureChaincodeServices, type PackageOf, samePackages } from './chaincode-service';
import { defineChaincodes, installAll, joinAll } from './channels';
import { type FabricNode } from './node';
import { Nodes } from './nodes';
import { prepare } from './prepare';
import { type FabricPrograms } from './programs';
import { Patience } from './wait';

export { type ChaincodePackage, type ChaincodeTls, packageChaincode } from './chaincode-package';
export { type ChaincodeService, ensureChaincodeServices } from './chaincode-service';
export { isOrderer, nodeOf, refreshNode, restartNode } from './renewal';
export { servedChaincodes, servedFile, type ServedChaincode, serveOnly, serveToo } from './served-chaincodes';
export { type FabricNode, type NodePlace } from './node';
export { type NodeState, readNodeStates } from './node-states';
export { askHealth, askOperations, type NodeHealth } from './operations';
export { type Placement } from './placement';
export { MachineError, prepare, type PrepareOptions, type Prepared } from './prepare';
export { CCAAS_BUILDER_VARIABLE, type FabricPrograms, findPrograms, ProgramError } from './programs';

export interface FabricNetworkOptions {
  /** The folder that everything is kept in; made when it is not there. */
  readonly home: string;
  readonly consortium: Consortium;
  /** Raft with one orderer is the smallest network, BFT with four what production runs. */
  readonly consensus: Consensus['type'];
  /**
   * Where the chaincode of all organisations listens: `host:port` or `unix:/path`; one address for all, or one a chaincode. It
   * registers with the package id that `packageChaincode` gives for its name, version and address. Absent: every organisation
   * has a service of its own for each chaincode, as `ensureChaincodeServices` says.
   */
  readonly chaincodeAddress?: ChaincodeAddresses | undefined;
  /** `fixed`: the consortium's ports; `ephemeral`: any free ones, as the connection tells. */
  readonly ports: 'fixed' | 'ephemeral';
  readonly logger?: Logger;
  /** Told when a node ends by itself and is not started again: the network is to be closed. */
  readonly onFailure?: (error: Error) => void;
}

export interface FabricNetwork {
  readonly connection: Connection;
  readonly programs: FabricPrograms;
  /** To stop one and start it again. One that ends by itself is started again without being asked. */
  readonly nodes: readonly FabricNode[];
  /** Ends all nodes; the ledgers stay. */
  close(): Promise<void>;
}

const UP_WITHIN_MS = 120_000;

/**
 * Starts the network, for the first time or again; resolves when every peer knows its channels' chaincodes and the other peers.
 * @throws ProgramError when Fabric's programs are not there; MachineError; MaterialError; Error with a node's log when it does not come up
 */
export async function startFabricNetwork(options: FabricNetworkOptions): Promise<FabricNetwork> {
  const home = resolve(options.home);
  const logger = options.logger ?? pino({ level: 'silent' });
  const { programs, placement, material } = await prepare({ ...options, home });
  const packageOf = await packagesOf(options.chaincodeAddress, placement.consortium, home);
  const nodes = new Nodes({
    ...{ home, placement, material, programs },
    onFailure: (error) => options.onFailure?.(error),
    onRestart: (error) => {
      logger.warn({ err: error }, 'a node has ended and is started again');
    },
  });
  const administrators = new Map<string, Administrator>();
  const patience = new Patience(UP_WITHIN_MS);
  const close = async (): Promise<void> => {
    removeConnection(home, process.pid);
    for (const administrator of administrators.values()) administrator.close();
    await nodes.stop();
  };
  try {
    await nodes.start();
    logger.info({ nodes: nodes.all.length, version: programs.version }, 'nodes started');
    for (const { name, mspId, peers } of placement.consortium.organizations) {
      const { admin, tlsCaPem } = material.organization(name);
      administrators.set(mspId, new Administrator(admin, peers[0]?.port ?? 0, tlsCaPem));
    }
    await joinAll(home, placement, material, options.consensus, administrators, patience);
    logger.info('channels joined');
    await installAll(placement.consortium, packageOf, administrators);
    await Promise.all(
      placement.consortium.channels.map((channel) =>
        defineChaincodes(placement.consortium, channel, packageOf, administrators, patience),
      ),
    );
    logger.info('chaincodes defined');
    for (const administrator of administrators.values()) administrator.close();
    const connection = describe(placement.consortium, material);
    writeConnection(home, connection);
    nodes.ready();
    return { connection, programs, nodes: nodes.all, close };
  } catch (error) {
    patience.giveUp();
    await close();
    throw nodes.explained(error);
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

function describe({ organizations, channels, orderer }: Consortium, material: NetworkMaterial): Connection {
  const [channel] = channels;
  const chaincode = channel?.chaincodes[0];
  if (channel === undefined || chaincode === undefined) throw new Error('there is no channel with a chaincode');
  return {
    channel: channel.name,
    chaincode: chaincode.name,
    organizations: organizations.map(({ name, mspId, displayName, uscc, kinds, peers }) => ({
      ...{ name, mspId, displayName, uscc, kinds: [...kinds] },
      peers: peers.map(({ port }) => ({
        endpoint: `localhost:${port}`,
        tlsCaPem: material.organization(name).tlsCaPem,
        serverName: 'localhost',
      })),
    })),
    orderers: orderer.orderers.map(({ port }) => ({
      mspId: material.orderer.mspId,
      endpoint: `localhost:${port}`,
      tlsCaPem: material.orderer.tlsCaPem,
      serverName: 'localhost',
    })),
    oneLedger: false,
    pid: process.pid,
    startedAt: new Date().toISOString(),
  };
}
