/** What can go wrong, by who can do something about it. One place, report.ts, turns them into words and exit codes. */

/** The answer of a gateway that refuses: problem+json (RFC 9457), shown as it is. */
export type Problem = Readonly<{
  code: string;
  detail: string;
  status?: number;
  title?: string;
  field?: string;
  conflict?: unknown;
  transactionId?: string;
  requestId?: string;
  retryable?: boolean;
}>;

/** The person can do something about it; the message says what. Exit code 1. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly code: string;

  /** @param code for scripts that read --json */
  constructor(message: string, options: ErrorOptions & { code?: string } = {}) {
    super(message, options);
    this.code = options.code ?? 'FAILED';
  }
}

/** The command was written wrongly. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The gateway or the ledger said no. Exit code 1. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** What there was to say has been said; only the exit code 1 is left. */
export class Unsuccessful extends Error {
  override readonly name = 'Unsuccessful';
}

/** Node's code of a system error, such as ENOENT; undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
