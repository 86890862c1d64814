/** The one place where errors become words and exit codes. */
import { errorCode, type Problem, Refusal, Unsuccessful, UsageError, UserError } from './errors';
import type { Output } from './output';

/** 0 done, 1 refused or failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** Prints an error, as JSON on stdout where that was asked for, and gives the exit code. */
export function reportError(error: unknown, output: Output): ExitCode {
  if (error instanceof Unsuccessful) return 1;
  if (error instanceof UsageError) {
    output.note(`onepledge: ${error.message}`);
    return 2;
  }
  if (error instanceof Refusal) return reportProblem(error.problem, output);
  if (error instanceof UserError) return reportProblem({ code: error.code, detail: error.message }, output);
  const file = fileProblem(error);
  if (file !== undefined) return reportProblem(file, output);
  output.note(`onepledge: unexpected: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof Error && process.env['ONEPLEDGE_DEBUG'] !== undefined) output.note(error.stack ?? '');
  else output.note('This is a fault in onepledge. Set ONEPLEDGE_DEBUG=1 to see where it is.');
  return 1;
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'may not be used by this user',
  EPERM: 'may not be used by this user',
  EROFS: 'is on a disk that cannot be written to',
  ENOSPC: 'the disk is full',
  EISDIR: 'is a folder',
  ENOTDIR: 'is below a file',
};

/** What is wrong with a file or folder that the person has named, or with the disk. */
function fileProblem(error: unknown): Problem | undefined {
  const why = FILE_PROBLEMS[errorCode(error) ?? ''];
  if (why === undefined || !(error instanceof Error && 'path' in error)) return undefined;
  return { code: 'FILE', detail: `${String(error.path)}: ${why}` };
}

function reportProblem(problem: Problem, output: Output): ExitCode {
  if (output.json) output.show(problem, () => '');
  else output.note(problemText(problem));
  return 1;
}

/** A problem for people. */
export function problemText(problem: Problem): string {
  const field =
    problem.field === undefined || problem.detail.startsWith(`${problem.field}:`) ? '' : `${problem.field}: `;
  const conflict = problem.conflict === undefined ? '' : `\n  conflict: ${JSON.stringify(problem.conflict)}`;
  return `${problem.code}: ${field}${problem.detail}${conflict}`;
}
