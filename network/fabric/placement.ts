/** Which orderers there are and on which ports all nodes listen. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Consensus } from '../configuration';
import { type ChannelSpec, type Consortium, consortiumError, type NodeAddress, type Organization } from '../consortium';
import { isCode } from '../identity/key-file';
import { freePort } from './ports';

/** Fewer cannot stand one that lies. */
const BFT_ORDERERS = 4;

const PortsSchema = z.record(z.string(), z.int().min(1).max(65_535));

/** The consortium with as many orderers as the consensus takes, each node where it listens. */
export interface Placement {
  readonly consortium: Consortium;
  /** Where each orderer's administrators call, by its name. */
  readonly adminPorts: Readonly<Record<string, number>>;
  /** Where each node tells of its health and its metrics, by the node's name. */
  readonly operationsPorts: Readonly<Record<string, number>>;
  /** All of them, by what they are for. */
  readonly ports: Readonly<Record<string, number>>;
}

/**
 * Places the nodes. Once kept (`keepPlacement`) the ports stay, as the channels' configuration names them.
 * @param wantedPorts of a new network, `fixed`: the description's; `ephemeral`: free ones
 */
export async function place(
  described: Consortium,
  home: string,
  consensus: Consensus['type'],
  wantedPorts: 'fixed' | 'ephemeral',
): Promise<Placement> {
  const wanted = { ...asFabricRunsIt(described, consensus), organizations: described.organizations };
  const known = readPorts(portsFile(home));
  const taken = new Map<string, number>();
  const portOf = async (key: string, fixed: number | undefined): Promise<number> => {
    const preferred = wantedPorts === 'fixed' ? fixed : undefined;
    const port = known[key] ?? preferred ?? (await freePort([...taken.values(), ...Object.values(known)]));
    taken.set(key, port);
    return port;
  };
  const adminPorts: Record<string, number> = {};
  const operationsPorts: Record<string, number> = {};
  const placedOrderers: NodeAddress[] = [];
  for (const node of wanted.orderer.orderers) {
    placedOrderers.push({ ...node, host: HOST, port: await portOf(node.name, node.port) });
    adminPorts[node.name] = await portOf(`${node.name}/admin`, undefined);
    operationsPorts[node.name] = await portOf(`${node.name}/operations`, undefined);
  }
  const organizations = [];
  for (const organization of wanted.organizations) {
    const peers = [];
    for (const peer of organization.peers) {
      const name = peerNodeName(organization, peer);
      peers.push({ ...peer, host: HOST, port: await portOf(name, peer.port) });
      operationsPorts[name] = await portOf(`${name}/operations`, undefined);
    }
    organizations.push({ ...organization, peers });
  }
  const consortium = { ...wanted, organizations, orderer: { ...wanted.orderer, orderers: placedOrderers } };
  return { consortium, adminPorts, operationsPorts, ports: Object.fromEntries(taken) };
}

/**
 * Places the nodes of one member at the hosts and ports that the description gives them; what only this machine needs to know has free ports.
 * @throws ConsortiumError when members do not run four orderers or more between them
 */
export async function placeMember(described: Consortium, home: string, member: string): Promise<Placement> {
  const count = described.organizations.flatMap(({ orderers = [] }) => orderers).length;
  if (count < BFT_ORDERERS) {
    const message = `BFT takes ${BFT_ORDERERS} orderers or more: members have ${count} under "orderers"`;
    throw consortiumError(described, ['organizations'], message);
  }
  const consortium = asFabricRunsIt(described, 'BFT');
  const own = consortium.organizations.find(({ name }) => name === member);
  if (own === undefined) throw consortiumError(described, ['organizations'], `describe no "${member}"`);
  const orderers = (own.orderers ?? []).map(({ name }) => name);
  const admin = orderers.map((name) => [name, `${name}/admin`] as const);
  const operations = [...orderers, member].map((name) => [name, `${name}/operations`] as const);
  const ports = await reservePorts(
    home,
    [...admin, ...operations].map(([, key]) => key),
  );
  const named = (keys: readonly (readonly [string, string])[]): Record<string, number> =>
    Object.fromEntries(keys.map(([name, key]) => [name, ports[key] ?? 0]));
  return { consortium, adminPorts: named(admin), operationsPorts: named(operations), ports };
}

