/** All of the consortium's nodes on this machine, with the channels and chaincodes of its description. */
import { type ChaincodeAddresses } from '../chaincode-addresses';
import { type Consensus } from '../configuration';
import { type Connection } from '../connection';
import { type Consortium } from '../consortium';
import { ownPackages, samePackages } from './chaincode-service';
import { connectionOf, deploy } from './deploy';
import { allNodes } from './node-plan';
import { type Nodes } from './nodes';
import { prepare, type Prepared } from './prepare';
import { type Part, type RunningOptions } from './running-network';
import { type Patience } from './wait';

export interface WholeOptions extends RunningOptions {
  readonly consensus: Consensus['type'];
  readonly ports: 'fixed' | 'ephemeral';
  readonly chaincodeAddress?: ChaincodeAddresses | undefined;
}

const UP_WITHIN_MS = 120_000;

/** The whole network as what runs here. */
export function wholeNetwork(options: WholeOptions): Part<Prepared> {
  return {
    prepare: (consortium, running) => prepare({ ...options, consortium, running }),
    upWithinMs: UP_WITHIN_MS,
    bringUp: (prepared, nodes, patience) => bringUp(options, prepared, nodes, patience),
  };
}

async function bringUp(
  options: WholeOptions,
  { programs, placement, material }: Prepared,
  nodes: Nodes,
  patience: Patience,
): Promise<Connection> {
  const { home, logger, consensus, chaincodeAddress } = options;
  const { consortium } = placement;
  const packageOf =
    chaincodeAddress === undefined ? await ownPackages(consortium, home) : samePackages(chaincodeAddress);
  await nodes.follow(allNodes(placement, material));
  logger.info({ nodes: nodes.all.length, version: programs.version }, 'nodes started');
  const inForce = await deploy({ home, placement, material, consensus, packageOf, patience, logger });
  const members = { ...inForce, organizations: joined(inForce) };
  return connectionOf({ ...placement, consortium: members }, material, process.pid);
}

function joined({ organizations, channels }: Consortium): Consortium['organizations'] {
  return organizations.filter(({ name }) => channels.some(({ members }) => members.includes(name)));
}
