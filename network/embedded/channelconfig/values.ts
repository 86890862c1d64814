/** The values of a channel's configuration that the network goes by, out of their messages. */
import { splitPem } from '../../identity/certificate';
import { type MspRoot, type UnitIdentifier } from '../../identity/msp';
import { type Role } from '../../identity/types';
import { bytesField, NO_BYTES, Reader, varintField } from '../wire/protobuf';

/** An organisation's MSP: its id, and how its members are recognised. */
export interface MspValue {
  /** Of msp.MSPConfig: 0 is Fabric's own kind. */
  readonly type: number;
  readonly mspId: string;
  readonly root: MspRoot;
  /** TLS CAs, as PEM texts. */
  readonly tlsRoots: readonly Buffer[];
}

/** @throws WireError */
export function decodeMsp(bytes: Uint8Array): MspValue {
  const reader = new Reader(bytes);
  let config = NO_BYTES;
  let type = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(1)) type = reader.integer();
    else if (key === bytesField(2)) config = reader.bytes();
    else reader.skip(key);
  }
  return { type, ...decodeFabricMsp(config) };
}

/** msp.FabricMSPConfig. */
function decodeFabricMsp(bytes: Uint8Array): Omit<MspValue, 'type'> {
  const reader = new Reader(bytes);
  let mspId = '';
  let nodeOUs: MspRoot['nodeOUs'] = false;
  const lists = new Map<number, Buffer[]>();
  const units: UnitIdentifier[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    const field = key >> 3;
    if (key === bytesField(1)) mspId = reader.string();
    else if (key === bytesField(7)) units.push(decodeUnit(reader.bytes()));
    else if (key === bytesField(11)) nodeOUs = decodeNodeOUs(reader.bytes());
    else if (LISTS.has(field) && key === bytesField(field)) {
      const list = lists.get(field) ?? [];
      list.push(reader.bytes());
      lists.set(field, list);
    } else reader.skip(key);
  }
  const pems = (field: number): readonly string[] => (lists.get(field) ?? []).map((pem) => pem.toString('utf8'));
  // Of an entry with several certificates Fabric reads the first.
  const certificates = (field: number): string =>
    pems(field)
      .map((pem) => splitPem(pem)[0] ?? pem)
      .join('\n');
  return {
    mspId,
    root: {
      caPem: certificates(ROOTS),
      intermediateCaPem: certificates(INTERMEDIATES),
      adminPem: certificates(ADMINS),
      crlPems: pems(REVOCATION_LISTS),
      units,
      nodeOUs,
    },
    tlsRoots: lists.get(TLS_ROOTS) ?? [],
  };
}

const ROOTS = 2;
const INTERMEDIATES = 3;
const ADMINS = 4;
const REVOCATION_LISTS = 5;
const TLS_ROOTS = 9;
const LISTS: ReadonlySet<number> = new Set([ROOTS, INTERMEDIATES, ADMINS, REVOCATION_LISTS, TLS_ROOTS]);

/** msp.FabricOUIdentifier. */
function decodeUnit(bytes: Uint8Array): UnitIdentifier {
  const reader = new Reader(bytes);
  let caPem = '';
  let unit = '';
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) caPem = reader.string();
    else if (key === bytesField(2)) unit = reader.string();
    else reader.skip(key);
  }
  return { unit, caPem };
}

const ROLES: ReadonlyMap<number, Role> = new Map<number, Role>([
  [2, 'client'],
  [3, 'peer'],
  [4, 'admin'],
  [5, 'orderer'],
]);

/** msp.FabricNodeOUs. */
function decodeNodeOUs(bytes: Uint8Array): NonNullable<MspRoot['nodeOUs']> {
  const reader = new Reader(bytes);
  let enabled = false;
  const units = new Map<Role, UnitIdentifier>();
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    const role = ROLES.get(key >> 3);
    if (key === varintField(1)) enabled = reader.boolean();
    else if (role !== undefined && key === bytesField(key >> 3)) units.set(role, decodeUnit(reader.bytes()));
    else reader.skip(key);
  }
  return enabled && units.size > 0 ? units : false;
}

/** The keys of a map from text to messages, field 1: capabilities. @throws WireError */
export function decodeNames(bytes: Uint8Array): readonly string[] {
  return decodeTextMap(bytes).map(([name]) => name);
}

/** peer.ACLs: policies by resource. @throws WireError */
export function decodeAcls(bytes: Uint8Array): ReadonlyMap<string, string> {
  return new Map(decodeTextMap(bytes).map(([name, resource]) => [name, decodeText(resource)]));
}

function decodeTextMap(bytes: Uint8Array): readonly (readonly [string, Buffer])[] {
  const reader = new Reader(bytes);
  const entries: [string, Buffer][] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key !== bytesField(1)) {
      reader.skip(key);
      continue;
    }
    const entry = new Reader(reader.bytes());
    let name = '';
    let value = NO_BYTES;
    for (let inner = entry.next(); inner !== 0; inner = entry.next()) {
      if (inner === bytesField(1)) name = entry.string();
      else if (inner === bytesField(2)) value = entry.bytes();
      else entry.skip(inner);
    }
    entries.push([name, value]);
  }
  return entries;
}

/** A message that is one text, field 1, or several, of which the last counts. @throws WireError */
export function decodeText(bytes: Uint8Array): string {
  return decodeTexts(bytes).at(-1) ?? '';
}

/** A message that is repeated text, field 1. @throws WireError */
export function decodeTexts(bytes: Uint8Array): readonly string[] {
  const reader = new Reader(bytes);
  const texts: string[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) texts.push(reader.string());
    else reader.skip(key);
  }
  return texts;
}

/** The integers of a message, by field: orderer.BatchSize. @throws WireError */
export function decodeIntegers(bytes: Uint8Array): ReadonlyMap<number, number> {
  const reader = new Reader(bytes);
  const integers = new Map<number, number>();
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === varintField(key >> 3)) integers.set(key >> 3, reader.integer());
    else reader.skip(key);
  }
  return integers;
}

/** orderer.ConsensusType. */
export interface ConsensusValue {
  readonly type: string;
  readonly metadata: Buffer;
  /** Whether only the ordering organisations' administrators may do anything. */
  readonly isMaintenance: boolean;
}

/** @throws WireError */
export function decodeConsensus(bytes: Uint8Array): ConsensusValue {
  const reader = new Reader(bytes);
  let type = '';
  let metadata = NO_BYTES;
  let state = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) type = reader.string();
    else if (key === bytesField(2)) metadata = reader.bytes();
    else if (key === varintField(3)) state = reader.integer();
    else reader.skip(key);
  }
  return { type, metadata, isMaintenance: state === 1 };
}

/** The addresses of the consenters of etcdraft.ConfigMetadata, as `host:port`. @throws WireError */
export function decodeConsenters(bytes: Uint8Array): readonly string[] {
  const reader = new Reader(bytes);
  const addresses: string[] = [];
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key !== bytesField(1)) {
      reader.skip(key);
      continue;
    }
    const consenter = new Reader(reader.bytes());
    let host = '';
    let port = 0;
    for (let inner = consenter.next(); inner !== 0; inner = consenter.next()) {
      if (inner === bytesField(1)) host = consenter.string();
      else if (inner === varintField(2)) port = consenter.integer();
      else consenter.skip(inner);
    }
    addresses.push(`${host}:${port}`);
  }
  return addresses;
}
