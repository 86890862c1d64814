/** Real Fabric: the consortium's orderers and peers as child processes on this machine, joined to its channels, with its chaincodes defined. */
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import { type ChaincodeAddresses } from '../chaincode-addresses';
import { type Consensus } from '../configuration';
import { type Connection, removeConnection, writeConnection } from '../connection';
import { type Consortium } from '../consortium';
import { ensureChaincodeServices, type PackageOf, samePackages } from './chaincode-service';
import { connectionOf, deploy } from './deploy';
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
  const patience = new Patience(UP_WITHIN_MS);
  const close = async (): Promise<void> => {
    removeConnection(home, process.pid);
    await nodes.stop();
  };
  try {
    await nodes.start();
    logger.info({ nodes: nodes.all.length, version: programs.version }, 'nodes started');
    await deploy({ home, placement, material, consensus: options.consensus, packageOf, patience, logger });
    const connection = connectionOf(placement.consortium, material, process.pid);
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
