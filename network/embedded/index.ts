/** The embedded network: a whole consortium's Fabric network in one process, for development, tests, demos and pilots. */
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import { type Connection, removeConnection, writeConnection } from '../connection';
import { type Consortium, type Organization } from '../consortium';
import { ensureMaterial, type NodeMaterial, type OrganizationMaterial } from '../identity/material';
import { ExecutionError } from './chaincode/context';
import { type Committer } from './committer/committer';
import { deployDefinitions } from './deploy';
import { OwnEndorsements } from './endorser/endorsements';
import { enterRevocationLists } from './revocation';
import {
  createChannels,
  listen,
  type NetworkSetting,
  type NodeServer,
  openLedgers,
  serveOrderer,
  stopServers,
} from './network';
import { type ParticipationServer, serveParticipation } from './participation/restapi';
import { type Peer, type RunningChannel } from './peer';
import { PeerNode } from './peernode';
import { launchCommitted } from './scc/lifecycle/installed';

export { ExecutionError };
export { DeployError } from './deploy';
export { PackageError } from './packages/package';
export { LedgerError } from './ledger/ledger';
export { ListenError } from './listenerror';
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
  /** Where the orderer's administrators call (`osnadmin`); default any free port, which the connection tells. */
  readonly ordererAdminPort?: number | undefined;
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
   * Stops one peer: its endpoint closes, and nobody asks it, while all else goes on. It does not matter how often.
   * @param peer as the description calls it, such as peer0
   * @throws RangeError when there is no such peer
   */
  stopPeer(organization: string, peer: string): Promise<void>;
  /**
   * Starts it again, at the same endpoint.
   * @throws RangeError when there is no such peer; ListenError when its port was taken meanwhile
   */
  startPeer(organization: string, peer: string): Promise<void>;
  /**
   * Takes in what is new in another description: organisations' peers, which join the channels that their organisation has become a
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
  /** By the organisation's name and their own. */
  const nodes = new Map<string, PeerNode>();
  let ordererServer: NodeServer | undefined;
  let participation: ParticipationServer | undefined;
  const committers: Committer[] = [];
  // In this order: who waits for a commit gets it, then calls end, then what they use goes away.
  const close = once(async () => {
    removeConnection(home, process.pid);
    await Promise.all(committers.map((committer) => committer.close()));
    const servers = [...[...nodes.values()].map(({ server }) => server), ordererServer];
    await participation?.close();
    await stopServers(servers.flatMap((server) => server ?? []));
    for (const { peer } of nodes.values()) peer.packages.close();
    await Promise.all([...ledgers.values()].map((ledger) => ledger.close()));
  });
  try {
    const own = new OwnEndorsements();
    const channels = createChannels(setting, ledgers, own);
    committers.push(...[...channels.values()].map(({ committer }) => committer));
    const peers = new Set<Peer>();
    for (const organization of setting.material.organizations) {
      for (const node of organization.peers) {
        const port = options.peerPorts === 'fixed' ? node.port : 0;
        const peerNode = await PeerNode.listen(setting, organization, node, port, channels);
        nodes.set(nodeName(organization.name, node.name), peerNode);
        const { peer } = peerNode;
        peers.add(peer);
        for (const running of channels.values()) if (running.channel.members.has(peer.mspId)) running.join(peer);
      }
    }
    const [orderer] = setting.material.orderer.nodes;
    if (orderer === undefined) throw new Error('the consortium has no orderer');
    const ordererPort = options.peerPorts === 'fixed' ? orderer.port : 0;
    ordererServer = await listen(orderer.tls, setting.material.orderer.tlsCaPem, ordererPort);
    await Promise.all(
      consortium.channels.map(async (spec) => {
        const running = channels.get(spec.name);
        if (running === undefined) return;
        await running.channel.chaincodes.refresh();
        await enterRevocationLists(running, setting.material);
        await deployDefinitions(spec, running, setting.material, own);
      }),
    );
    for (const peer of peers) equip(peer, peers);
    const streams = [...peers].flatMap(launchCommitted);
    const endpoint = { mspId: setting.material.orderer.mspId, host: 'localhost', port: ordererServer.port };
    const network = { channels, peers, orderer: endpoint, own, logger };
    for (const node of nodes.values()) node.serve(network);
    serveOrderer(ordererServer, network);
    participation = await serveParticipation({
      ...{ channels, tls: orderer.tls, tlsCaPem: setting.material.orderer.tlsCaPem, logger },
      port: options.ordererAdminPort ?? 0,
    });
    await Promise.all(streams.map((stream) => stream.whenReady(options.startTimeoutMs ?? 60_000)));
    const ordererPorts = { port: endpoint.port, admin: participation.port };
    let connection = describe(setting, channels, nodes, ordererPorts);
    writeConnection(home, connection);
    const follow = async (described: Consortium): Promise<void> => {
      const known = described.channels.filter(({ name }) => channels.has(name));
      const followed = { ...consortium, organizations: described.organizations, channels: known };
      const next = { ...setting, consortium: followed, material: await ensureMaterial(followed, home) };
      for (const organization of next.material.organizations) {
        const { mspId, name } = organization;
        for (const material of organization.peers) {
          const { peer } = nodes.get(nodeName(name, material.name)) ?? (await bringIn(organization, material, next));
          for (const spec of known) {
            const running = channels.get(spec.name);
            const isMember = spec.members.includes(name) && running?.channel.members.has(mspId) === true;
            if (isMember && !peer.channels.has(spec.name)) running.join(peer);
          }
        }
      }
      // Of one run it is the same: who reads it knows by that whether the network is another one, or has other members.
      const { startedAt } = connection;
      connection = { ...describe(next, channels, nodes, ordererPorts), startedAt };
      writeConnection(home, connection);
    };
    const bringIn = async (
      organization: OrganizationMaterial,
      material: NodeMaterial,
      next: NetworkSetting,
    ): Promise<PeerNode> => {
      const at = (port: number): Promise<PeerNode> => PeerNode.listen(next, organization, material, port, channels);
      // As at a start, clients learn the port from a file: any will do where the described one is taken.
      const node = await (options.peerPorts === 'fixed' ? at(material.port).catch(() => at(0)) : at(0));
      nodes.set(nodeName(organization.name, material.name), node);
      peers.add(node.peer);
      equip(node.peer, peers);
      node.serve(network);
      return node;
    };
    const nodeOf = (organization: string, peer: string): PeerNode => {
      const node = nodes.get(nodeName(organization, peer));
      if (node === undefined) throw new RangeError(`${organization} has no peer "${peer}"`);
      return node;
    };
    return {
      get connection() {
        return connection;
      },
      height: (channel) => ledgers.get(channel)?.height ?? 0,
      stopPeer: async (organization, peer) => nodeOf(organization, peer).stop(),
      startPeer: async (organization, peer) => nodeOf(organization, peer).start(),
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

/** Gives a peer the description's packages that its organisation's first one has. */
function equip(peer: Peer, peers: ReadonlySet<Peer>): void {
  const first = [...peers].find(({ mspId }) => mspId === peer.mspId);
  if (first !== undefined && first !== peer) peer.packages.ensureAsIn(first.packages);
}

const nodeName = (organization: string, peer: string): string => `${organization}/${peer}`;

function describe(
  { consortium, material }: NetworkSetting,
  channels: ReadonlyMap<string, RunningChannel>,
  nodes: ReadonlyMap<string, PeerNode>,
  ordererPorts: { readonly port: number; readonly admin: number },
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
        peers: organization.peers.map(({ name }) => ({
          endpoint: nodes.get(nodeName(organization.name, name))?.peer.address ?? '',
          tlsCaPem: material.organization(organization.name).tlsCaPem,
          serverName: 'localhost',
        })),
      })),
    orderers: [
      {
        mspId: material.orderer.mspId,
        endpoint: `localhost:${ordererPorts.port}`,
        adminEndpoint: `localhost:${ordererPorts.admin}`,
        tlsCaPem: material.orderer.tlsCaPem,
        serverName: 'localhost',
      },
    ],
    oneLedger: true,
    pid: process.pid,
    startedAt: new Date().toISOString(),
  };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= action());
}
