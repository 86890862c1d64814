/** Runs the command line against a system, as a user would. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './root';
import type { System } from './system';

export type CliResult = Readonly<{ code: number | null; stdout: string; stderr: string }>;

export type CliOptions = Readonly<{
  gateway?: number;
  timeoutMs?: number;
  environment?: Readonly<Record<string, string>>;
}>;

/** Runs `onepledge` with these words. @throws Error when it does not end in time */
export function onepledge(
  system: Pick<System, 'home' | 'url'>,
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const { gateway = 0, timeoutMs = 60_000, environment = {} } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts', 'bin', 'onepledge.mjs'), ...words], {
      cwd: system.home,
      env: {
        PATH: process.env['PATH'] ?? '',
        // What is built is what is tested: it must not be built again while tests run.
        ONEPLEDGE_PREPARE: 'off',
        ONEPLEDGE_HOME: system.home,
        ONEPLEDGE_GATEWAY: system.url(gateway),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const result = {
        code,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      };
      if (signal === null) resolve(result);
      else reject(new Error(`onepledge ${words.join(' ')} was ended by ${signal}: ${result.stderr}`));
    });
  });
}
