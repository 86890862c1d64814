/** From nodes that run to a network that members can use: channels joined, chaincodes defined. What is done already stays as it is. */
import { type Logger } from 'pino';
import { type Consensus } from '../configuration';
import { type Connection } from '../connection';
import { type Consortium } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { Administrator } from './administrator';
import { type PackageOf } from './chaincode-service';
import { defineChaincodes, installAll, joinAll } from './channels';
import { type Placement } from './placement';
import { type Patience } from './wait';

export interface Deployment {
  readonly home: string;
  readonly placement: Placement;
  readonly material: NetworkMaterial;
  readonly consensus: Consensus['type'];
  readonly packageOf: PackageOf;
  /** For all of it. */
  readonly patience: Patience;
  readonly logger: Logger;
}

/** Acts as every organisation's administrator. @throws Error with what a node said when it is not done in time */
export async function deploy(deployment: Deployment): Promise<void> {
  const { home, placement, material, consensus, packageOf, patience, logger } = deployment;
  const { consortium } = placement;
  const administrators = new Map(
    consortium.organizations.map(({ name, mspId, peers: [peer] }) => {
      const { admin, tlsCaPem } = material.organization(name);
      return [mspId, new Administrator(admin, `${peer?.host ?? ''}:${peer?.port ?? 0}`, tlsCaPem)];
    }),
  );
  try {
    await joinAll(home, placement, material, consensus, administrators, patience);
    logger.info('channels joined');
    await installAll(consortium, packageOf, administrators);
    await Promise.all(
      consortium.channels.map((channel) => defineChaincodes(consortium, channel, packageOf, administrators, patience)),
    );
    logger.info('chaincodes defined');
  } finally {
    for (const administrator of administrators.values()) administrator.close();
  }
}

/**
 * How the network's clients reach it.
 * @param pid of the one process that runs it; 0 when there is no such
 */
export function connectionOf(
  { organizations, channels, orderer }: Consortium,
  material: NetworkMaterial,
  pid: number,
): Connection {
  const [channel] = channels;
  const chaincode = channel?.chaincodes[0];
  if (channel === undefined || chaincode === undefined) throw new Error('there is no channel with a chaincode');
  return {
    channel: channel.name,
    chaincode: chaincode.name,
    organizations: organizations.map(({ name, mspId, displayName, uscc, kinds, peers }) => ({
      ...{ name, mspId, displayName, uscc, kinds: [...kinds] },
      peers: peers.map(({ host, port }) => ({
        endpoint: `${host}:${port}`,
        tlsCaPem: material.organization(name).tlsCaPem,
        serverName: host,
      })),
    })),
    orderers: orderer.orderers.map(({ host, port }) => ({
      mspId: material.orderer.mspId,
      endpoint: `${host}:${port}`,
      tlsCaPem: material.orderer.tlsCaPem,
      serverName: host,
    })),
    oneLedger: false,
    pid,
    startedAt: new Date().toISOString(),
  };
}
