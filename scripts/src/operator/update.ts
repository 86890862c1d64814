/** A change of a channel's configuration, signed by everybody whose key is in the home. */
import type { Signer } from '@onepledge/network';
import type { ConfigurationChange, ConfigurationDescription } from '@onepledge/network/configuration';
import type { Context } from '../cli/context';
import type { Input } from '../cli/input';
import type { Session } from './session';

/** The channel that a command is about. */
export function channelOf({ administration }: Session, input: Input): string {
  return input.optional('channel') ?? administration.connection.channel;
}

/** The configuration of the channel that a command is about, as the ledger has it. */
export async function describeChannel(
  session: Session,
  input: Input,
): Promise<Readonly<{ channel: string; configuration: ConfigurationDescription }>> {
  const { readConfiguration } = await import('@onepledge/network/administration');
  const { describe } = await import('@onepledge/network/configuration');
  const channel = channelOf(session, input);
  return { channel, configuration: describe(await readConfiguration(session.administration, channel)) };
}

/** What became of a change. */
export type Changed = Readonly<{
  channel: string;
  dryRun: boolean;
  /** What it changes, in plain words. */
  lines: readonly string[];
  sequence: number;
}>;

/** Works a change out and, unless it is a dry run, has it signed, ordered and committed. */
export async function changeChannel(
  { output }: Context,
  session: Session,
  channel: string,
  dryRun: boolean,
  ...changes: readonly ConfigurationChange[]
): Promise<Changed> {
  const { planUpdate, submitUpdate } = await import('@onepledge/network/administration');
  const { administration } = session;
  const planned = await planUpdate(administration, channel, ...changes);
  const sequence = planned.before.getSequence() + 1;
  if (!dryRun) {
    output.note(`updating ${channel}: configuration ${sequence}`);
    await submitUpdate(administration, channel, planned.envelope, await orderingSigner(session));
  }
  return { channel, dryRun, lines: planned.lines, sequence };
}

/** The ordering organisation's administrator, where its key is here. */
export async function orderingSigner({ consortium, administration }: Session): Promise<readonly Signer[]> {
  const { administratorOf } = await import('@onepledge/network/administration');
  const { MaterialError } = await import('@onepledge/network');
  const { name, mspId } = consortium.orderer;
  try {
    return [await administratorOf(administration.home, name, mspId)];
  } catch (error) {
    if (error instanceof MaterialError) return [];
    throw error;
  }
}
