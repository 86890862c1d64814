/** A channel: its ledger, the configuration that it goes by, and the chaincodes that are committed on it. */
import { type MspRegistry } from '../identity/msp';
import {
  evaluatePolicy,
  parsePolicy,
  type PolicyManager,
  type PolicySubject,
  type SignaturePolicy,
} from '../identity/policy';
import { type Bundle, readBundle } from './channelconfig/bundle';
import { configOfBlock } from './channelconfig/configblock';
import { type Ledger } from './ledger/ledger';
import { type StateView } from './ledger/state';
import { lastConfigOf } from './wire/block';

/** Fabric's peer.ApplicationPolicy: a policy of its own, or one that the channel's configuration has under this path. */
export type ApplicationPolicy =
  | { readonly kind: 'signature'; readonly policy: SignaturePolicy }
  | { readonly kind: 'channelConfig'; readonly reference: string };

/** Fabric's peer.StaticCollectionConfig: a private data collection of a chaincode. */
export interface CollectionConfig {
  readonly name: string;
  /** An OR of principals; their organisations' peers hold the data. */
  readonly memberOrgsPolicy: SignaturePolicy;
  /** To so many other peers at least, and at most, an endorser gives the data before it endorses. */
  readonly requiredPeerCount: number;
  readonly maximumPeerCount: number;
  /** Data are purged so many blocks after the one that wrote them, 0: never. */
  readonly blockToLive: number;
  /** Whether only clients of the member organisations may read, and write. */
  readonly memberOnlyRead: boolean;
  readonly memberOnlyWrite: boolean;
  /** Whose endorsement writes to the collection need; undefined: the chaincode's own policy counts. */
  readonly endorsementPolicy: ApplicationPolicy | undefined;
}

/** A chaincode as its organisations have agreed on it. */
export interface ChaincodeDefinition {
  readonly name: string;
  readonly version: string;
  /** From 1, one more with each definition. */
  readonly sequence: number;
  readonly endorsementPolicy: ApplicationPolicy;
  /** Whether its Init must have run, once for each version, before all else. */
  readonly initRequired: boolean;
  /** In the order of the definition; the implicit ones of each organisation are not listed. */
  readonly collections: readonly CollectionConfig[];
}

/** The definitions that are committed on a channel. */
export interface ChaincodeDefinitions {
  /** @param view the state to read; default the latest. Undefined: the chaincode is not defined. */
  get(name: string, view?: StateView): ChaincodeDefinition | undefined;
  has(name: string): boolean;
  /** The names of all that are committed, as of the last `refresh`. */
  names(): readonly string[];
  /** Takes notice of new names; after a block that changes the lifecycle's state. */
  refresh(): Promise<void>;
}

export interface Channel {
  readonly name: string;
  readonly ledger: Ledger;
  /** The configuration that it goes by now; a block that brings another puts that in its place. */
  readonly bundle: Bundle;
  /** The number of the block that brought it. */
  readonly configBlock: number;
  readonly msps: MspRegistry;
  /** The members' MSP ids; not the ordering organisations'. */
  readonly members: ReadonlySet<string>;
  /** The policies of the configuration. */
  readonly policies: PolicyManager;
  readonly chaincodes: ChaincodeDefinitions;
}

/** A channel whose configuration is in its ledger. */
export class LedgerChannel implements Channel {
  readonly name: string;
  readonly ledger: Ledger;
  readonly chaincodes: ChaincodeDefinitions;
  #bundle: Bundle;
  #configBlock: number;

  /** @throws ConfigError when the ledger's last configuration is none that a channel could go by. */
  constructor(name: string, ledger: Ledger, chaincodes: ChaincodeDefinitions) {
    this.name = name;
    this.ledger = ledger;
    this.chaincodes = chaincodes;
    const { bundle, configBlock } = lastConfiguration(ledger);
    this.#bundle = bundle;
    this.#configBlock = configBlock;
  }

  get bundle(): Bundle {
    return this.#bundle;
  }

  get configBlock(): number {
    return this.#configBlock;
  }

  get msps(): MspRegistry {
    return this.#bundle.msps;
  }

  get members(): ReadonlySet<string> {
    return this.#bundle.members;
  }

  get policies(): PolicyManager {
    return this.#bundle.policies;
  }

