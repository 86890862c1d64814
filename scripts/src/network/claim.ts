/** One supervisor a home: who starts the network claims the home first. */
import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, UserError } from '../cli/errors';
import { runFolder } from './home';
import { isAlive, type ProcessId, signal, waitForEnd } from './process-identity';
import { NETWORK_STATE, readState, self } from './state';

/**
 * Claims the home for this process.
 * @returns gives it back
 * @throws UserError when a living process has it
 */
export function claimHome(home: string): () => void {
  const file = claimFile(home);
  for (;;) {
    mkdirSync(runFolder(home), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(file, JSON.stringify(self()), { flag: 'wx', mode: 0o600 });
      return () => {
        rmSync(file, { force: true });
        removeIfEmpty(runFolder(home));
      };
    } catch (error) {
      // Another one that was refused has taken the folder away.
      if (errorCode(error) === 'ENOENT') continue;
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const owner = readOwner(file);
    if (owner !== undefined && isAlive(owner)) {
      throw new UserError(
        `the network in ${home} is running already (process ${owner.pid}); "onepledge network status" shows it`,
        {
          code: 'ALREADY_RUNNING',
        },
      );
    }
    rmSync(file, { force: true });
  }
}

/** A start that was refused leaves nothing behind. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Logs are in it, or another one has claimed the home.
  }
}

/** Whether who claimed the home last is gone, and has not given it back. */
export function isAbandoned(home: string): boolean {
  const owner = readOwner(claimFile(home));
  return owner !== undefined && !isAlive(owner);
}

function claimFile(home: string): string {
  return join(runFolder(home), 'supervisor.pid');
}

function readOwner(file: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
}

// A program whose supervisor was killed gives itself this long before it kills itself, see lifeline.ts.
export const ORPHAN_MS = 12_000;

/** Waits for programs that a killed supervisor has left behind: they still hold the ledger. Those that do not end are ended. */
export async function waitForOrphans(home: string): Promise<void> {
  const left = readState(home, NETWORK_STATE)?.processes ?? [];
  const alive = await waitForEnd(left, ORPHAN_MS);
  for (const id of alive) signal(id, 'SIGKILL');
  await waitForEnd(alive, 2_000);
}
