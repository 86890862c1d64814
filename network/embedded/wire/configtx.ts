/** A channel's configuration and its updates, as transactions hold them: common.Config and what is around it. */
import { decodeTwoBytes } from './common';
import { bytesField, NO_BYTES, Reader, varintField, Writer } from './protobuf';

export interface ConfigValue {
  readonly version: number;
  readonly value: Buffer;
  readonly modPolicy: string;
}

export interface ConfigPolicy {
  readonly version: number;
  /** Undefined: the element has none. */
  readonly policy: { readonly type: number; readonly value: Buffer } | undefined;
  readonly modPolicy: string;
}

export interface ConfigGroup {
  readonly version: number;
  readonly groups: ReadonlyMap<string, ConfigGroup>;
  readonly values: ReadonlyMap<string, ConfigValue>;
  readonly policies: ReadonlyMap<string, ConfigPolicy>;
  readonly modPolicy: string;
}

export interface Config {
  /** One more with each update. */
  readonly sequence: number;
  readonly channelGroup: ConfigGroup | undefined;
}

export interface ConfigEnvelope {
  /** The bytes of a Config; undefined: there is none. */
  readonly config: Buffer | undefined;
  /** The bytes of the Envelope that led to it; undefined in a channel's first block. */
  readonly lastUpdate: Buffer | undefined;
}

export interface ConfigUpdateEnvelope {
  /** The bytes of a ConfigUpdate: what is signed. */
  readonly configUpdate: Buffer;
  readonly signatures: readonly { readonly signatureHeader: Buffer; readonly signature: Buffer }[];
}

export interface ConfigUpdate {
  readonly channelId: string;
  readonly readSet: ConfigGroup | undefined;
  readonly writeSet: ConfigGroup | undefined;
}

/** @throws WireError */
export function decodeConfigEnvelope(bytes: Uint8Array): ConfigEnvelope {
  const reader = new Reader(bytes);
  let config: Buffer | undefined;
  let lastUpdate: Buffer | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) config = reader.bytes();
    else if (key === bytesField(2)) lastUpdate = reader.bytes();
    else reader.skip(key);
  }
  return { config, lastUpdate };
}

export function encodeConfigEnvelope(config: Uint8Array, lastUpdate: Uint8Array): Buffer {
  return new Writer(config.length + lastUpdate.length + 24).message(1, config).message(2, lastUpdate).finish();
}

/** @throws WireError */
export function decodeConfig(bytes: Uint8Array): Config {
  const reader = new Reader(bytes);
  let sequence = 0;
  let channelGroup: ConfigGroup | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) sequence = reader.integer();
    else if (key === bytesField(2)) channelGroup = decodeConfigGroup(reader.bytes(), 0);
    else reader.skip(key);
  }
  return { sequence, channelGroup };
}

export function encodeConfig(sequence: number, channelGroup: ConfigGroup): Buffer {
  const group = encodeConfigGroup(channelGroup);
  return new Writer(group.length + 32).integer(1, sequence).message(2, group).finish();
}

/** @throws WireError */
export function decodeConfigUpdateEnvelope(bytes: Uint8Array): ConfigUpdateEnvelope {
  const reader = new Reader(bytes);
  let configUpdate = NO_BYTES;
  const signatures: { signatureHeader: Buffer; signature: Buffer }[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) configUpdate = reader.bytes();
    else if (key === bytesField(2)) {
      const [signatureHeader, signature] = decodeTwoBytes(reader.bytes());
      signatures.push({ signatureHeader, signature });
    } else reader.skip(key);
  }
  return { configUpdate, signatures };
}

/** @throws WireError */
export function decodeConfigUpdate(bytes: Uint8Array): ConfigUpdate {
  const reader = new Reader(bytes);
  let channelId = '';
  let readSet: ConfigGroup | undefined;
  let writeSet: ConfigGroup | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) channelId = reader.string();
    else if (key === bytesField(2)) readSet = decodeConfigGroup(reader.bytes(), 0);
    else if (key === bytesField(3)) writeSet = decodeConfigGroup(reader.bytes(), 0);
    else reader.skip(key);
  }
  return { channelId, readSet, writeSet };
}

