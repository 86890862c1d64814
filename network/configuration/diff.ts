/** What is different between two configurations, in plain words. */
import { type Config, type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { ConsensusType } from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import {
  type CertificateDescription,
  type ConsenterDescription,
  describeAccess,
  describeAnchorPeers,
  describeBatch,
  describeCapabilities,
  describeConsenters,
  describeEndpoints,
  describeMsp,
} from './describe';
import { ownBatchTimeout } from './consensus';
import { groupIn, valueIn } from './element';
import { readMsp } from './msp';
import { policyWords } from './policy-words';
import { channelGroupOf } from './update';

/**
 * A line a change, none when nothing is different. Whatever is changed has its line, also what has no words of its own.
 * @throws Error when an element is not what its name says; no orderer takes such a configuration
 */
export function diff(before: Config, after: Config): readonly string[] {
  return groupLines('/Channel', channelGroupOf(before), channelGroupOf(after));
}

function groupLines(path: string, before: ConfigGroup, after: ConfigGroup): readonly string[] {
  const lines: string[] = [];
  for (const name of union(before.getGroupsMap().keys(), after.getGroupsMap().keys())) {
    const old = before.getGroupsMap().get(name);
    const current = after.getGroupsMap().get(name);
    if (old !== undefined && current !== undefined) lines.push(...groupLines(`${path}/${name}`, old, current));
    else lines.push(membershipWords(path, name, current !== undefined));
  }
  for (const name of union(before.getValuesMap().keys(), after.getValuesMap().keys())) {
    const old = before.getValuesMap().get(name);
    const current = after.getValuesMap().get(name);
    const where = `${path}/${name}`;
    const [from, to] = [old?.getValue_asU8() ?? new Uint8Array(), current?.getValue_asU8() ?? new Uint8Array()];
    if (Buffer.compare(from, to) !== 0) lines.push(...valueLines(path, name, from, to, before, after));
    else if ((old === undefined) !== (current === undefined))
      lines.push(`${where} is ${old === undefined ? 'new' : 'gone'}`);
    lines.push(...authorityLines(where, old?.getModPolicy(), current?.getModPolicy()));
  }
  for (const name of union(before.getPoliciesMap().keys(), after.getPoliciesMap().keys())) {
    const old = before.getPoliciesMap().get(name);
    const current = after.getPoliciesMap().get(name);
    const where = `${path}/${name}`;
    const bytes = (element: typeof old): Buffer => Buffer.from(element?.getPolicy()?.serializeBinary() ?? []);
    if (current === undefined) lines.push(`policy ${where} is gone`);
    else if (old === undefined) lines.push(`policy ${where} is new: ${policyWords(current.getPolicy())}`);
    else if (!bytes(old).equals(bytes(current))) {
      lines.push(`policy ${where}: ${policyWords(old.getPolicy())} becomes ${policyWords(current.getPolicy())}`);
    }
    lines.push(...authorityLines(`policy ${where}`, old?.getModPolicy(), current?.getModPolicy()));
  }
  return [...lines, ...authorityLines(`group ${path}`, before.getModPolicy(), after.getModPolicy())];
}

const PARTS: Readonly<Record<string, string>> = {
  '/Channel/Application': 'a member',
  '/Channel/Orderer': 'an ordering organisation',
};

function membershipWords(path: string, name: string, isNew: boolean): string {
  const what = PARTS[path];
  if (what === undefined) return `group ${path}/${name} is ${isNew ? 'new' : 'gone'}`;
  return isNew ? `${name} becomes ${what}` : `${name} is ${what} no more`;
}

/** Who may change an element; of one that came or went it goes without saying. */
function authorityLines(where: string, before: string | undefined, after: string | undefined): readonly string[] {
  if (before === undefined || after === undefined || before === after) return [];
  return [`${where} may be changed by ${after}, before by ${before}`];
}

function valueLines(
  path: string,
  name: string,
  from: Uint8Array,
  to: Uint8Array,
  before: ConfigGroup,
  after: ConfigGroup,
): readonly string[] {
  const organization = path.split('/').at(-1) ?? '';
  const known = (): readonly string[] => {
    switch (name) {
      case 'MSP':
        return mspLines(organization, from, to);
      case 'AnchorPeers':
        return listLines(`anchor peers of ${organization}`, describeAnchorPeers(from), describeAnchorPeers(to));
      case 'Endpoints':
        return listLines(`endpoints of ${organization}`, describeEndpoints(from), describeEndpoints(to));
      case 'Capabilities':
        return listLines(`capabilities of ${path}`, describeCapabilities(from), describeCapabilities(to));
      case 'ACLs':
        return recordLines('access to ', describeAccess(from), describeAccess(to));
      case 'BatchSize':
        return recordLines('blocks: ', sizes(from), sizes(to));
      case 'BatchTimeout':
        return recordLines('blocks: ', timeout(from), timeout(to));
      case 'ConsensusType':
        return consensusLines(from, to);
      case 'Orderers':
        return consenterLines(consentersOf(before), consentersOf(after));
      default:
        return [];
    }
  };
  const lines = known();
  return lines.length > 0 ? lines : [`${path}/${name} changes`];
}

function sizes(value: Uint8Array): Readonly<Record<string, string>> {
  const { maxMessageCount, preferredMaxBytes, absoluteMaxBytes } = describeBatch(value, new Uint8Array());
  return {
    'most messages': String(maxMessageCount),
    'preferred bytes': String(preferredMaxBytes),
    'most bytes': String(absoluteMaxBytes),
  };
}

function timeout(value: Uint8Array): Readonly<Record<string, string>> {
  return { 'longest wait': `${describeBatch(new Uint8Array(), value).batchTimeoutMs} ms` };
}

function mspLines(organization: string, from: Uint8Array, to: Uint8Array): readonly string[] {
  const [old, current] = [describeMsp(readMsp(from)), describeMsp(readMsp(to))];
  const certificates = (what: string, a: readonly CertificateDescription[], b: readonly CertificateDescription[]) =>
    listLines(`${what} of ${organization}`, a.map(certificateWords), b.map(certificateWords));
  return [
    ...(old.mspId === current.mspId ? [] : [`${organization}: the MSP ${old.mspId} becomes ${current.mspId}`]),
    ...certificates('CAs', old.cas, current.cas),
    ...certificates('intermediate CAs', old.intermediateCas, current.intermediateCas),
    ...certificates('TLS CAs', old.tlsCas, current.tlsCas),
    ...minus(current.revoked, old.revoked).map((serial) => `${organization} revokes the certificate ${serial}`),
    ...minus(old.revoked, current.revoked).map((serial) => `${organization} revokes the certificate ${serial} no more`),
    ...(old.nodeOUs === current.nodeOUs
      ? []
      : [`${organization}: roles come from organisational units ${current.nodeOUs ? 'now' : 'no more'}`]),
  ];
}

function certificateWords({ subject, fingerprint }: CertificateDescription): string {
  return `${subject} (${fingerprint.slice(0, 16)})`;
}

function consensusLines(from: Uint8Array, to: Uint8Array): readonly string[] {
  const [old, current] = [ConsensusType.deserializeBinary(from), ConsensusType.deserializeBinary(to)];
  const lines: string[] = [];
  if (old.getType() !== current.getType()) lines.push(`consensus: ${old.getType()} becomes ${current.getType()}`);
  else if (old.getType() === 'etcdraft') {
    const none = new Uint8Array();
    lines.push(...consenterLines(describeConsenters(old, none), describeConsenters(current, none)));
  }
  const [oldWait, wait] = [ownBatchTimeout(old), ownBatchTimeout(current)];
  if (oldWait !== undefined && wait !== undefined && oldWait !== wait) {
    lines.push(`consensus: longest wait for a block: ${oldWait} ms becomes ${wait} ms`);
  }
  if (old.getState() !== current.getState()) {
    const maintenance = current.getState() === ConsensusType.State.STATE_MAINTENANCE;
    lines.push(maintenance ? 'maintenance begins: no transactions are taken' : 'maintenance ends');
  }
  return lines.length > 0 ? lines : ['options of the consensus change'];
}

function consentersOf(ordering: ConfigGroup): readonly ConsenterDescription[] {
  const consensus = ConsensusType.deserializeBinary(valueIn(ordering, 'ConsensusType'));
  return describeConsenters(consensus, valueIn(ordering, 'Orderers'));
}

function consenterLines(
  before: readonly ConsenterDescription[],
  after: readonly ConsenterDescription[],
): readonly string[] {
  const moves = movesBetween(before, after);
  const moved = new Set(moves.flatMap(({ from, to }) => [from, to]));
  const old = new Map(before.map((one) => [one.address, one]));
  const current = new Map(after.map((one) => [one.address, one]));
  const moveLines = moves.map(({ number, from, to }) => `the orderer ${from} (number ${number}) moves to ${to}`);
  const others = union(old.keys(), current.keys()).flatMap((address) => {
    if (moved.has(address)) return [];
    const [from, to] = [old.get(address), current.get(address)];
    if (from === undefined) return [`${address} becomes an orderer`];
    if (to === undefined) return [`${address} is an orderer no more`];
    return JSON.stringify(from) === JSON.stringify(to) ? [] : [`the orderer ${address} has new certificates`];
  });
  return [...moveLines, ...others];
}

/** An orderer that has another address and is still the same consenter. */
export interface OrdererMove {
  /** By which the protocol knows it. */
  readonly number: number;
  /** `host:port`. */
  readonly from: string;
  readonly to: string;
}

/** The orderers that are elsewhere in the later configuration; BFT alone numbers them. */
export function movedOrderers(before: Config, after: Config): readonly OrdererMove[] {
  const of = (config: Config): readonly ConsenterDescription[] =>
    consentersOf(groupIn(channelGroupOf(config), 'Orderer'));
  return movesBetween(of(before), of(after));
}

function movesBetween(
  before: readonly ConsenterDescription[],
  after: readonly ConsenterDescription[],
): readonly OrdererMove[] {
  return after.flatMap(({ id, mspId, address }) => {
    const was = id === undefined ? undefined : before.find((one) => one.id === id && one.mspId === mspId);
    if (id === undefined || was === undefined || was.address === address) return [];
    return [{ number: id, from: was.address, to: address }];
  });
}

function recordLines(
  what: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  return union(Object.keys(before), Object.keys(after)).flatMap((key) =>
    before[key] === after[key] ? [] : [`${what}${key}: ${before[key] ?? 'default'} becomes ${after[key] ?? 'default'}`],
  );
}

function listLines(what: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const [gone, come] = [minus(before, after), minus(after, before)];
  return [...come.map((one) => `${what}: ${one} is new`), ...gone.map((one) => `${what}: ${one} is gone`)];
}

function minus(from: readonly string[], what: readonly string[]): readonly string[] {
  return from.filter((one) => !what.includes(one));
}

/** All of both, sorted. */
function union(a: Iterable<string>, b: Iterable<string>): readonly string[] {
  return [...new Set([...a, ...b])].sort();
}
