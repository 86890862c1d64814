/** The embedded network: a whole consortium's Fabric network in one process, for development, tests, demos and pilots. */
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import { type Connection, removeConnection, writeConnection } from '../connection';
import { type Consortium, type Organization } from '../consortium';
import { ensureMaterial } from '../identity/material';
import { ExecutionError } from './chaincode/context';
import { type Committer } from './committer/committer';
import { deployDefinitions } from './deploy';
import { OwnEndorsements } from './endorser/endorsements';
import { enterRevocationLists } from './revocation';
import {
  createChannels,
  createPeer,
  listen,
  type NetworkSetting,
  type NodeServer,
  openLedgers,
  serveOrderer,
  servePeer,
} from './network';
import { type PackageStore } from './packages/store';
import { type Peer, type RunningChannel } from './peer';
import { launchCommitted } from './scc/lifecycle/installed';

export { ExecutionError };
export { DeployError } from './deploy';
export { PackageError } from './packages/package';
export { LedgerError } from './ledger/ledger';
export { ListenError } from './network';
export { ConfigError } from './channelconfig/errors';

export interface EmbeddedNetworkOptions {
  /** The folder that everything is kept in; made when it is not there. */
  readonly home: string;
  readonly consortium: Consortium;
  /** Where the chaincode listens: `host:port` or `unix:/path`; one address for all, or one a chaincode. */
  readonly chaincodeAddress: string | Readonly<Record<string, string>>;
  /** `fixed`: the consortium's ports; `ephemeral`: any free ones, as the connection tells. */
  readonly peerPorts: 'fixed' | 'ephemeral';
  readonly logger?: Logger;
  /** How long a transaction may run in the chaincode, in milliseconds; default 30 s as in Fabric. */
  readonly executeTimeoutMs?: number;
  /** How long a transaction waits for a chaincode that is not connected, in milliseconds; default 3 s. */
  readonly launchTimeoutMs?: number;
  /** How long the start waits for the chaincode, in milliseconds; default 60 s. */
  readonly startTimeoutMs?: number;
  /** Told when the network cannot go on, such as when the disk is full. */
  readonly onFailure?: (error: Error) => void;
}

export interface EmbeddedNetwork {
  readonly connection: Connection;
  /** Height of a channel's chain (number of blocks). */
  height(channel: string): number;
  /**
   * Takes organisations in that are new in another description: each gets a peer, which joins the channels that the organisation has become a
   * member of. All else stays as it was described at the start.
   * @throws MaterialError; PackageError
   */
  follow(consortium: Consortium): Promise<void>;
  /** Answers nothing more, commits what was taken for ordering, closes the ledgers. */
  close(): Promise<void>;
}

/**
 * Starts the network; resolves when all peers listen and all chaincode streams are ready.
 * @throws LedgerError when another process has this home open or a ledger is damaged; ExecutionError when the chaincode
 * does not come; ListenError when a port is taken; MaterialError; DeployError when a new channel's chaincodes cannot be
 * defined; PackageError when an installed chaincode package is damaged; ConfigError when a revocation list cannot be entered.
 */