/** Groups further inside one another are passed over: a channel has four levels at most, and no message is to exhaust the stack. */
const MAX_DEPTH = 16;

function decodeConfigGroup(bytes: Uint8Array, depth: number): ConfigGroup {
  const reader = new Reader(bytes);
  let version = 0;
  let modPolicy = '';
  const groups = new Map<string, ConfigGroup>();
  const values = new Map<string, ConfigValue>();
  const policies = new Map<string, ConfigPolicy>();
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) version = reader.integer();
    else if (key === bytesField(2)) {
      const [name, value] = decodeEntry(reader.bytes());
      if (depth < MAX_DEPTH) groups.set(name, decodeConfigGroup(value, depth + 1));
    } else if (key === bytesField(3)) {
      const [name, value] = decodeEntry(reader.bytes());
      values.set(name, decodeConfigValue(value));
    } else if (key === bytesField(4)) {
      const [name, value] = decodeEntry(reader.bytes());
      policies.set(name, decodeConfigPolicy(value));
    } else if (key === bytesField(5)) modPolicy = reader.string();
    else reader.skip(key);
  }
  return { version, groups, values, policies, modPolicy };
}

/** Maps in the order of their keys, so that equal groups have equal bytes. */
export function encodeConfigGroup(group: ConfigGroup): Buffer {
  const writer = new Writer(4096).integer(1, group.version);
  for (const [name, child] of sorted(group.groups)) writer.message(2, encodeEntry(name, encodeConfigGroup(child)));
  for (const [name, value] of sorted(group.values)) writer.message(3, encodeEntry(name, encodeConfigValue(value)));
  for (const [name, policy] of sorted(group.policies)) writer.message(4, encodeEntry(name, encodeConfigPolicy(policy)));
  return writer.string(5, group.modPolicy).finish();
}

function decodeEntry(bytes: Uint8Array): readonly [string, Buffer] {
  const reader = new Reader(bytes);
  let name = '';
  let value = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) name = reader.string();
    else if (key === bytesField(2)) value = reader.bytes();
    else reader.skip(key);
  }
  return [name, value];
}

function encodeEntry(name: string, value: Uint8Array): Buffer {
  return new Writer(name.length + value.length + 32).string(1, name).message(2, value).finish();
}

function decodeConfigValue(bytes: Uint8Array): ConfigValue {
  const reader = new Reader(bytes);
  let version = 0;
  let value = NO_BYTES;
  let modPolicy = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) version = reader.integer();
    else if (key === bytesField(2)) value = reader.bytes();
    else if (key === bytesField(3)) modPolicy = reader.string();
    else reader.skip(key);
  }
  return { version, value, modPolicy };
}

function encodeConfigValue({ version, value, modPolicy }: ConfigValue): Buffer {
  return new Writer(value.length + 64).integer(1, version).bytes(2, value).string(3, modPolicy).finish();
}

function decodeConfigPolicy(bytes: Uint8Array): ConfigPolicy {
  const reader = new Reader(bytes);
  let version = 0;
  let policy: ConfigPolicy['policy'];
  let modPolicy = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) version = reader.integer();
    else if (key === bytesField(2)) policy = decodePolicy(reader.bytes());
    else if (key === bytesField(3)) modPolicy = reader.string();
    else reader.skip(key);
  }
  return { version, policy, modPolicy };
}

function decodePolicy(bytes: Uint8Array): { readonly type: number; readonly value: Buffer } {
  const reader = new Reader(bytes);
  let type = 0;
  let value = NO_BYTES;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) type = reader.integer();
    else if (key === bytesField(2)) value = reader.bytes();
    else reader.skip(key);
  }
  return { type, value };
}

function encodeConfigPolicy({ version, policy, modPolicy }: ConfigPolicy): Buffer {
  const writer = new Writer((policy?.value.length ?? 0) + 64).integer(1, version);
  if (policy !== undefined) {
    writer.message(2, new Writer(policy.value.length + 16).integer(1, policy.type).bytes(2, policy.value).finish());
  }
  return writer.string(3, modPolicy).finish();
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
