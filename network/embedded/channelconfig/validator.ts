/**
 * Judges updates of a configuration as Fabric's configtx validator does: what was read must still be so, each changed element is
 * one version on, and the policy that the element itself names for changes is satisfied by the signatures.
 */
import { IdentityError } from '../../identity/errors';
import { type MspRegistry } from '../../identity/msp';
import { type Identity } from '../../identity/types';
import { decodeEnvelope, decodePayload, decodeChannelHeader, decodeSignatureHeader, HeaderType } from '../wire/common';
import {
  type ConfigGroup,
  type ConfigUpdateEnvelope,
  decodeConfig,
  decodeConfigEnvelope,
  decodeConfigUpdate,
  decodeConfigUpdateEnvelope,
  encodeConfig,
} from '../wire/configtx';
import { WireError } from '../wire/protobuf';
import { type Bundle } from './bundle';
import { type ConfigElement, type ConfigMap, configOf, mapConfig, nameProblem } from './configmap';
import { ConfigError } from './errors';

/**
 * The configuration that an update leads to.
 * @param envelope of the type CONFIG_UPDATE, serialised
 * @returns the bytes of a Config
 * @throws ConfigError when the update is not one, is stale, or lacks signatures
 */
export function proposeConfigUpdate(envelope: Uint8Array, channel: string, bundle: Bundle): Buffer {
  const update = readUpdate(envelope);
  try {
    const group = authorizeUpdate(update, channel, bundle);
    return encodeConfig(bundle.config.sequence + 1, group);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`error authorizing update: ${error.message}`);
    throw error;
  }
}

/**
 * Whether a configuration transaction is what its update leads to, as who validates a block asks.
 * @param bytes of a ConfigEnvelope
 * @returns the bytes of the Config
 * @throws ConfigError
 */
export function validateConfig(bytes: Uint8Array, channel: string, bundle: Bundle): Buffer {
  const { config, lastUpdate } = readOrRefuse(() => decodeConfigEnvelope(bytes), 'error unmarshalling config');
  if (config === undefined) throw new ConfigError('config envelope has nil config');
  if (lastUpdate === undefined) throw new ConfigError('config update envelope is nil');
  const expected = proposeConfigUpdate(lastUpdate, channel, bundle);
  if (!canonical(config).equals(canonical(expected))) {
    throw new ConfigError('ConfigEnvelope LastUpdate did not produce the supplied config result');
  }
  return config;
}

/** Fabric's peers and orderers may write maps in another order. */
function canonical(config: Buffer): Buffer {
  const { sequence, channelGroup } = readOrRefuse(() => decodeConfig(config), 'error unmarshalling config');
  if (channelGroup === undefined) throw new ConfigError('nil channel group');
  return encodeConfig(sequence, channelGroup);
}

function readUpdate(envelope: Uint8Array): ConfigUpdateEnvelope {
  const problem = 'error converting envelope to config update';
  return readOrRefuse(() => {
    const { header, data } = decodePayload(decodeEnvelope(envelope).payload);
    const type = header === undefined ? 0 : decodeChannelHeader(header.channelHeader).type;
    if (type !== HeaderType.CONFIG_UPDATE) throw new ConfigError(`${problem}: invalid type, expected CONFIG_UPDATE`);
    return decodeConfigUpdateEnvelope(data);
  }, problem);
}

function authorizeUpdate(envelope: ConfigUpdateEnvelope, channel: string, bundle: Bundle): ConfigGroup {
  const update = readOrRefuse(() => decodeConfigUpdate(envelope.configUpdate), 'error unmarshalling ConfigUpdate');
  if (update.channelId !== channel) {
    throw new ConfigError(`ConfigUpdate for channel '${update.channelId}' but envelope for channel '${channel}'`);
  }
  const current = mapConfig(bundle.config.channelGroup);
  const readSet = mapped(update.readSet, 'ReadSet');
  verifyReadSet(readSet, current);
  const writeSet = mapped(update.writeSet, 'WriteSet');
  const delta = [...writeSet].filter(([place, { element }]) => readSet.get(place)?.element.version !== element.version);
  verifyDeltaSet(delta, current, envelope, bundle);
  const result = new Map([...current, ...delta]);
  for (const place of writeSet.keys()) {
    if (result.has(place)) continue;
    throw new ConfigError(
      `full config did not verify: writeset contained key ${place} which did not appear in proposed config`,
    );
  }
  return configOf(result);
}

