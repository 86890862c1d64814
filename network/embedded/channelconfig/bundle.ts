/**
 * A bundle: all that a channel goes by, out of one of its configurations. Who is trusted, which policies there are, when blocks
 * are cut. It never changes; a configuration update makes another.
 */
import { parseDuration } from '../../configuration/batch';
import { IdentityError } from '../../identity/errors';
import { MspRegistry, type MspRoot } from '../../identity/msp';
import { PolicyManager } from '../../identity/policy';
import { type BlockLimits } from '../orderer/blockcutter';
import { type Config, type ConfigGroup, decodeConfig } from '../wire/configtx';
import { NO_BYTES, WireError } from '../wire/protobuf';
import { ConfigError } from './errors';
import { policyGroup } from './policies';
import {
  type ConsensusValue,
  decodeAcls,
  decodeConsensus,
  decodeIntegers,
  decodeMsp,
  decodeNames,
  decodeText,
  decodeTexts,
} from './values';

export interface Bundle {
  /** The bytes of the Config. */
  readonly bytes: Buffer;
  readonly config: Config & { readonly channelGroup: ConfigGroup };
  /** Of all organisations, the ordering ones too. */
  readonly msps: MspRegistry;
  /** How the same are recognised, by MSP id. */
  readonly roots: ReadonlyMap<string, MspRoot>;
  /** The members' MSP ids by their groups' names. */
  readonly application: ReadonlyMap<string, string>;
  /** The ordering organisations' MSP ids by their groups' names. */
  readonly ordering: ReadonlyMap<string, string>;
  /** The members' MSP ids. */
  readonly members: ReadonlySet<string>;
  readonly policies: PolicyManager;
  /** Policies by resource, where the configuration sets them. */
  readonly acls: ReadonlyMap<string, string>;
  readonly batch: BlockLimits;
  readonly consensus: ConsensusValue;
}

/**
 * Reads a configuration.
 * @param bytes of a Config
 * @throws ConfigError when it is none that a channel could go by
 */
export function readBundle(bytes: Buffer): Bundle {
  try {
    return read(bytes, decodeConfig(bytes));
  } catch (error) {
    if (error instanceof WireError) throw new ConfigError(`the configuration cannot be read: ${error.message}`);
    throw error;
  }
}

const INITIALIZING = 'initializing channelconfig failed: ';

function read(bytes: Buffer, config: Config): Bundle {
  const { channelGroup, sequence } = config;
  if (channelGroup === undefined) throw new ConfigError('config must contain a channel group');
  requireKeys(channelGroup, CHANNEL_VALUES, INITIALIZING);
  requireHashing(channelGroup);
  const unknown = [...channelGroup.groups.keys()].find((name) => name !== APPLICATION && name !== ORDERER);
  if (unknown !== undefined) throw new ConfigError(`${INITIALIZING}Disallowed channel group: ${unknown}`);
  const msps = new Map<string, FoundMsp>();
  const application = readApplication(channelGroup.groups.get(APPLICATION), msps);
  const ordering = readOrderer(channelGroup.groups.get(ORDERER), msps);
  const policies = new PolicyManager(policyGroup(channelGroup, 'Channel'));
  return {
    bytes,
    config: { sequence, channelGroup },
    msps: registry(msps, decodeNames(valueOf(channelGroup, 'Capabilities')).includes('V3_0')),
    roots: new Map([...msps].map(([mspId, { root }]) => [mspId, root])),
    application: application.organizations,
    ordering: ordering.organizations,
    members: new Set(application.organizations.values()),
    policies,
    acls: application.acls,
    batch: ordering.batch,
    consensus: ordering.consensus,
  };
}

const APPLICATION = 'Application';
const ORDERER = 'Orderer';
/** The features that this network knows, as Fabric 3 does. */
const CAPABILITIES: Readonly<Record<'Channel' | 'Orderer' | 'Application', readonly string[]>> = {
  Channel: ['V1_1', 'V1_3', 'V1_4_2', 'V1_4_3', 'V2_0', 'V3_0'],
  Orderer: ['V1_1', 'V1_4_2', 'V2_0'],
  Application: ['V1_1', 'V1_2', 'V1_3', 'V1_4_2', 'V2_0', 'V2_5'],
};