export async function startEmbeddedNetwork(options: EmbeddedNetworkOptions): Promise<EmbeddedNetwork> {
  const { consortium } = options;
  const home = resolve(options.home);
  const logger = options.logger ?? pino({ level: 'silent' });
  const setting: NetworkSetting = {
    home,
    consortium,
    material: await ensureMaterial(consortium, home),
    chaincodeAddress: (name) => addressOf(options.chaincodeAddress, name),
    executeTimeoutMs: options.executeTimeoutMs ?? 30_000,
    launchTimeoutMs: options.launchTimeoutMs ?? 3_000,
    logger,
    onFailure: (error) => {
      logger.fatal({ err: error }, 'a block cannot be written: nothing more is ordered');
      options.onFailure?.(error);
    },
  };
  const ledgers = await openLedgers(setting);
  const servers = new Map<string, NodeServer>();
  let ordererServer: NodeServer | undefined;
  const packages: PackageStore[] = [];
  const committers: Committer[] = [];
  // In this order: who waits for a commit gets it, then calls end, then what they use goes away.
  const close = once(async () => {
    removeConnection(home, process.pid);
    await Promise.all(committers.map((committer) => committer.close()));
    await stopServers([...servers.values(), ...(ordererServer === undefined ? [] : [ordererServer])]);
    for (const store of packages) store.close();
    await Promise.all([...ledgers.values()].map((ledger) => ledger.close()));
  });
  try {
    for (const organization of consortium.organizations) {
      const port = options.peerPorts === 'fixed' ? (organization.peers[0]?.port ?? 0) : 0;
      const { peerTls, tlsCaPem } = setting.material.organization(organization.name);
      servers.set(organization.mspId, await listen(peerTls, tlsCaPem, port));
    }
    const [orderer] = setting.material.orderer.nodes;
    if (orderer === undefined) throw new Error('the consortium has no orderer');
    const ordererPort = options.peerPorts === 'fixed' ? orderer.port : 0;
    ordererServer = await listen(orderer.tls, setting.material.orderer.tlsCaPem, ordererPort);
    const ports = new Map([...servers].map(([mspId, { port }]) => [mspId, port]));
    const own = new OwnEndorsements();
    const channels = createChannels(setting, ledgers, own);
    committers.push(...[...channels.values()].map(({ committer }) => committer));
    const peers = new Map<string, Peer>();
    for (const organization of consortium.organizations) {
      const peer = createPeer(setting, organization, ports.get(organization.mspId) ?? 0, channels);
      peers.set(peer.mspId, peer);
      packages.push(peer.packages);
      for (const running of channels.values()) if (running.channel.members.has(peer.mspId)) running.join(peer);
    }
    await Promise.all(
      consortium.channels.map(async (spec) => {
        const running = channels.get(spec.name);
        if (running === undefined) return;
        await running.channel.chaincodes.refresh();
        await enterRevocationLists(running, setting.material);
        await deployDefinitions(spec, running, setting.material, own);
      }),
    );
    const streams = [...peers.values()].flatMap(launchCommitted);
    const endpoint = { mspId: setting.material.orderer.mspId, host: 'localhost', port: ordererServer.port };
    const network = { channels, peers, orderer: endpoint, own, logger };
    for (const [mspId, server] of servers) {
      const peer = peers.get(mspId);
      if (peer !== undefined) servePeer(server, peer, network);
    }
    serveOrderer(ordererServer, network);
    await Promise.all(streams.map((stream) => stream.whenReady(options.startTimeoutMs ?? 60_000)));
    let connection = describe(setting, channels, ports, ordererServer.port);
    writeConnection(home, connection);
    const follow = async (described: Consortium): Promise<void> => {
      const known = described.channels.filter(({ name }) => channels.has(name));
      const followed = { ...consortium, organizations: described.organizations, channels: known };
      const next = { ...setting, consortium: followed, material: await ensureMaterial(followed, home) };
      for (const organization of described.organizations) {
        const { mspId, name } = organization;
        const peer = peers.get(mspId) ?? (await bringIn(organization, next));
        for (const spec of known) {
          const running = channels.get(spec.name);
          const isMember = spec.members.includes(name) && running?.channel.members.has(mspId) === true;
          if (isMember && !peer.channels.has(spec.name)) running.join(peer);
        }
      }
      // Of one run it is the same: who reads it knows by that whether the network is another one, or has other members.
      const { startedAt } = connection;
      connection = { ...describe(next, channels, ports, endpoint.port), startedAt };
      writeConnection(home, connection);
    };
    const bringIn = async (organization: Organization, next: NetworkSetting): Promise<Peer> => {
      const { peerTls, tlsCaPem } = next.material.organization(organization.name);
      const port = options.peerPorts === 'fixed' ? (organization.peers[0]?.port ?? 0) : 0;
      // As at a start, clients learn the port from a file: any will do where the described one is taken.
      const server = await listen(peerTls, tlsCaPem, port).catch(() => listen(peerTls, tlsCaPem, 0));
      servers.set(organization.mspId, server);
      ports.set(organization.mspId, server.port);
      const peer = createPeer(next, organization, server.port, channels);
      peers.set(peer.mspId, peer);
      packages.push(peer.packages);
      servePeer(server, peer, network);
      return peer;
    };
    return {
      get connection() {
        return connection;
      },
      height: (channel) => ledgers.get(channel)?.height ?? 0,
      follow,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function addressOf(address: EmbeddedNetworkOptions['chaincodeAddress'], chaincode: string): string {
  const found = typeof address === 'string' ? address : address[chaincode];
  if (found === undefined) throw new ExecutionError(`no address of chaincode ${chaincode} is given`);
  return found;
}

function describe(
  { consortium, material }: NetworkSetting,
  channels: ReadonlyMap<string, RunningChannel>,
  ports: ReadonlyMap<string, number>,
  ordererPort: number,
): Connection {
  const [channel] = consortium.channels;
  if (channel === undefined) throw new Error('the consortium has no channel');
  // Who is described as a member and is none yet waits for `member add`.
  const waits = ({ name, mspId }: Organization): boolean => {
    const theirs = consortium.channels.filter(({ members }) => members.includes(name));
    return theirs.length > 0 && theirs.every((one) => channels.get(one.name)?.channel.members.has(mspId) !== true);
  };
  return {
    channel: channel.name,
    // A network may begin without one: its members install what they like by the lifecycle.
    chaincode: channel.chaincodes[0]?.name ?? '',
    organizations: consortium.organizations
      .filter((one) => !waits(one))
      .map((organization) => ({
        name: organization.name,
        mspId: organization.mspId,
        displayName: organization.displayName,
        uscc: organization.uscc,
        kinds: [...organization.kinds],
        peers: [
          {
            endpoint: `localhost:${ports.get(organization.mspId) ?? 0}`,
            tlsCaPem: material.organization(organization.name).tlsCaPem,
            serverName: 'localhost',
          },
        ],
      })),
    orderers: [
      {
        mspId: material.orderer.mspId,
        endpoint: `localhost:${ordererPort}`,
        tlsCaPem: material.orderer.tlsCaPem,
        serverName: 'localhost',
      },
    ],
    oneLedger: true,
    pid: process.pid,
    startedAt: new Date().toISOString(),
  };
}

const GRACE_MS = 500;

/** Lets calls that are under way end, briefly; event streams never would. */
async function stopServers(servers: readonly NodeServer[]): Promise<void> {
  const graceful = Promise.all(
    servers.map(
      ({ server }) =>
        new Promise<void>((done) => {
          server.tryShutdown(() => {
            done();
          });
        }),
    ),
  );
  const timer = setTimeout(() => {
    for (const { server } of servers) server.forceShutdown();
  }, GRACE_MS);
  await graceful;
  clearTimeout(timer);
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= action());
}
