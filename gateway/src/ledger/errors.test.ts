import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { describe, expect, test } from '@jest/globals';
import {
  EndorsementRefused,
  EndorsersMissing,
  IdentityRefused,
  LedgerUnavailable,
  translateProposalError,
} from './errors';

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
    [status.FAILED_PRECONDITION, 'no combination of peers can be derived which satisfy the endorsement policy', true],
    [status.ABORTED, 'failed to collect enough transaction endorsements, see attached details for more info', true],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded after 30s', true],
    [status.ABORTED, 'failed to endorse transaction, see attached details for more info', false],
    [status.UNAVAILABLE, 'no connection', false],
  ])('code %i with "%s" may be for endorsers of others that are away: %s', (code, details, missing) => {
    expect(translateProposalError(fabricError(code, details)) instanceof EndorsersMissing).toBe(missing);
  });

  test('peers that differ for a moment are all there', () => {
    const [details, message] = [
      'failed to collect enough transaction endorsements',
      'ProposalResponsePayloads do not match',
    ];
    const { cause } = fabricError(status.ABORTED, details);
    const peers = [{ address: 'localhost:8051', mspId: 'BankAMSP', message }];
    const error = new GatewayError({ code: status.ABORTED, details: peers, cause, message: details });
    expect(translateProposalError(error)).toBeInstanceOf(LedgerUnavailable);
    expect(translateProposalError(error)).not.toBeInstanceOf(EndorsersMissing);
  });

  test.each([
    [status.UNKNOWN, 'chaincode response 500, too many requests for x, exceeding concurrency limit (1)', 'CONTRACT'],
    [status.ABORTED, 'chaincode response 500, no', 'CONTRACT'],
    [status.RESOURCE_EXHAUSTED, 'Received message larger than max (5 vs 4)', 'TOO_LARGE'],
  ])('code %i with "%s" stays as it is: %s', (code, details, reason) => {
    const translated = translateProposalError(fabricError(code, details));
    expect(translated).toBeInstanceOf(EndorsementRefused);
    expect(translated).toMatchObject({ reason });
  });

  const denied = 'error validating proposal: access denied: channel [onepledge] creator org [BankAMSP]';
  const expired = 'rpc error: code = Unknown desc = proposal client identity expired';

  test.each([
    [status.PERMISSION_DENIED, 'no', undefined, true],
    [status.ABORTED, 'failed to endorse transaction, see attached details for more info', denied, true],
    [status.FAILED_PRECONDITION, `evaluate call to endorser returned error: ${denied}`, denied, true],
    [status.UNAVAILABLE, 'failed to evaluate transaction, see attached details for more info', expired, true],
    [status.ABORTED, 'failed to endorse transaction, see attached details for more info', 'unexpected EOF', false],
    // The first peer let it in: the others are behind, or ahead of it for a moment.
    [status.ABORTED, 'failed to collect enough transaction endorsements, see attached details', denied, false],
  ])('code %i with "%s" and a peer\'s "%s" is a refusal of the signer: %s', (code, details, message, refused) => {
    const { cause } = fabricError(code, details);
    const peers = message === undefined ? [] : [{ address: 'localhost:8051', mspId: 'BankAMSP', message }];
    const error = new GatewayError({ code, details: peers, cause, message: cause.message });
    expect(translateProposalError(error) instanceof IdentityRefused).toBe(refused);
  });
});
