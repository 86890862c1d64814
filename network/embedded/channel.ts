/** A channel: its ledger, whom it trusts, and the chaincodes that are committed on it. */
import { type Identity } from '../identity/types';
import { type MspRegistry } from '../identity/msp';
import { type SignaturePolicy } from '../identity/policy';
import { type Ledger } from './ledger/ledger';

/** A chaincode as its organisations have agreed on it. */
export interface ChaincodeDefinition {
  readonly name: string;
  readonly version: string;
  readonly endorsementPolicy: SignaturePolicy;
}

export interface Channel {
  readonly name: string;
  readonly ledger: Ledger;
  readonly msps: MspRegistry;
  readonly members: ReadonlySet<string>;
  readonly chaincodes: ReadonlyMap<string, ChaincodeDefinition>;
}

/** Whether the identity may propose and submit: Fabric's usual Writers policy, any member's client or admin. */
export function isWriter(channel: Channel, identity: Identity): boolean {
  return channel.members.has(identity.mspId) && (identity.role === 'client' || identity.role === 'admin');
}

/** Whether the identity may read blocks, events and statuses: the usual Readers policy, peers too. */
export function isReader(channel: Channel, identity: Identity): boolean {
  return isWriter(channel, identity) || (channel.members.has(identity.mspId) && identity.role === 'peer');
}
