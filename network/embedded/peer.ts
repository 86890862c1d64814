/** An organisation's endorsing peer: its identity, its address, and its streams to chaincodes. */
import { type Signer } from '../identity/types';
import { type ChaincodeStream } from './chaincode/stream';

export interface Peer {
  readonly mspId: string;
  /** Host and port, as error details name it. */
  readonly address: string;
  readonly signer: Signer;
  /** By chaincode name. */
  readonly chaincodes: ReadonlyMap<string, ChaincodeStream>;
}