/** A peer's name among all nodes: its organisation's for the first one. */
export function peerNodeName(
  { name, peers: [first] }: Pick<Organization, 'name' | 'peers'>,
  peer: NodeAddress,
): string {
  return peer.name === first?.name ? name : `${name}.${peer.name}`;
}

/** All nodes are on this machine. */
const HOST = 'localhost';

/** The description with the first peer of each organisation, as many orderers as the consensus takes, and blocks that are worth a consensus. */
export function asFabricRunsIt(described: Consortium, consensus: Consensus['type']): Consortium {
  const organizations = described.organizations.map((organization) => {
    const [peer] = organization.peers;
    if (peer === undefined) throw new Error(`${organization.name} has no peer`);
    return { ...organization, peers: [peer] };
  });
  const orderer = { ...described.orderer, orderers: orderersFor(described.orderer.orderers, consensus) };
  const channels = described.channels.map((channel) => ({ ...channel, blocks: unhurried(channel.blocks) }));
  return { ...described, organizations, orderer, channels };
}

/** Every block of Fabric costs a consensus and every peer's commit, while which more messages come together: less time would make more blocks, not sooner answers. */
const SHORTEST_BATCH_TIMEOUT_MS = 10;

function unhurried(blocks: ChannelSpec['blocks']): ChannelSpec['blocks'] {
  return { ...blocks, batchTimeoutMs: Math.max(blocks.batchTimeoutMs, SHORTEST_BATCH_TIMEOUT_MS) };
}

/** Raft: the first one is the smallest network. BFT: all that are described, and like ones up to four. */
function orderersFor(described: readonly NodeAddress[], consensus: Consensus['type']): readonly NodeAddress[] {
  const [first] = described;
  if (first === undefined) throw new Error('the consortium has no orderer');
  if (consensus === 'etcdraft') return [first];
  const more = Array.from({ length: Math.max(0, BFT_ORDERERS - described.length) }, (_, index) => {
    const at = described.length + index;
    return { name: `orderer${at}`, host: first.host, port: first.port + 1000 * at };
  });
  return [...described, ...more];
}

function remember(file: string, ports: Readonly<Record<string, number>>): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.tmp`, `${JSON.stringify(ports, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.tmp`, file);
}

/** Remembers the ports, for the next start. */
export function keepPlacement(home: string, { ports }: Placement): void {
  const file = portsFile(home);
  remember(file, { ...readPorts(file), ...ports });
}

/** All ports that the home's network has been given. */
export function keptPorts(home: string): ReadonlySet<number> {
  return new Set(Object.values(keptPortsByKey(home)));
}

/** The same by what has them: `orderer0/admin`, `bank-a/chaincode/onepledge_1.0`. */
export function keptPortsByKey(home: string): Readonly<Record<string, number>> {
  return readPorts(portsFile(home));
}

/** Ports of the home that are no node's, by key, such as a chaincode's: those remembered, and free ones where there are none. */
export async function reservePorts(home: string, keys: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const file = portsFile(home);
  const ports = { ...readPorts(file) };
  for (const key of keys) ports[key] ??= await freePort(Object.values(ports));
  remember(file, ports);
  return Object.fromEntries(keys.map((key) => [key, ports[key] ?? 0]));
}

function portsFile(home: string): string {
  return join(home, 'fabric', 'ports.json');
}

function readPorts(file: string): Readonly<Record<string, number>> {
  try {
    return PortsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return {};
    throw new Error(`${file} is damaged: remove the folder it is in, with the ledgers there`, { cause: error });
  }
}
