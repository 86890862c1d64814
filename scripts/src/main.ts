/** The command line's entry: from words to an exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { createContext } from './cli/context';
import { errorCode } from './cli/errors';
import { NOUNS } from './cli/nouns';
import { Output } from './cli/output';
import { buildProgram } from './cli/program';
import { type ExitCode, reportError } from './cli/report';
import { ROOT } from './root';

/**
 * Runs one command.
 * @param words the arguments after the program's name
 * @returns the exit code; nothing is thrown
 */
export async function main(words: readonly string[]): Promise<ExitCode> {
  process.stdout.on('error', quitWhenNobodyReads);
  let output = new Output(words.includes('--json'));
  try {
    const program = await buildProgram(version(), NOUNS, words, async (command, input) => {
      const context = createContext(input);
      output = context.output;
      await command.run(context, input);
    });
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    // commander has printed its own message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportError(error, output);
  }
}

/** `onepledge … | head` closes the pipe: that is no fault. */
function quitWhenNobodyReads(error: Error): void {
  if (errorCode(error) === 'EPIPE') process.exit(0);
  throw error;
}

function version(): string {
  const { version: found } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return found;
}
