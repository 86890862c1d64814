/** Installs and builds what is missing or stale. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { runNode, runNpm } from './run.mjs';
import { isCompleteLock, PROGRAMS, staleBuild, staleInstall, stampBuild, stampInstall } from './staleness.mjs';

/** The project's folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const WAIT_MS = 15 * 60_000;

/**
 * Makes the programs ready to run. Quick when they are: a hash and a look at the sources' times.
 * Set ONEPLEDGE_PREPARE=off to run what is there as it is.
 * @param {{ build?: boolean }} options build: false only installs
 * @throws ToolFailure or Error when installing or compiling fails
 */
export async function prepare({ build = true } = {}) {
  if (process.env.ONEPLEDGE_PREPARE === 'off') return;
  if (staleInstall(ROOT) === undefined && (!build || staleBuild(ROOT) === undefined)) return;
  await exclusively(async () => {
    await install();
    const stale = build ? staleBuild(ROOT) : undefined;
    if (stale === undefined) return;
    say('building');
    // Types are checked by `npm test`: who only wants to run it need not wait for that, which takes longer than the rest.
    await compile(['--noCheck', ...(stale.missing ? ['--force'] : []), ...PROGRAMS]);
    await makeDatabaseTemplate();
    stampBuild(ROOT, stale.stamp);
  });
}

/** Compiles and checks all there is, with the tests. */
export async function compileAll() {
  await exclusively(async () => {
    const stale = staleBuild(ROOT);
    await compile(stale?.missing ? ['--force'] : []);
    if (stale !== undefined) stampBuild(ROOT, stale.stamp);
  });
}

/** The path of a program that a package brings. */
export function tool(...path) {
  return join(ROOT, 'node_modules', ...path);
}

/** A line for people; stdout belongs to the program that is started. */
export function say(text) {
  process.stderr.write(`onepledge: ${text}\n`);
}

function exclusively(work) {
  const onWait = (owner) => say(`waiting for process ${owner ?? '?'}, which installs or builds in this folder`);
  return withLock(join(ROOT, '.onepledge', 'bootstrap.lock'), { waitMs: WAIT_MS, onWait }, work);
}

async function install() {
  const stamp = staleInstall(ROOT);
  if (stamp === undefined) return;
  say(existsSync(tool()) ? 'installing packages: package-lock.json has changed' : 'installing packages');
  // No package of ours needs its install script, so none gets to run.
  const how = isCompleteLock(ROOT) ? ['ci'] : ['install', '--no-save'];
  const args = [...how, '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await runNpm(`npm ${how[0]}`, args, { cwd: ROOT, stdout: 'stderr' });
  stampInstall(ROOT, stamp);
}

/** The gateway copies it for every new home: made now, no start waits for it. */
async function makeDatabaseTemplate() {
  const { ensureTemplate } = createRequire(import.meta.url)(
    join(ROOT, 'gateway', 'dist', 'outbox', 'pglite-folder.js'),
  );
  await ensureTemplate();
}

function compile(args) {
  return runNode('tsc', [tool('typescript', 'bin', 'tsc'), '-b', ...args], { cwd: ROOT, stdout: 'stderr' });
}
