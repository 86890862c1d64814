/** An organisation's endorsing peer: its identity, its address, the channels it is in, and the chaincodes that it has. */
import { type MspRegistry } from '../identity/msp';
import { type Signer } from '../identity/types';
import { type RunningChannel } from './gateway/gateway';
import { type PackageStore } from './packages/store';
import { type Approvals } from './scc/lifecycle/approvals';

export interface Peer {
  readonly mspId: string;
  /** Host and port, as error details name it. */
  readonly address: string;
  readonly signer: Signer;
  /** Knows this organisation's identities only: Fabric's local MSP. */
  readonly localMsp: MspRegistry;
  /** What it has installed. */
  readonly packages: PackageStore;
  /** Which definitions its organisation has approved. */
  readonly approvals: Approvals;
  /** The channels that the peer has joined, by name. */
  readonly channels: Map<string, RunningChannel>;
  /** All that it could join. */
  readonly network: ReadonlyMap<string, RunningChannel>;
}
