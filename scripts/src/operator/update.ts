/** A change of a channel's configuration, signed by everybody whose key is in the home. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Signer } from '@onepledge/network';
import type { PlannedUpdate } from '@onepledge/network/administration';
import type { ConfigurationChange, ConfigurationDescription } from '@onepledge/network/configuration';
import type { Context } from '../cli/context';
import type { Input } from '../cli/input';
import { afterMoves } from './moved';
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

/** What is done with a change: worked out only, signed into a file, or put into force. */
export type Way = Readonly<{ channel: string; dryRun: boolean; sign: string | undefined }>;

/** The way that --channel, --dry-run and --sign ask for. */
export function wayOf(session: Session, input: Input): Way {
  const sign = input.optional('sign');
  return {
    channel: channelOf(session, input),
    dryRun: input.has('dryRun'),
    sign: sign === undefined ? undefined : resolve(sign),
  };
}

/** What became of a change. */
export type Changed = Readonly<{
  channel: string;
  dryRun: boolean;
  /** What it changes, in plain words. */
  lines: readonly string[];
  sequence: number;
  /** Where it waits for the others' signatures: it is not in force. */
  file?: string;
  signed?: readonly string[];
  /** Whether it is in force now. */
  done: boolean;
  /** What is left to do by hand. */
  next?: readonly string[];
}>;

/** Works a change out and, unless it is a dry run or to be signed by others first, has it signed, ordered and committed. */
export async function changeChannel(
  { output }: Context,
  session: Session,
  { channel, dryRun, sign }: Way,
  ...changes: readonly ConfigurationChange[]
): Promise<Changed> {
  const { planUpdate, submitUpdate } = await import('@onepledge/network/administration');
  const { administration } = session;
  const { before, after, envelope, lines } = await planUpdate(administration, channel, ...changes);
  const result = { channel, dryRun, lines, sequence: before.getSequence() + 1, done: !dryRun && sign === undefined };
  if (dryRun) return result;
  if (sign !== undefined) {
    const signed = await signInto(session, sign, envelope);
    output.note(signedLine(sign, signed));
    return { ...result, file: sign, signed };
  }
  output.note(`updating ${channel}: configuration ${result.sequence}`);
  await submitUpdate(administration, channel, envelope, await orderingSigner(session));
  const { movedOrderers } = await import('@onepledge/network/configuration');
  const next = afterMoves(movedOrderers(before, after));
  for (const line of next) output.note(line);
  return next.length === 0 ? result : { ...result, next };
}

/** Writes an update, signed by all administrators whose keys are here too. @returns their MSP ids */
export async function signInto(
  session: Session,
  file: string,
  envelope: PlannedUpdate['envelope'],
): Promise<readonly string[]> {
  const { signAll } = await import('@onepledge/network/administration');
  const { updateTransaction } = await import('@onepledge/network/configuration');
  const [first, ...rest] = session.administration.organizations;
  const signers = [first, ...rest].map(({ signer }) => signer).concat(await orderingSigner(session));
  writeFileSync(file, updateTransaction(signAll(envelope, signers), first.signer));
  return signers.map(({ mspId }) => mspId);
}

/** For people. */
export function signedLine(file: string, signed: readonly string[]): string {
  return `${file}, signed by ${signed.join(', ')}`;
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
