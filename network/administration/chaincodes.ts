/** Chaincode definitions on a channel: what is committed, what the description asks for, and the steps from one to the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelSpec, type Consortium } from '../consortium';
import {
  type ChaincodeDefinition,
  collectionNames,
  definitionOf,
  isSameDefinition,
  policyText,
} from '../fabric/chaincode-definition';
import { type Administration, openAdministration } from './administration';
import { AdministrationError } from './errors';
import { makePackages } from './packages';

/** A chaincode on a channel. */
export interface ChaincodePlace {
  readonly channel: ChannelSpec;
  readonly chaincode: ChannelSpec['chaincodes'][number];
}

/**
 * The chaincode that is meant.
 * @param channelName left out, the first of the description; as is the chaincode
 * @throws AdministrationError when the description has none
 */
export function placeOf(consortium: Consortium, channelName?: string, chaincodeName?: string): ChaincodePlace {
  const [first] = consortium.channels;
  const channel = channelName === undefined ? first : consortium.channels.find(({ name }) => name === channelName);
  if (channel === undefined) throw new AdministrationError(`the consortium has no channel "${channelName ?? ''}"`);
  const chaincode =
    chaincodeName === undefined ? channel.chaincodes[0] : channel.chaincodes.find(({ name }) => name === chaincodeName);
  if (chaincode === undefined) {
    throw new AdministrationError(`the consortium defines no chaincode "${chaincodeName ?? ''}" on ${channel.name}`);
  }
  return { channel, chaincode };
}

/** A definition for people. */
export interface DefinitionSummary {
  readonly name: string;
  readonly version: string;
  readonly sequence: number;
  readonly initRequired: boolean;
  readonly endorsementPolicy: string;
  readonly collections: readonly string[];
}

/** A definition in words. */
export function summaryOf(definition: ChaincodeDefinition): DefinitionSummary {
  const { name, version, sequence, initRequired } = definition;
  return {
    ...{ name, version, sequence, initRequired },
    endorsementPolicy: policyText(definition),
    collections: collectionNames(definition),
  };
}

/** What is committed; undefined when nothing is. */
export async function committedDefinition(
  { organizations: [first] }: Administration,
  { channel, chaincode }: ChaincodePlace,
): Promise<ChaincodeDefinition | undefined> {
  return (await first.administrator.committed(channel.name, chaincode.name))?.definition;
}

/**
 * The definition that the channel is to have next.
 * @param version of the description where it is left out; given, the description's definition under that version
 * @returns undefined when the channel has it already
 * @throws AdministrationError when the description's sequence is not the next one
 */
export function nextDefinition(
  { chaincode }: ChaincodePlace,
  committed: ChaincodeDefinition | undefined,
  version?: string,
): ChaincodeDefinition | undefined {
  const next = (committed?.sequence ?? 0) + 1;
  if (version !== undefined) return definitionOf({ ...chaincode, version, sequence: next });
  const described = definitionOf(chaincode);
  if (described.sequence === next) return described;
  if (committed?.sequence === described.sequence && isSameDefinition(committed, described)) return undefined;
  throw new AdministrationError(
    committed === undefined
      ? `${described.name} is not defined on the channel yet: the description's sequence must be 1, not ${described.sequence}`
      : `the channel has ${described.name} ${committed.version} at sequence ${committed.sequence}, and the description says ${described.version} at ${described.sequence}: give it sequence ${next}`,
  );
}

/** MSP ids of the channel's members. */
export function memberIds(consortium: Consortium, { channel }: ChaincodePlace): readonly string[] {
  return consortium.organizations.filter(({ name }) => channel.members.includes(name)).map(({ mspId }) => mspId);
}

const EVERYWHERE_WITHIN_MS = 60_000;

/** Resolves when the peers of all administered organisations have the definition. @throws AdministrationError after a minute */
export async function untilEverywhere(
  { organizations }: Administration,
  { channel, chaincode }: ChaincodePlace,
  sequence: number,
): Promise<void> {
  const deadline = Date.now() + EVERYWHERE_WITHIN_MS;
  for (const { name, administrator } of organizations) {
    for (;;) {
      const found = await administrator.committed(channel.name, chaincode.name);
      if ((found?.definition.sequence ?? 0) >= sequence) break;
      if (Date.now() > deadline) throw new AdministrationError(`the peer of ${name} has not got the definition`);
      await sleep(100);
    }
  }
}

/**
 * Has an organisation that has come in install and approve what is in force; once more does nothing.
 * @throws MaterialError when its administrator's key is not in the home
 */
export async function approveInForce(
  home: string,
  consortium: Consortium,
  channelName: string,
  organization: string,
): Promise<void> {
  const administration = await openAdministration(home, [organization]);
  try {
    const [{ administrator, others }] = administration.organizations;
    for (const { name } of consortium.channels.find((one) => one.name === channelName)?.chaincodes ?? []) {
      const found = await administrator.committed(channelName, name);
      if (found === undefined) continue;
      const packages = await makePackages(home, consortium, found.definition);
      const own = packages.find((one) => one.organization === organization);
      if (own === undefined) continue;
      for (const one of [administrator, ...others]) await one.install(own);
      await administrator.approve(channelName, found.definition, own.id);
    }
  } finally {
    administration.close();
  }
}