const CHANNEL_VALUES = [
  'HashingAlgorithm',
  'BlockDataHashingStructure',
  'OrdererAddresses',
  'Orderers',
  'Consortium',
  'Capabilities',
];
const APPLICATION_VALUES = ['ACLs', 'Capabilities'];
const ORDERER_VALUES = [
  'ConsensusType',
  'BatchSize',
  'BatchTimeout',
  'KafkaBrokers',
  'ChannelRestrictions',
  'Capabilities',
  'Orderers',
];
const MEMBER_VALUES = ['AnchorPeers', 'MSP'];
const ORDERING_VALUES = ['Endpoints', 'MSP'];

/**
 * Whether all features that a configuration asks for are known here.
 * @throws ConfigError, as an orderer refuses an update and a peer does not go on
 */
export function requireCapabilities({ config: { channelGroup } }: Bundle): void {
  const groups = {
    Orderer: channelGroup.groups.get(ORDERER),
    Channel: channelGroup,
    Application: channelGroup.groups.get(APPLICATION),
  } as const;
  for (const part of ['Orderer', 'Channel', 'Application'] as const) {
    const group = groups[part];
    const names = group === undefined ? [] : decodeNames(valueOf(group, 'Capabilities'));
    const unknown = names.find((name) => !CAPABILITIES[part].includes(name));
    if (unknown === undefined) continue;
    const why = `${part} capability ${unknown} is required but not supported`;
    throw new ConfigError(`config requires unsupported ${part.toLowerCase()} capabilities: ${why}: ${why}`);
  }
}

interface Organizations {
  readonly organizations: ReadonlyMap<string, string>;
}

function readApplication(
  group: ConfigGroup | undefined,
  msps: Map<string, FoundMsp>,
): Organizations & { readonly acls: ReadonlyMap<string, string> } {
  if (group === undefined) throw new ConfigError('the configuration has no application group');
  const problem = `${INITIALIZING}could not create channel ${APPLICATION} sub-group config: `;
  requireKeys(group, APPLICATION_VALUES, problem);
  return {
    acls: decodeAcls(valueOf(group, 'ACLs')),
    organizations: readOrganizations(
      group,
      MEMBER_VALUES,
      'ApplicationOrg config does not allow sub-groups',
      msps,
      problem,
    ),
  };
}

function readOrderer(
  group: ConfigGroup | undefined,
  msps: Map<string, FoundMsp>,
): Organizations & { readonly batch: BlockLimits; readonly consensus: ConsensusValue } {
  if (group === undefined)
    throw new ConfigError('config update is not compatible: config does not contain orderer config');
  const problem = `${INITIALIZING}could not create channel ${ORDERER} sub-group config: `;
  requireKeys(group, ORDERER_VALUES, problem);
  const batch = readBatch(group, problem);
  const organizations = readOrganizations(
    group,
    ORDERING_VALUES,
    'OrdererOrg config does not allow sub-groups',
    msps,
    problem,
  );
  const silent = [...group.groups].filter(([, one]) => decodeTexts(valueOf(one, 'Endpoints')).length === 0);
  if (silent.length > 0) {
    const names = silent.map(([name]) => name).join(' ');
    throw new ConfigError(`${problem}some orderer organizations endpoints are empty: [${names}]`);
  }
  return { organizations, batch, consensus: decodeConsensus(valueOf(group, 'ConsensusType')) };
}

