/** The description beside what a channel has, in plain words: what is described and not in force, and the other way round. */
import { type ConfigurationDescription, describe } from '../configuration';
import { type ChannelSpec, type Consortium, type NodeAddress } from '../consortium';
import { type ChaincodeDefinition, definitionOf, isSameDefinition, policyText } from '../fabric/chaincode-definition';
import { place, placeMember } from '../fabric/placement';
import { ownMember } from '../identity/member-card';
import { type Administration } from './administration';
import { committedDefinition } from './chaincodes';
import { readConfiguration } from './configurations';
import { AdministrationError } from './errors';
import { isFabric } from './packages';

/**
 * What the description says otherwise than the channel has it: members and their anchor peers, orderers, block cutting, chaincodes.
 * @returns a line a difference, with what brings it into force where a command does
 * @throws AdministrationError when the description has no such channel
 */
export async function differencesFromDescription(
  administration: Administration,
  described: Consortium,
  channelName: string,
): Promise<readonly string[]> {
  const inForce = describe(await readConfiguration(administration, channelName));
  const consensus = inForce.ordering.consensus === 'etcdraft' ? 'etcdraft' : 'BFT';
  const consortium = await asItRuns(administration.home, described, consensus);
  const channel = consortium.channels.find(({ name }) => name === channelName);
  if (channel === undefined) throw new AdministrationError(`consortium.yaml has no channel "${channelName}"`);
  const chaincodes = await Promise.all(
    channel.chaincodes.map(async (chaincode) =>
      chaincodeLines(definitionOf(chaincode), await committedDefinition(administration, { channel, chaincode })),
    ),
  );
  return [
    ...memberLines(consortium, channel, inForce),
    ...ordererLines(
      isFabric(administration.home) ? consortium.orderer.orderers : consortium.orderer.orderers.slice(0, 1),
      inForce,
    ),
    ...blockLines(channel, inForce),
    ...chaincodes.flat(),
  ];
}

/** With the ports and settings that the network gave itself where the description leaves them open. */
async function asItRuns(home: string, described: Consortium, consensus: 'BFT' | 'etcdraft'): Promise<Consortium> {
  if (!isFabric(home)) return described;
  const own = ownMember(home);
  const placement = own === undefined ? place(described, home, consensus, 'fixed') : placeMember(described, home, own);
  return (await placement).consortium;
}

const addressOf = ({ host, port }: NodeAddress): string => `${host}:${port}`;

function memberLines(
  { organizations }: Consortium,
  channel: ChannelSpec,
  { members }: ConfigurationDescription,
): readonly string[] {
  const described = organizations.filter(({ name }) => channel.members.includes(name));
  const lines = described.flatMap(({ name, mspId, peers }) => {
    const member = members.find((one) => one.mspId === mspId);
    if (member === undefined) {
      return [`${name} (${mspId}) is described and no member yet: onepledge member add ${name}`];
    }
    const [peer] = peers;
    if (peer === undefined || member.anchorPeers.includes(addressOf(peer))) return [];
    const now = member.anchorPeers.join(', ') || 'nowhere';
    return [`${name}: its peer is described at ${addressOf(peer)}, and the channel has it at ${now}`];
  });
  const strangers = members.filter(({ mspId }) => described.every((one) => one.mspId !== mspId));
  return [
    ...lines,
    ...strangers.map(({ mspId }) => `${mspId} is a member and not described as one: onepledge member remove ${mspId}`),
  ];
}

function ordererLines(orderers: readonly NodeAddress[], { ordering }: ConfigurationDescription): readonly string[] {
  const known = ordering.consenters.map(({ address }) => address);
  const described = orderers.map(addressOf);
  return [
    ...orderers
      .filter((one) => !known.includes(addressOf(one)))
      .map(
        (one) =>
          `${one.name} at ${addressOf(one)} is described and orders nothing yet: onepledge orderer add ${one.name}`,
      ),
    ...known
      .filter((address) => !described.includes(address))
      .map((address) => `the orderer at ${address} is not described: onepledge orderer remove ${address}`),
  ];
}

function blockLines({ blocks }: ChannelSpec, { batch }: ConfigurationDescription): readonly string[] {
  const pairs = [
    ['most messages', blocks.maxMessageCount, batch.maxMessageCount],
    ['preferred bytes', blocks.preferredMaxBytes, batch.preferredMaxBytes],
    ['most bytes', blocks.absoluteMaxBytes, batch.absoluteMaxBytes],
    ['time in ms', blocks.batchTimeoutMs, batch.batchTimeoutMs],
  ] as const;
  return pairs
    .filter(([, described, now]) => described !== now)
    .map(
      ([what, described, now]) =>
        `blocks: ${what}: ${described} is described, ${now} is in force: onepledge channel update`,
    );
}

function chaincodeLines(described: ChaincodeDefinition, committed: ChaincodeDefinition | undefined): readonly string[] {
  const { name } = described;
  if (committed === undefined) return [`chaincode ${name} is described and not defined: onepledge chaincode upgrade`];
  if (isSameDefinition(described, committed) && described.sequence === committed.sequence) return [];
  const words = ({ version, sequence }: ChaincodeDefinition): string => `${version} at sequence ${sequence}`;
  const [then, now] = [policyText(described), policyText(committed)];
  return [
    `chaincode ${name}: ${words(described)} is described, ${words(committed)} is in force`,
    ...(then === now ? [] : [`chaincode ${name}: its policy is described as ${then}, and ${now} is in force`]),
  ];
}
