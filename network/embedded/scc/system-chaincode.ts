/** What a system chaincode is: a contract that the peer runs in its own process. */
import { type Channel } from '../channel';
import { type UnpackedProposal } from '../endorser/proposal';
import { type TxSimulator } from '../endorser/simulator';
import { type Peer } from '../peer';
import { type Response } from '../wire/proposal';
import { NO_BYTES } from '../wire/protobuf';

/** The version that answers of system chaincodes name. */
export const SYSTEM_VERSION = 'syscc';

/** One call of a system chaincode at one peer. */
export interface SystemCall {
  /** The function's name and its arguments. */
  readonly args: readonly Buffer[];
  /** The client's proposal, also when a chaincode calls on its behalf: its creator is who must be allowed. */
  readonly proposal: UnpackedProposal;
  readonly peer: Peer;
  /** Undefined when the proposal names no channel. */
  readonly channel: Channel | undefined;
  /** Undefined without a channel, and for chaincodes that do not simulate. */
  readonly simulator: TxSimulator | undefined;
}

export interface SystemChaincode {
  readonly name: string;
  /** Whether its calls read and write state, so that their answers hold a read-write set. */
  readonly simulates: boolean;
  /** Answers; refusals are answers with status 500, or what the chaincode says. */
  invoke(call: SystemCall): Response | Promise<Response>;
}

export function success(payload: Buffer): Response {
  return { status: 200, message: '', payload };
}

export function failure(message: string, status = 500): Response {
  return { status, message, payload: NO_BYTES };
}
