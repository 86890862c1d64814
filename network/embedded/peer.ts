/** An organisation's endorsing peer: its identity, its address, the channels it is in, and its streams to chaincodes. */
import { type MspRegistry } from '../identity/msp';
import { type Signer } from '../identity/types';
import { type ChaincodeStream } from './chaincode/stream';
import { type Channel } from './channel';

export interface Peer {
  readonly mspId: string;
  /** Host and port, as error details name it. */
  readonly address: string;
  readonly signer: Signer;
  /** Knows this organisation's identities only: Fabric's local MSP. */
  readonly localMsp: MspRegistry;
  /** By chaincode name. */
  readonly chaincodes: ReadonlyMap<string, ChaincodeStream>;
  /** The channels that the peer has joined, by name. */
  readonly channels: Map<string, Channel>;
}
