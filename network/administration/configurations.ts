/** A channel's configuration: read from a peer, changed, signed by the administrators who are here, ordered. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Config,
  ConfigUpdate,
  type ConfigUpdateEnvelope,
} from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import {
  changed,
  type ConfigurationChange,
  configurationOf,
  computeUpdate,
  ConfigurationError,
  diff,
  signUpdate,
  unsignedUpdate,
  updateTransaction,
} from '../configuration';
import { type Signer } from '../identity/types';
import { type Administration } from './administration';
import { broadcast } from './broadcast';
import { AdministrationError } from './errors';
import { orderedConfigurationBlock } from './ordered-blocks';

/** The configuration in force. @throws as `configurationBlock` */
export async function readConfiguration(administration: Administration, channel: string): Promise<Config> {
  return configurationOf(await configurationBlock(administration, channel)).config;
}

/**
 * The newest configuration block: as the first administered organisation's peer has it, or the orderers, where that is in no such channel.
 * @throws AdministrationError when the organisation is not of the channel
 */
export async function configurationBlock(
  { organizations: [first], connection }: Administration,
  channel: string,
): Promise<Uint8Array> {
  const { name, administrator, signer } = first;
  try {
    return await administrator.configurationBlock(channel);
  } catch (error) {
    if ((await administrator.channels()).includes(channel)) throw error;
    try {
      return await orderedConfigurationBlock(connection.orderers, channel, signer);
    } catch (cause) {
      throw new AdministrationError(`the peer of ${name} is in no channel "${channel}"`, { cause });
    }
  }
}

/**
 * What is different between the configuration that a block brings and the one in force, in plain words.
 * @param block a serialised common.Block
 * @throws ConfigurationError when it brings none, or another channel's
 */
export async function changesSince(
  administration: Administration,
  channel: string,
  block: Uint8Array,
): Promise<readonly string[]> {
  const then = configurationOf(block);
  if (then.channel !== channel) throw new ConfigurationError(`the block is of channel ${then.channel}, not ${channel}`);
  return diff(then.config, await readConfiguration(administration, channel));
}

/** A change that has been worked out and not been submitted. */
export interface PlannedUpdate {
  readonly channel: string;
  readonly before: Config;
  readonly after: Config;
  /** What it changes, in plain words. */
  readonly lines: readonly string[];
  readonly envelope: ConfigUpdateEnvelope;
}

/**
 * Works a change out; nothing is submitted.
 * @throws ConfigurationError when it changes nothing, or cannot be
 */
export async function planUpdate(
  administration: Administration,
  channel: string,
  ...changes: readonly ConfigurationChange[]
): Promise<PlannedUpdate> {
  const before = await readConfiguration(administration, channel);
  const after = changed(before, ...changes);
  const envelope = unsignedUpdate(computeUpdate(channel, before, after));
  return { channel, before, after, lines: diff(before, after), envelope };
}

const COMMITTED_WITHIN_MS = 60_000;

/**
 * Signs an update for all administered organisations and more, gives it to the orderers, and waits until the peers have it.
 * @param others such as the ordering organisation's administrator
 * @throws OrderingRefusal with the policy that is not satisfied; AdministrationError
 */
export async function submitUpdate(
  administration: Administration,
  channel: string,
  envelope: ConfigUpdateEnvelope,
  others: readonly Signer[],
): Promise<void> {
  const { organizations, connection } = administration;
  const [first] = organizations;
  const sequence = (await readConfiguration(administration, channel)).getSequence();
  const signed = signAll(envelope, [...organizations.map(({ signer }) => signer), ...others]);
  await broadcast(connection.orderers, updateTransaction(signed, first.signer));
  const deadline = Date.now() + COMMITTED_WITHIN_MS;
  const members = membersAfter(envelope);
  for (const { name, mspId, administrator, signer } of organizations) {
    const isHere = (await administrator.channels()).includes(channel);
    const newest = (): Promise<Uint8Array> =>
      isHere
        ? administrator.configurationBlock(channel)
        : orderedConfigurationBlock(connection.orderers, channel, signer);
    // The peer of an organisation that was just removed gets no further blocks.
    while (members?.has(mspId) ?? true) {
      const sequenceThere = await sequenceAt(newest());
      if (sequenceThere !== undefined && sequenceThere > sequence) break;
      if (Date.now() > deadline) {
        throw new AdministrationError(`the peer of ${name} has not got the configuration within a minute`);
      }
      await sleep(100);
    }
  }
}

/** The update with these signatures too, each organisation's once. */
export function signAll(envelope: ConfigUpdateEnvelope, signers: readonly Signer[]): ConfigUpdateEnvelope {
  return signers.reduce((signed, signer) => signUpdate(signed, signer), envelope);
}

/** MSP ids of all members after the update, which stand in it where members come or go; undefined where none does. */
function membersAfter(envelope: ConfigUpdateEnvelope): ReadonlySet<string> | undefined {
  const update = ConfigUpdate.deserializeBinary(envelope.getConfigUpdate_asU8());
  const before = update.getReadSet()?.getGroupsMap().get('Application');
  const after = update.getWriteSet()?.getGroupsMap().get('Application');
  if (before === undefined || after === undefined || before.getVersion() === after.getVersion()) return undefined;
  return new Set(after.getGroupsMap().keys());
}

async function sequenceAt(block: Promise<Uint8Array>): Promise<number | undefined> {
  try {
    return configurationOf(await block).config.getSequence();
  } catch {
    return undefined;
  }
}
