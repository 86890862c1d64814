/** Runs a tool of the project to its end, in the same terminal and the same process group. */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import process from 'node:process';

/** A tool that ended with a failure: the tool has said why, so only its exit code is passed on. */
export class ToolFailure extends Error {
  constructor(what, code) {
    super(`${what} failed with exit code ${code}`);
    this.exitCode = code;
  }
}

/**
 * Runs a JavaScript file with this Node.
 * @param {string} what for people
 * @param {readonly string[]} args the file and its arguments
 * @param {{ cwd: string, stdout?: 'inherit' | 'stderr' }} options where to run; stderr keeps stdout clean for the caller's output
 * @throws ToolFailure when it does not end with 0
 */
export function runNode(what, args, options) {
  return run(what, process.execPath, args, options);
}

/** Runs npm, the one that runs this program if there is one. Parameters as `runNode`. */
export function runNpm(what, args, options) {
  const path = process.env.npm_execpath;
  if (path !== undefined && basename(path) === 'npm-cli.js') return runNode(what, [path, ...args], options);
  // On Windows npm is a batch file, which needs a shell; the arguments are fixed words.
  return run(what, 'npm', args, { ...options, shell: process.platform === 'win32' });
}

function run(what, command, args, { cwd, stdout = 'inherit', shell = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      shell,
      stdio: ['ignore', stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
    });
    const pass = (signal) => child.kill(signal);
    process.on('SIGTERM', pass);
    process.on('SIGINT', pass);
    const done = (settle) => {
      process.removeListener('SIGTERM', pass);
      process.removeListener('SIGINT', pass);
      settle();
    };
    child.once('error', (error) => done(() => reject(new Error(`${what}: cannot run ${command}: ${error.message}`))));
    child.once('exit', (code, signal) =>
      done(() => (code === 0 ? resolve() : reject(new ToolFailure(what, code ?? (signal === 'SIGINT' ? 130 : 143))))),
    );
  });
}
