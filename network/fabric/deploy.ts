/** From nodes that run to a network that members can use: channels joined, chaincodes defined. What is done already stays as it is. */
import { type Logger } from 'pino';
import { configurationOf, type Consensus, describe } from '../configuration';
import { type Connection } from '../connection';
import { type Consortium } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { type MemberMaterial } from '../identity/member-material';
import { Administrator } from './administrator';
import { type PackageOf } from './chaincode-service';
import { type Administrators, defineChaincodes, installAll, joinAll } from './channels';
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

/**
 * Acts as every organisation's administrator.
 * @returns the consortium as it is in force: without the members that no channel's configuration has, which wait for `member add`
 * @throws Error with what a node said when it is not done in time
 */
export async function deploy(deployment: Deployment): Promise<Consortium> {
  const { home, placement, material, consensus, packageOf, patience, logger } = deployment;
  const { consortium } = placement;
  const administrators: Administrators = new Map(
    consortium.organizations.map(({ name, mspId, peers }) => {
      const { admin, tlsCaPem } = material.organization(name);
      return [mspId, peers.map(({ host, port }) => new Administrator(admin, `${host}:${port}`, tlsCaPem))];
    }),
  );
  try {
    await joinAll(home, placement, material, consensus, administrators, patience);
    logger.info('channels joined');
    const inForce = await consortiumInForce(deployment, administrators);
    await installAll(inForce, packageOf, administrators);
    await Promise.all(
      inForce.channels.map((channel) => defineChaincodes(inForce, channel, packageOf, administrators, patience)),
    );
    logger.info('chaincodes defined');
    return inForce;
  } finally {
    for (const administrator of [...administrators.values()].flat()) administrator.close();
  }
}

async function consortiumInForce(
  { placement: { consortium }, patience, logger }: Deployment,
  administrators: Administrators,
): Promise<Consortium> {
  const strangers = new Set<string>();
  const channels = await Promise.all(
    consortium.channels.map(async (channel) => {
      const known = await patience.until(`the configuration of ${channel.name} is known`, () =>
        membersOf(channel.name, administrators),
      );
      const members = channel.members.filter((name) => {
        const mspId = consortium.organizations.find((one) => one.name === name)?.mspId;
        return mspId !== undefined && known.has(mspId);
      });
      for (const name of channel.members) if (!members.includes(name)) strangers.add(name);
      return { ...channel, members };
    }),
  );
  for (const name of strangers) {
    logger.warn(`${name} is described, and no member yet: "onepledge member add ${name}" takes it in`);
  }
  return { ...consortium, channels };
}

/** MSP ids of a channel's members, as any peer that is in it knows. */
async function membersOf(channel: string, administrators: Administrators): Promise<ReadonlySet<string>> {
  let failure: unknown = new Error('there is no peer');
  for (const administrator of [...administrators.values()].flat()) {
    try {
      const { members } = describe(configurationOf(await administrator.configurationBlock(channel)).config);
      return new Set(members.map(({ mspId }) => mspId));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/**
 * How the network's clients reach it.
 * @param pid of the one process that runs it; 0 when there is no such
 */
export function connectionOf(
  { consortium, adminPorts }: Pick<Placement, 'consortium' | 'adminPorts'>,
  material: NetworkMaterial,
  pid: number,
): Connection {
  const { mspId, tlsCaPem } = material.orderer;
  const orderers = consortium.orderer.orderers.map((node) => ({
    ...{ ...node, mspId, tlsCaPem },
    adminPort: adminPorts[node.name],
  }));
  return connection(consortium, (name) => material.organization(name), orderers, pid);
}

/** As `connectionOf`, of the nodes that all members run, for one that knows the others by what they have handed over. */
export function memberConnectionOf(consortium: Consortium, { channel }: MemberMaterial, pid: number): Connection {
  const orderers = channel.ordering.flatMap(({ mspId, tlsCaPem, nodes }) =>
    nodes.map((node) => ({ ...node, mspId, tlsCaPem })),
  );
  return connection(consortium, (name) => channel.organization(name), orderers, pid);
}

function connection(
  { organizations, channels }: Consortium,
  tlsOf: (organization: string) => { readonly tlsCaPem: string },
  orderers: readonly {
    host: string;
    port: number;
    mspId: string;
    tlsCaPem: string;
    adminPort?: number | undefined;
  }[],
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
        tlsCaPem: tlsOf(name).tlsCaPem,
        serverName: host,
      })),
    })),
    orderers: orderers.map(({ host, port, mspId, tlsCaPem, adminPort }) => ({
      mspId,
      endpoint: `${host}:${port}`,
      ...(adminPort === undefined ? {} : { adminEndpoint: `${host}:${adminPort}` }),
      tlsCaPem,
      serverName: host,
    })),
    oneLedger: false,
    pid,
    startedAt: new Date().toISOString(),
  };
}
