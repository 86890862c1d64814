/** What administrators do with a network that has come up: join its nodes to the channels, define the chaincodes. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationBlock, type Consensus, sharedConfigurationBlock } from '../configuration';
import { type ChannelSpec, type Consortium } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { type MemberMaterial } from '../identity/member-material';
import { type Administrator } from './administrator';
import { type ChaincodeDefinition, definitionOf } from './chaincode-definition';
import { type PackageOf } from './chaincode-service';
import { joinChannel, joinedChannels, type OrdererAdmin } from './participation';
import { type Placement } from './placement';
import { type Patience } from './wait';

/** Each organisation's administrator at each of its peers, by MSP id: the one at the first peer acts for the organisation. */
export type Administrators = ReadonlyMap<string, readonly Administrator[]>;

/** Joins the orderers, then the peers, to the channels that they are not in yet. */
export async function joinAll(
  home: string,
  { consortium, adminPorts }: Placement,
  material: NetworkMaterial,
  consensus: Consensus['type'],
  administrators: Administrators,
  patience: Patience,
): Promise<void> {
  const blocks = firstBlocks(home, consortium, (channel) =>
    configurationBlock(consortium, channel, material, consensus, new Date()),
  );
  const { nodes, tlsCaPem } = material.orderer;
  await Promise.all(
    nodes.map(({ name, host, tls }) =>
      joinOrderer({ host, port: adminPorts[name] ?? 0, tlsCaPem, tls }, blocks, patience),
    ),
  );
  await Promise.all(
    consortium.organizations.flatMap(({ name, mspId }) =>
      (administrators.get(mspId) ?? []).map((administrator) =>
        joinPeer(consortium, name, administrator, blocks, patience),
      ),
    ),
  );
}

/** Joins a member's own orderers and its peer, by the blocks that every member makes by itself. */
export async function joinOwn(
  home: string,
  { consortium, adminPorts }: Placement,
  { organization, orderers, channel: material }: MemberMaterial,
  administrator: Administrator,
  patience: Patience,
): Promise<void> {
  const { name, tlsCaPem } = organization;
  const theirs = { ...consortium, channels: consortium.channels.filter(({ members }) => members.includes(name)) };
  // Whoever orders does so for all channels, also for those that it is no member of.
  const wanted = orderers.length > 0 ? consortium : theirs;
  const blocks = firstBlocks(home, wanted, (channel) => sharedConfigurationBlock(consortium, channel, material));
  await Promise.all(
    orderers.map((node) =>
      joinOrderer({ host: HOST, port: adminPorts[node.name] ?? 0, tlsCaPem, tls: node.tls }, blocks, patience),
    ),
  );
  await joinPeer(theirs, name, administrator, blocks, patience);
}

/** Each channel's first block, serialised, by its name. */
type FirstBlocks = ReadonlyMap<string, Uint8Array>;

/** Where a member's own orderer is asked by its administrator. */
const HOST = 'localhost';

async function joinOrderer(admin: OrdererAdmin, blocks: FirstBlocks, patience: Patience): Promise<void> {
  const joined = await patience.until(`the orderer at ${admin.host}:${admin.port} answers`, () =>
    joinedChannels(admin),
  );
  for (const [channel, block] of blocks) if (!joined.includes(channel)) await joinChannel(admin, block);
}

async function joinPeer(
  { channels }: Consortium,
  organization: string,
  administrator: Administrator,
  blocks: FirstBlocks,
  patience: Patience,
): Promise<void> {
  const joined = await patience.until(`the peer of ${organization} answers`, () => administrator.channels());
  for (const { name, members } of channels) {
    const block = blocks.get(name);
    if (block === undefined || !members.includes(organization) || joined.includes(name)) continue;
    await administrator.join(block);
  }
}

/** Where a channel's first block is kept. */
export function firstBlockFile(home: string, channel: string): string {
  return join(home, 'fabric', 'blocks', `${channel}.block`);
}

