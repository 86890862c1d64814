/** CommitStatus: what became of a transaction, once it is in a block. */
import { status } from '@grpc/grpc-js';
import { decodeCommitStatusRequest, encodeCommitStatusResponse, type SignedRequest } from '../wire/gateway';
import { WireError } from '../wire/protobuf';
import { GatewayError } from './errors';
import { type Gateway } from './gateway';

/**
 * Answers where and with which validation code a transaction was committed, waiting for it until the signal.
 * @throws GatewayError
 */
export async function commitStatus(gateway: Gateway, signed: SignedRequest, signal: AbortSignal): Promise<Buffer> {
  const request = decodeRequest(signed.request);
  if (signed.request.length === 0) {
    throw new GatewayError(status.INVALID_ARGUMENT, 'a commit status request is required');
  }
  if (request.identity.length === 0) throw new GatewayError(status.INVALID_ARGUMENT, 'no identity provided');
  if (request.channelId === '') throw new GatewayError(status.INVALID_ARGUMENT, 'no channel ID provided');
  if (request.transactionId === '') {
    throw new GatewayError(status.INVALID_ARGUMENT, 'transaction ID should not be empty');
  }
  const { committer } = gateway.reader(request.channelId, request.identity, signed, 'gateway/CommitStatus');
  const location = await committer.status(request.transactionId, signal);
  return encodeCommitStatusResponse(location.code, location.block);
}

function decodeRequest(request: Buffer): ReturnType<typeof decodeCommitStatusRequest> {
  try {
    return decodeCommitStatusRequest(request);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new GatewayError(status.INVALID_ARGUMENT, `invalid status request: ${error.message}`);
  }
}
