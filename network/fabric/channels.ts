/** What administrators do with a network that has come up: join its nodes to the channels, define the chaincodes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChaincodeAddresses } from '../chaincode-addresses';
import { configurationBlock, type Consensus } from '../configuration';
import { type ChannelSpec, type Consortium } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { type Administrator } from './administrator';
import { type ChaincodePackage, packageChaincode } from './chaincode-package';
import { joinChannel, joinedChannels } from './participation';
import { type Placement } from './placement';
import { type Patience } from './wait';

/** Joins the orderers, then the peers, to the channels that they are not in yet. */
export async function joinAll(
  home: string,
  { consortium, adminPorts }: Placement,
  material: NetworkMaterial,
  consensus: Consensus['type'],
  administrators: ReadonlyMap<string, Administrator>,
  patience: Patience,
): Promise<void> {
  const blocks = firstBlocks(home, consortium, material, consensus);
  await Promise.all(
    material.orderer.nodes.map(async ({ name, tls }) => {
      const admin = { port: adminPorts[name] ?? 0, tlsCaPem: material.orderer.tlsCaPem, tls };
      const joined = await patience.until('the orderer answers', () => joinedChannels(admin));
      for (const [channel, block] of blocks) if (!joined.includes(channel)) await joinChannel(admin, block);
    }),
  );
  await Promise.all(
    consortium.organizations.map(async ({ name, mspId }) => {
      const administrator = administrators.get(mspId);
      if (administrator === undefined) return;
      const joined = await patience.until(`the peer of ${name} answers`, () => administrator.channels());
      for (const channel of consortium.channels) {
        const block = blocks.get(channel.name);
        if (block === undefined || !channel.members.includes(name) || joined.includes(channel.name)) continue;
        await administrator.join(block);
      }
    }),
  );
}

/** Each channel's first block, made once: whoever joins later joins by the same. */
function firstBlocks(
  home: string,
  consortium: Consortium,
  material: NetworkMaterial,
  consensus: Consensus['type'],
): ReadonlyMap<string, Uint8Array> {
  const folder = join(home, 'fabric', 'blocks');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return new Map(
    consortium.channels.map((channel) => {
      const file = join(folder, `${channel.name}.block`);
      if (!existsSync(file)) {
        writeFileSync(file, configurationBlock(consortium, channel, material, consensus, new Date()));
      }
      return [channel.name, readFileSync(file)];
    }),
  );
}

/** Installs each chaincode once at every peer that is in a channel with it. */
export async function installAll(
  { organizations, channels }: Consortium,
  addresses: ChaincodeAddresses,
  administrators: ReadonlyMap<string, Administrator>,
): Promise<void> {
  await Promise.all(
    organizations.map(async ({ name, mspId }) => {
      const theirs = channels.filter(({ members }) => members.includes(name)).flatMap(({ chaincodes }) => chaincodes);
      const packages = new Map(theirs.map((chaincode) => packageOf(chaincode, addresses)).map((one) => [one.id, one]));
      for (const packaged of packages.values()) await administrators.get(mspId)?.install(packaged);
    }),
  );
}

/** Approves and commits what the description defines and the channel has not. */
export async function defineChaincodes(
  { organizations }: Consortium,
  channel: ChannelSpec,
  addresses: ChaincodeAddresses,
  administrators: ReadonlyMap<string, Administrator>,
  patience: Patience,
): Promise<void> {
  const members = organizations.filter(({ name }) => channel.members.includes(name)).map(({ mspId }) => mspId);
  const theirs = members.flatMap((mspId) => administrators.get(mspId) ?? []);
  const [first] = theirs;
  if (first === undefined) return;
  await Promise.all(
    channel.chaincodes.map(async (chaincode) => {
      const packaged = packageOf(chaincode, addresses);
      const committed = await patience.until('the channel is there', () => first.isCommitted(channel.name, chaincode));
      if (!committed) {
        await Promise.all(
          theirs.map(async (administrator) => {
            await patience.until('an approval is taken', () =>
              administrator.approve(channel.name, chaincode, packaged),
            );
          }),
        );
        await patience.until('a definition is committed', async () => {
          if (!(await first.isCommitted(channel.name, chaincode))) await first.commit(channel.name, chaincode, members);
        });
      }
      await Promise.all(
        theirs.map((administrator) =>
          patience.until('the peers know each other', () => administrator.meet(channel.name, chaincode, members)),
        ),
      );
    }),
  );
}

function packageOf(
  { name, version }: ChannelSpec['chaincodes'][number],
  addresses: ChaincodeAddresses,
): ChaincodePackage {
  const address = typeof addresses === 'string' ? addresses : addresses[name];
  if (address === undefined) throw new Error(`no address of chaincode ${name} is given`);
  return packageChaincode(name, version, address);
}
