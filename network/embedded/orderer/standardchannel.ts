/**
 * What an orderer checks of what it is handed: messages by their size and who signed them, updates of the configuration all
 * through, as they become configuration transactions here. Named after Fabric's message processor.
 */
import { IdentityError } from '../../identity/errors';
import { expiresAt } from '../../identity/msp';
import { type Channel, ChannelPolicy } from '../channel';
import { type Bundle, readBundle, requireCapabilities } from '../channelconfig/bundle';
import { ConfigError } from '../channelconfig/errors';
import { requireSuccessor } from '../channelconfig/successor';
import { proposeConfigUpdate } from '../channelconfig/validator';
import { HeaderType } from '../wire/common';
import { encodeConfigEnvelope } from '../wire/configtx';
import { type BlockWriter } from './blockwriter';
import { badRequest, BroadcastError, readSubmission, type Submission } from './submission';

/** Whether a message updates the configuration, or is like all others. */
export function isConfigUpdate({ channelHeader }: Submission): boolean {
  return channelHeader.type === HeaderType.CONFIG_UPDATE;
}

/**
 * Checks a message in Fabric's order: its kind, its size, and that a writer of the channel has signed it. What it holds is for the
 * peers to judge.
 * @throws BroadcastError
 */
export function processNormalMessage(submission: Submission, channel: Channel, at: Date): void {
  const refusal = REFUSED_TYPES.get(submission.channelHeader.type);
  if (refusal !== undefined) throw badRequest(refusal);
  if (channel.bundle.consensus.isMaintenance) {
    throw new BroadcastError('SERVICE_UNAVAILABLE', 'normal transactions are rejected: maintenance mode');
  }
  applyFilters(submission, channel, at);
}

/** What is to be ordered in place of an update. */
export interface ConfigTransaction {
  /** The envelope of type CONFIG. */
  readonly submission: Submission;
  /** What the channel goes by from its block on. */
  readonly bundle: Bundle;
}

/**
 * Makes a configuration transaction of an update, if that is signed by those who may change what it changes.
 * @throws BroadcastError
 */
export function processConfigUpdate(
  submission: Submission,
  channel: Channel,
  writer: BlockWriter,
  at: Date,
): ConfigTransaction {
  const passing = (which: string, act: () => void): void => {
    rephrase(`config update for existing channel did not pass ${which} checks`, act);
  };
  passing('initial', () => {
    applyFilters(submission, channel, at);
  });
  const { config, bundle } = propose(submission, channel);
  const content = encodeConfigEnvelope(config, submission.bytes);
  const transaction = readSubmission(writer.configTransaction(channel.name, content, at));
  passing('final', () => {
    applyFilters(transaction, channel, at);
  });
  return { submission: transaction, bundle };
}

function propose(submission: Submission, channel: Channel): { readonly config: Buffer; readonly bundle: Bundle } {
  try {
    const config = proposeConfigUpdate(submission.bytes, channel.name, channel.bundle);
    const bundle = readBundle(config);
    requireCapabilities(bundle);
    requireSuccessor(channel.bundle, bundle);
    return { config, bundle };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw badRequest(`error applying config update to existing channel '${channel.name}': ${error.message}`);
  }
}

const REFUSED_TYPES: ReadonlyMap<number, string> = new Map([
  [HeaderType.CONFIG, 'message is of type that cannot be processed directly'],
  [HeaderType.ORDERER_TRANSACTION, 'message is of type that is no longer supported'],
]);

function applyFilters({ envelope, signatureHeader }: Submission, channel: Channel, at: Date): void {
  const { batch, consensus } = channel.bundle;
  const size = envelope.payload.length + envelope.signature.length;
  if (size > batch.absoluteMaxBytes) {
    throw badRequest(`message payload is ${size} bytes and exceeds maximum allowed ${batch.absoluteMaxBytes} bytes`);
  }
  const policy = consensus.isMaintenance ? ChannelPolicy.ordererWriters : ChannelPolicy.writers;
  const denied = (): BroadcastError => {
    const reason = channel.policies.shortfall(policy, []) ?? 'no signature';
    return new BroadcastError('FORBIDDEN', `${reason}: permission denied`);
  };
  try {
    const creator = channel.msps.identify(signatureHeader.creator, at);
    if (creator.verify(envelope.payload, envelope.signature) && channel.policies.permits(policy, creator)) return;
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    // Looked at before all else about the creator, whoever issued its certificate.
    const notAfter = expiresAt(signatureHeader.creator);
    if (notAfter !== undefined && notAfter < at) throw badRequest('broadcast client identity expired');
  }
  throw denied();
}

/** Puts words before a refusal's own, which keeps its status. */
function rephrase(words: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof BroadcastError)) throw error;
    throw new BroadcastError(error.status, `${words}: ${error.message}`);
  }
}
