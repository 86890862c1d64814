/** How the gateway answers failures: gRPC status codes with one detail a peer, as Fabric's gateway does. */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type Peer } from '../peer';
import { encodeStatusDetails, type ErrorDetail } from '../wire/gateway';
import { type ProposalResponse } from '../wire/proposal';
import { WireError } from '../wire/protobuf';

/** The gateway's answer is this gRPC status. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: status,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
  ) {
    super(message);
  }
}

/**
 * The error as gRPC sends it. What cannot be read is INTERNAL, as with Go's servers; errors that nobody foresaw are too, and
 * tell nothing.
 */
export function toServiceError(error: unknown): Pick<ServiceError, 'code' | 'details' | 'metadata'> {
  const metadata = new Metadata();
  if (error instanceof WireError) {
    const details = `grpc: failed to unmarshal the received message: ${error.message}`;
    return { code: status.INTERNAL, details, metadata };
  }
  if (!(error instanceof GatewayError)) return { code: status.INTERNAL, details: 'internal error', metadata };
  if (error.details.length > 0) {
    metadata.set('grpc-status-details-bin', encodeStatusDetails(error.code, error.message, error.details));
  }
  return { code: error.code, details: error.message, metadata };
}

export function errorDetail(peer: Peer, message: string): ErrorDetail {
  return { address: peer.address, mspId: peer.mspId, message };
}

/** How the gateway goes on after a peer's answer. */
export type Verdict =
  | { readonly kind: 'ok' }
  /** `elsewhere`: another peer may do better. */
  | { readonly kind: 'failed'; readonly code: status; readonly message: string; readonly elsewhere: boolean };

/** Reads a peer's answer: success, the chaincode's own error, or the peer's failure to run it. */
export function verdictOf({ response, payload }: ProposalResponse): Verdict {
  if (response.status >= 200 && response.status < 400) return { kind: 'ok' };
  if (payload === undefined && response.status === 500) {
    return { kind: 'failed', code: status.ABORTED, message: response.message, elsewhere: true };
  }
  const message = `chaincode response ${response.status}, ${response.message}`;
  return { kind: 'failed', code: status.UNKNOWN, message, elsewhere: false };
}