/** Each channel's first block, made once: whoever joins later joins by the same. */
function firstBlocks(home: string, consortium: Consortium, make: (channel: ChannelSpec) => Uint8Array): FirstBlocks {
  const folder = join(home, 'fabric', 'blocks');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return new Map(
    consortium.channels.map((channel) => {
      const file = firstBlockFile(home, channel.name);
      if (!existsSync(file)) {
        writeFileSync(`${file}.tmp`, make(channel), { flush: true });
        renameSync(`${file}.tmp`, file);
      }
      return [channel.name, readFileSync(file)];
    }),
  );
}

/** Installs each chaincode once at every peer that is in a channel with it. */
export async function installAll(
  { organizations, channels }: Consortium,
  packageOf: PackageOf,
  administrators: Administrators,
): Promise<void> {
  await Promise.all(
    organizations.map(async ({ name, mspId }) => {
      const theirs = channels.filter(({ members }) => members.includes(name)).flatMap(({ chaincodes }) => chaincodes);
      const packages = new Map(
        theirs.flatMap((chaincode) => packageOf(name, chaincode) ?? []).map((one) => [one.id, one]),
      );
      for (const packaged of packages.values()) {
        for (const administrator of administrators.get(mspId) ?? []) await administrator.install(packaged);
      }
    }),
  );
}

/** Installs and approves for one member what its channels have in force already; what they have not is left to the members. */
export async function approveInForce(
  { channels }: Consortium,
  member: string,
  administrator: Administrator,
  packageOf: PackageOf,
  patience: Patience,
): Promise<void> {
  for (const { name: channel, chaincodes } of channels.filter(({ members }) => members.includes(member))) {
    for (const { name } of chaincodes) {
      const committed = await patience.until('the channel is there', () => administrator.committed(channel, name));
      const packaged = committed === undefined ? undefined : packageOf(member, committed.definition);
      if (committed === undefined || packaged === undefined) continue;
      await patience.until('the approval is taken', async () => {
        await administrator.install(packaged);
        await administrator.approve(channel, committed.definition, packaged.id);
      });
    }
  }
}

/** Approves and commits what the description defines and the channel has not. */
export async function defineChaincodes(
  { organizations }: Consortium,
  channel: ChannelSpec,
  packageOf: PackageOf,
  administrators: Administrators,
  patience: Patience,
): Promise<void> {
  const theirs = organizations.flatMap(({ name, mspId }) => {
    const peers = channel.members.includes(name) ? (administrators.get(mspId) ?? []) : [];
    const [administrator] = peers;
    return administrator === undefined ? [] : [{ name, administrator, peers }];
  });
  const [first] = theirs;
  if (first === undefined) return;
  const members = theirs.map(({ administrator }) => administrator.mspId);
  await Promise.all(
    channel.chaincodes.map(async (chaincode) => {
      const { name } = chaincode;
      const described = definitionOf(chaincode);
      const inForce = async (): Promise<ChaincodeDefinition | undefined> =>
        (await first.administrator.committed(channel.name, name))?.definition;
      const committed = await patience.until('the channel is there', inForce);
      // An upgrade may have gone beyond the description: the ledger counts.
      const definition = committed === undefined || committed.sequence < described.sequence ? described : committed;
      // Approved too by those who have not yet: a new member, or one whose package is another as a certificate in it was renewed.
      await Promise.all(
        theirs.map(async (one) => {
          const packaged = packageOf(one.name, definition);
          if (packaged === undefined) return;
          await patience.until(`the approval of ${one.name} is taken`, async () => {
            if (definition === committed) for (const peer of one.peers) await peer.install(packaged);
            await one.administrator.approve(channel.name, definition, packaged.id);
          });
        }),
      );
      if (definition !== committed) {
        await patience.until('a definition is committed', async () => {
          if (((await inForce())?.sequence ?? 0) < definition.sequence) {
            await first.administrator.commit(channel.name, definition, members);
          }
        });
      }
      await Promise.all(
        theirs
          .flatMap(({ peers }) => peers)
          .map((peer) => patience.until('the peers know each other', () => peer.meet(channel.name, name, members))),
      );
    }),
  );
}
