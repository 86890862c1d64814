/** Real Fabric: the consortium's orderers and peers as child processes on this machine, joined to its channels, with its chaincodes defined. */
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import { type ChaincodeAddresses } from '../chaincode-addresses';
import { type Consensus } from '../configuration';
import { type Connection } from '../connection';
import { type Consortium } from '../consortium';
import { ownMember } from '../identity/member-card';
import { memberNetwork } from './member-network';
import { type FabricNode } from './node';
import { type FabricPrograms } from './programs';
import { RunningNetwork } from './running-network';
import { wholeNetwork } from './whole-network';

export { type ChaincodePackage, type ChaincodeTls, packageChaincode } from './chaincode-package';
export { type ChaincodeService, ensureChaincodeServices } from './chaincode-service';
export { isOrderer, nodeOf, refreshNode, restartNode } from './renewal';
export {
  keepServed,
  servedChaincodes,
  servedFile,
  type ServedChaincode,
  serveOnly,
  serveToo,
} from './served-chaincodes';
export { type FabricNode, type NodePlace } from './node';
export { type NodeState, readNodeStates } from './node-states';
export { askChaincode } from './chaincode-health';
export { askHealth, askOperations, type NodeHealth } from './operations';
export { type Placement } from './placement';
export { freePort } from './ports';
export { MachineError, prepare, prepareMember, type PrepareOptions, type Prepared } from './prepare';
export { LateError } from './wait';
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
}

export interface FabricNetwork {
  readonly connection: Connection;
  readonly programs: FabricPrograms;
  /** To stop one and start it again. One that ends by itself is started again without being asked. */
  readonly nodes: readonly FabricNode[];
  /**
   * Follows another description while it runs: nodes that are new in it are started, joined to their channels and given their
   * chaincodes, those that are gone are stopped.
   * @throws as a start does
   */
  follow(consortium: Consortium): Promise<void>;
  /** Ends all nodes; the ledgers stay. */
  close(): Promise<void>;
}

/**
 * Starts the network, for the first time or again; resolves when every peer knows its channels' chaincodes and the other peers. In a home
 * that is one member's (`onepledge member export`) it starts that member's nodes only, and resolves when they have joined.
 * @throws ProgramError when Fabric's programs are not there; MachineError; MaterialError; Error with a node's log when it does not come up
 */
export async function startFabricNetwork(options: FabricNetworkOptions): Promise<FabricNetwork> {
  const { consortium, ...rest } = options;
  const running = {
    ...rest,
    home: resolve(options.home),
    logger: options.logger ?? pino({ level: 'silent' }),
  };
  const member = ownMember(running.home);
  return member === undefined
    ? RunningNetwork.start(running, wholeNetwork(running), consortium)
    : RunningNetwork.start(running, memberNetwork({ ...running, member }), consortium);
}