function mapped(group: ConfigGroup | undefined, what: string): ConfigMap {
  return refuseWith(`error mapping ${what}`, () => mapConfig(group));
}

function verifyReadSet(readSet: ConfigMap, current: ConfigMap): void {
  for (const [place, { element }] of readSet) {
    const existing = current.get(place)?.element;
    if (existing === undefined) {
      throw new ConfigError(
        `error validating ReadSet: existing config does not contain element for ${place} but was in the read set`,
      );
    }
    if (existing.version === element.version) continue;
    throw new ConfigError(
      `error validating ReadSet: proposed update requires that key ${place} be at version ${element.version}, ` +
        `but it is currently at version ${existing.version}`,
    );
  }
}

function verifyDeltaSet(
  delta: readonly (readonly [string, ConfigElement])[],
  current: ConfigMap,
  envelope: ConfigUpdateEnvelope,
  bundle: Bundle,
): void {
  const refuse = (why: string): ConfigError => new ConfigError(`error validating DeltaSet: ${why}`);
  if (delta.length === 0) throw refuse('delta set was empty -- update would have no effect');
  let signers: readonly Identity[] | undefined;
  for (const [place, { element }] of delta) {
    const problem = modPolicyProblem(element.modPolicy);
    if (problem !== undefined) throw refuse(`invalid mod_policy for element ${place}: ${problem}`);
    const existing = current.get(place);
    if (existing === undefined) {
      if (element.version === 0) continue;
      throw refuse(`attempted to set key ${place} to version ${element.version}, but key does not exist`);
    }
    if (element.version !== existing.element.version + 1) {
      const at = existing.element.version;
      throw refuse(`attempt to set key ${place} to version ${element.version}, but key is at version ${at}`);
    }
    const path = policyPath(existing);
    if (!bundle.policies.has(path)) {
      throw refuse(`unexpected missing policy ${existing.element.modPolicy} for item ${place}`);
    }
    signers ??= verifiedSigners(envelope, bundle.msps);
    const shortfall = bundle.policies.shortfall(path, signers);
    if (shortfall !== undefined) throw refuse(`policy for ${place} not satisfied: ${shortfall}`);
  }
}

function modPolicyProblem(modPolicy: string): string | undefined {
  if (modPolicy === '') return 'mod_policy not set';
  for (const [index, name] of modPolicy.replace(/^\//, '').split('/').entries()) {
    const problem = nameProblem(name);
    if (problem !== undefined) return `path element at ${index} is invalid: ${problem}`;
  }
  return undefined;
}

/** The policy that decides over an element: of a group it stands in the group itself, of a value or policy beside it. */
function policyPath({ kind, key, path, element: { modPolicy } }: ConfigElement): string {
  if (modPolicy.startsWith('/')) return modPolicy;
  return `/${[...path, ...(kind === 'Group' ? [key] : []), modPolicy].join('/')}`;
}

/** Those whose signature is right; others are passed over, as is who is not of the channel. */
function verifiedSigners({ configUpdate, signatures }: ConfigUpdateEnvelope, msps: MspRegistry): readonly Identity[] {
  const found = new Map<string, Identity>();
  for (const { signatureHeader, signature } of signatures) {
    const { creator } = readOrRefuse(
      () => decodeSignatureHeader(signatureHeader),
      'error unmarshalling SignatureHeader',
    );
    const identity = identify(creator, msps);
    if (identity === undefined || found.has(identity.certificateId)) continue;
    if (identity.verify(Buffer.concat([signatureHeader, configUpdate]), signature)) {
      found.set(identity.certificateId, identity);
    }
  }
  return [...found.values()];
}

function identify(creator: Buffer, msps: MspRegistry): Identity | undefined {
  try {
    return msps.identify(creator);
  } catch (error) {
    if (error instanceof IdentityError) return undefined;
    throw error;
  }
}

function readOrRefuse<T>(read: () => T, problem: string): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw new ConfigError(`${problem}: ${error.message}`);
    throw error;
  }
}

function refuseWith<T>(problem: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${problem}: ${error.message}`);
    throw error;
  }
}
