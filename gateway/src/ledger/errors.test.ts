import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { describe, expect, test } from '@jest/globals';
import { EndorsementRefused, LedgerUnavailable, translateProposalError } from './errors';

function fabricError(code: status, details: string): GatewayError {
  const cause: ServiceError = Object.assign(new Error(`${code}: ${details}`), {
    code,
    details,
    metadata: new Metadata(),
  });
  return new GatewayError({ code, details: [], cause, message: cause.message });
}

describe('what a peer answers before ordering', () => {
  test.each([
    [status.UNKNOWN, 'too many requests for /gateway.Gateway, exceeding concurrency limit (500)'],
    [status.UNAVAILABLE, 'no connection'],
    [status.FAILED_PRECONDITION, 'no combination of peers can be derived which satisfy the endorsement policy'],
    [status.ABORTED, 'chaincode stream terminated'],
  ])('code %i with "%s" passes: the same is tried again', (code, details) => {
    expect(translateProposalError(fabricError(code, details))).toBeInstanceOf(LedgerUnavailable);
  });

  test.each([
    [status.UNKNOWN, 'chaincode response 500, too many requests for x, exceeding concurrency limit (1)', 'CONTRACT'],
    [status.ABORTED, 'chaincode response 500, no', 'CONTRACT'],
    [status.PERMISSION_DENIED, 'no', 'IDENTITY'],
    [status.RESOURCE_EXHAUSTED, 'Received message larger than max (5 vs 4)', 'TOO_LARGE'],
  ])('code %i with "%s" stays as it is: %s', (code, details, reason) => {
    const translated = translateProposalError(fabricError(code, details));
    expect(translated).toBeInstanceOf(EndorsementRefused);
    expect(translated).toMatchObject({ reason });
  });
});