function readBatch(group: ConfigGroup, problem: string): BlockLimits {
  const size = decodeIntegers(valueOf(group, 'BatchSize'));
  const [maxMessageCount = 0, absoluteMaxBytes = 0, preferredMaxBytes = 0] = [1, 2, 3].map((field) => size.get(field));
  const refuse = (what: string): ConfigError => new ConfigError(`${problem}Attempted to set the batch ${what}`);
  if (maxMessageCount === 0) throw refuse('size max message count to an invalid value: 0');
  if (absoluteMaxBytes === 0) throw refuse('size absolute max bytes to an invalid value: 0');
  if (preferredMaxBytes === 0) throw refuse('size preferred max bytes to an invalid value: 0');
  if (preferredMaxBytes > absoluteMaxBytes) {
    const than = `greater than the absolute max bytes (${absoluteMaxBytes}).`;
    throw refuse(`size preferred max bytes (${preferredMaxBytes}) ${than}`);
  }
  const text = decodeText(valueOf(group, 'BatchTimeout'));
  const batchTimeoutMs = parseDuration(text);
  if (batchTimeoutMs === undefined) {
    throw refuse(`timeout to a invalid value: time: invalid duration ${JSON.stringify(text)}`);
  }
  if (batchTimeoutMs <= 0) throw refuse(`timeout to a non-positive value: ${text}`);
  return { maxMessageCount, absoluteMaxBytes, preferredMaxBytes, batchTimeoutMs };
}

interface FoundMsp {
  readonly root: MspRoot;
  /** The value's bytes: an MSP may stand twice, saying the same. */
  readonly bytes: Buffer;
}

function readOrganizations(
  parent: ConfigGroup,
  keys: readonly string[],
  noSubGroups: string,
  msps: Map<string, FoundMsp>,
  problem: string,
): ReadonlyMap<string, string> {
  return new Map(
    [...parent.groups].map(([name, group]) => {
      if (group.groups.size > 0) throw new ConfigError(`${problem}${noSubGroups}`);
      requireKeys(group, keys, problem);
      const bytes = valueOf(group, 'MSP');
      const { type, mspId, root } = decodeMsp(bytes);
      if (type !== 0) throw new ConfigError(`${problem}Setup error: unsupported msp type ${type}`);
      requireMsp(root, problem);
      const known = msps.get(mspId);
      if (known !== undefined && !known.bytes.equals(bytes)) {
        throw new ConfigError(`${problem}Attempted to define two different versions of MSP: ${mspId}`);
      }
      if (mspId === '') throw new ConfigError(`${problem}MSP for org ${name} has empty MSP ID`);
      msps.set(mspId, { root, bytes });
      return [name, mspId] as const;
    }),
  );
}

const SETTING_UP = 'setting up the MSP manager failed: ';

function requireMsp(root: MspRoot, problem: string): void {
  if (root.caPem === '') throw new ConfigError(`${problem}${SETTING_UP}expected at least one CA certificate`);
  const namesAdmins = root.nodeOUs instanceof Map && root.nodeOUs.has('admin');
  if (root.adminPem !== '' || namesAdmins) return;
  const why = 'administrators must be declared when no admin ou classification is set';
  throw new ConfigError(`${problem}${SETTING_UP}${why}`);
}

function registry(msps: ReadonlyMap<string, FoundMsp>, takesEd25519: boolean): MspRegistry {
  try {
    return new MspRegistry(new Map([...msps].map(([mspId, { root }]) => [mspId, root])), takesEd25519);
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    throw new ConfigError(`${INITIALIZING}${SETTING_UP}${error.message}`, { cause: error });
  }
}

function requireHashing(group: ConfigGroup): void {
  const algorithm = decodeText(valueOf(group, 'HashingAlgorithm'));
  if (algorithm !== 'SHA256') throw new ConfigError(`${INITIALIZING}Unknown hashing algorithm type: ${algorithm}`);
  if (decodeIntegers(valueOf(group, 'BlockDataHashingStructure')).get(1) !== 0xffffffff) {
    throw new ConfigError(`${INITIALIZING}BlockDataHashStructure width only supported at MaxUint32 in this version`);
  }
  if (decodeTexts(valueOf(group, 'OrdererAddresses')).length > 0) {
    throw new ConfigError(
      `${INITIALIZING}global OrdererAddresses are not allowed with V3_0 capability, use org specific addresses only`,
    );
  }
}

function requireKeys(group: ConfigGroup, known: readonly string[], problem: string): void {
  const unknown = [...group.values.keys()].find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new ConfigError(`${problem}failed to deserialize values: Unexpected key ${unknown}`);
}

function valueOf(group: ConfigGroup, name: string): Buffer {
  return group.values.get(name)?.value ?? NO_BYTES;
}
