/** A channel: its ledger, whom it trusts, and the chaincodes that are committed on it. */
import { type Identity } from '../identity/types';
import { type MspRegistry } from '../identity/msp';
import {
  evaluatePolicy,
  parsePolicy,
  type PolicyManager,
  type PolicySubject,
  type SignaturePolicy,
} from '../identity/policy';
import { type Ledger } from './ledger/ledger';
import { type StateView } from './ledger/state';

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
  readonly msps: MspRegistry;
  readonly members: ReadonlySet<string>;
  /** The policies of the channel's configuration. */
  readonly policies: PolicyManager;
  readonly chaincodes: ChaincodeDefinitions;
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

/** Whether the identity may propose and submit: Fabric's usual Writers policy, any member's client or admin. */
export function isWriter(channel: Channel, identity: Identity): boolean {
  return channel.members.has(identity.mspId) && (identity.role === 'client' || identity.role === 'admin');
}

/** Whether the identity may read blocks, events and statuses: the usual Readers policy, peers too. */
export function isReader(channel: Channel, identity: Identity): boolean {
  return isWriter(channel, identity) || (channel.members.has(identity.mspId) && identity.role === 'peer');
}

/** Fabric's words to a creator who does not satisfy the channel's policy, or whose signature is wrong. */
export function accessDenied(policy: 'Readers' | 'Writers'): string {
  return `failed evaluating policy on signed data during check policy [${pathOf(policy)}]: [${unsatisfied(policy)}]`;
}

/** The same for a resource that the channel's configuration does not list: the peer's own default counts. */
export function accessDeniedByDefault(channelName: string, policy: 'Readers' | 'Writers'): string {
  return (
    `Failed evaluating policy on signed data during check policy on channel [${channelName}] with policy ` +
    `[${pathOf(policy)}]: [${unsatisfied(policy)}]`
  );
}

function pathOf(policy: 'Readers' | 'Writers'): string {
  return `/Channel/Application/${policy}`;
}

function unsatisfied(policy: 'Readers' | 'Writers'): string {
  return (
    'implicit policy evaluation failed - 0 sub-policies were satisfied, ' +
    `but this policy requires 1 of the '${policy}' sub-policies to be satisfied`
  );
}