  /** Goes by another configuration from now on. */
  switchTo(bundle: Bundle, configBlock: number): void {
    this.#bundle = bundle;
    this.#configBlock = configBlock;
  }
}

/**
 * The configuration that a ledger's last block says counts, and the block that brought it.
 * @throws ConfigError when it is none that a channel could go by
 */
export function lastConfiguration(ledger: Ledger): { readonly bundle: Bundle; readonly configBlock: number } {
  const last = ledger.block(ledger.height - 1);
  const configBlock = last === undefined ? 0 : lastConfigOf(last);
  return { bundle: readBundle(configOfBlock(ledger.envelope(configBlock, 0))), configBlock };
}

/**
 * The policy that a text gives: a path in the channel's configuration, or a signature policy.
 * @throws PolicyError
 */
export function parseApplicationPolicy(text: string): ApplicationPolicy {
  const reference = text.trim();
  return reference.startsWith('/')
    ? { kind: 'channelConfig', reference }
    : { kind: 'signature', policy: parsePolicy(text) };
}

/** Whether these identities, whose signatures the caller has verified, satisfy the policy. */
export function satisfies(channel: Channel, policy: ApplicationPolicy, identities: readonly PolicySubject[]): boolean {
  return policy.kind === 'signature'
    ? evaluatePolicy(policy.policy, identities)
    : channel.policies.satisfied(policy.reference, identities);
}

/** The policy as one that names principals, to choose endorsers by; undefined: it refers to one that is not there. */
export function signaturePolicyOf(channel: Channel, policy: ApplicationPolicy): SignaturePolicy | undefined {
  return policy.kind === 'signature' ? policy.policy : channel.policies.asSignaturePolicy(policy.reference);
}

/** The policies of the channel's own groups that requests are checked against. */
export const ChannelPolicy = {
  readers: '/Channel/Readers',
  writers: '/Channel/Writers',
  ordererReaders: '/Channel/Orderer/Readers',
  ordererWriters: '/Channel/Orderer/Writers',
  applicationReaders: '/Channel/Application/Readers',
  applicationWriters: '/Channel/Application/Writers',
} as const;

/** What peers ask of who uses a resource, where the channel's configuration does not say. */
const DEFAULT_ACCESS: ReadonlyMap<string, string> = new Map([
  ...(
    [
      '_lifecycle/CommitChaincodeDefinition',
      '_lifecycle/QueryChaincodeDefinition',
      '_lifecycle/QueryChaincodeDefinitions',
      '_lifecycle/CheckCommitReadiness',
      'peer/Propose',
      'peer/ChaincodeToChaincode',
    ] as const
  ).map((resource) => [resource, ChannelPolicy.applicationWriters] as const),
  ...(
    [
      'qscc/GetChainInfo',
      'qscc/GetBlockByNumber',
      'qscc/GetBlockByHash',
      'qscc/GetTransactionByID',
      'qscc/GetBlockByTxID',
      'cscc/GetConfigBlock',
      'cscc/GetChannelConfig',
      'event/Block',
      'event/FilteredBlock',
      'gateway/CommitStatus',
      'gateway/ChaincodeEvents',
    ] as const
  ).map((resource) => [resource, ChannelPolicy.applicationReaders] as const),
]);

/** The path of the policy that peers ask for where the channel's configuration does not say; undefined: there is no such resource. */
export function defaultPolicy(resource: string): string | undefined {
  return DEFAULT_ACCESS.get(resource);
}

/**
 * Why an identity, whose signature the caller verifies, may not use a resource of the channel, in Fabric's words; undefined: it may.
 * @param identity undefined: it is none of the channel's, or its signature is wrong
 */
export function denialOf(channel: Channel, resource: string, identity: PolicySubject | undefined): string | undefined {
  const listed = channel.bundle.acls.get(resource);
  const path =
    listed === undefined ? defaultPolicy(resource) : listed.startsWith('/') ? listed : `/Channel/Application/${listed}`;
  if (path === undefined) return `Unmapped policy for ${resource}`;
  if (identity !== undefined && channel.policies.permits(path, identity)) return undefined;
  const reason = channel.policies.shortfall(path, identity === undefined ? [] : [identity]) ?? 'no identity';
  return listed === undefined
    ? `Failed evaluating policy on signed data during check policy on channel [${channel.name}] with policy [${path}]: [${reason}]`
    : `failed evaluating policy on signed data during check policy [${path}]: [${reason}]`;
}
