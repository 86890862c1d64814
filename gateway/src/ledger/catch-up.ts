/** Questions for commits, and waiting until a peer has one. */
import type { CallOptions } from '@grpc/grpc-js';
import { common, gateway as wire } from '@hyperledger/fabric-protos';
import { isDeadline, isRefusedIdentity } from './errors';
import type { Landmark } from './horizon';
import type { Session } from './sessions';

/** How long a peer may take to come to what another one has told. */
const CATCH_UP_MS = 5_000;

/** The question for a commit, from the transaction's id alone: so it can be asked after any crash. */
export function commitRequest({ channel, identity }: Session, transactionId: string): Uint8Array {
  const request = new wire.CommitStatusRequest();
  request.setChannelId(channel);
  request.setTransactionId(transactionId);
  request.setIdentity(identity.serialized);
  const signed = new wire.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  return signed.serializeBinary();
}

/**
 * Waits until the session's peer has a transaction.
 * @returns whether it is known to have it; not where the identity is refused
 * @throws GatewayError when it is too far behind
 */
export async function comesTo(session: Session, { transactionId, block }: Landmark): Promise<boolean> {
  try {
    await session.gateway.newCommit(commitRequest(session, transactionId)).getStatus(within(CATCH_UP_MS));
  } catch (error) {
    // So answers a peer that is not in the channel yet, its disk having been lost, as well: what is to be asked next tells which it is.
    if (isRefusedIdentity(error)) return false;
    // A peer that began with a snapshot never tells of what was before it.
    if (!isDeadline(error) || (await heightOf(session)) <= block) throw error;
  }
  return true;
}

async function heightOf({ blocks, channel }: Session): Promise<bigint> {
  const info = await blocks.newProposal('GetChainInfo', { arguments: [channel] }).evaluate(within(CATCH_UP_MS));
  return BigInt(common.BlockchainInfo.deserializeBinary(info).getHeight());
}

/** The options of a call that may take so many milliseconds. */
export function within(milliseconds: number): CallOptions {
  return { deadline: Date.now() + milliseconds };
}
