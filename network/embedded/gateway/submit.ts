/** Submit: hands an endorsed and signed transaction over for ordering. */
import { status } from '@grpc/grpc-js';
import { BroadcastError, readSubmission } from '../orderer/submission';
import { type SubmitRequest } from '../wire/gateway';
import { errorDetail, GatewayError } from './errors';
import { type Gateway, noConfiguration } from './gateway';

/**
 * Hands a signed transaction to the orderer. An answer says that it was taken, not that it is committed.
 * @throws GatewayError
 */
export function submit(gateway: Gateway, request: SubmitRequest): Buffer {
  if (request.envelope === undefined) {
    throw new GatewayError(status.INVALID_ARGUMENT, 'a prepared transaction is required');
  }
  const running = gateway.channels.get(request.channelId);
  if (running === undefined) {
    throw new GatewayError(status.FAILED_PRECONDITION, noConfiguration(request.channelId));
  }
  try {
    const submission = readSubmission(request.envelope);
    if (submission.envelope.signature.length === 0) {
      throw new GatewayError(status.INVALID_ARGUMENT, 'prepared transaction must be signed');
    }
    // The orderer goes by the envelope's own channel, whatever the request says.
    const target = gateway.channels.get(submission.channelHeader.channelId);
    if (target === undefined) throw new BroadcastError('BAD_REQUEST', 'the envelope is for an unknown channel');
    target.committer.submit(submission, new Date());
    return Buffer.alloc(0);
  } catch (error) {
    if (!(error instanceof BroadcastError)) throw error;
    const code = error.status === 'SERVICE_UNAVAILABLE' ? status.UNAVAILABLE : status.ABORTED;
    const message = `received unsuccessful response from orderer: status=${error.status}, info=${error.message}`;
    throw new GatewayError(code, message, code === status.UNAVAILABLE ? [errorDetail(gateway.local, message)] : []);
  }
}
