/** Runs Node programs in tests. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../root';

export type Ended = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** Runs Node to its end, at most 30 s. */
export function runNode(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  cwd: string = ROOT,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs the built command line. */
export function runCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const bin = join(ROOT, 'scripts', 'bin', 'onepledge.mjs');
  return runNode([bin, ...args], { ONEPLEDGE_PREPARE: 'off', ...environment });
}
