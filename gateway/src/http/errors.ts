/** The one place where a thrown error becomes an answer. */
import { ERRORS } from '@onepledge/chaincode/model';
import { LedgerUnavailable } from '../ledger/errors';
import { ProblemError, problem } from '../problem';

/** Faults of express' body reader, by its `type`. */
const BODY_FAULTS: Readonly<Record<string, (error: Error) => ProblemError>> = {
  'entity.too.large': () => problem('PAYLOAD_TOO_LARGE', 'the body is larger than the limit'),
  'entity.parse.failed': (error) => problem('INVALID_INPUT', `the body is not JSON: ${error.message}`),
  'encoding.unsupported': (error) => problem('UNSUPPORTED_MEDIA_TYPE', error.message),
  'charset.unsupported': (error) => problem('UNSUPPORTED_MEDIA_TYPE', error.message),
  'request.aborted': () => problem('INVALID_INPUT', 'the request ended before its body'),
  'request.size.invalid': () => problem('INVALID_INPUT', 'the body has another length than Content-Length says'),
};

/** The problem that an error is answered with; everything unexpected is an internal error and shows nothing of itself. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof LedgerUnavailable) {
    // The message names files; the client needs to know only this.
    return new ProblemError({ code: 'LEDGER_UNAVAILABLE', detail: 'the network is not running' }, { cause: error });
  }
  if (error instanceof Error && 'type' in error && typeof error.type === 'string') {
    const fault = BODY_FAULTS[error.type]?.(error);
    if (fault !== undefined) return fault;
  }
  if (error instanceof URIError) return problem('INVALID_INPUT', 'the path is not well-formed');
  return new ProblemError({ code: 'INTERNAL_ERROR', detail: ERRORS.INTERNAL_ERROR.description }, { cause: error });
}
