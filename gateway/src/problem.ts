/** Refusals on their way to the client: an error that carries a problem of the catalogue. */
import type { DomainError, ErrorCode } from '@onepledge/chaincode/model';

/** Thrown where a request ends early; the HTTP layer answers it as problem+json. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: DomainError;
  /** Header fields that the answer needs, e.g. Retry-After. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: DomainError, options: Readonly<{ cause?: unknown; headers?: Record<string, string> }> = {}) {
    super(`${problem.code}: ${problem.detail}`, { cause: options.cause });
    this.problem = problem;
    this.headers = options.headers ?? {};
  }
}

/** A problem from its code, a sentence for a person, and the field at fault. */
export function problem(code: ErrorCode, detail: string, field?: string): ProblemError {
  return new ProblemError(field === undefined ? { code, detail } : { code, detail, field });
}
