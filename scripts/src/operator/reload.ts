/** Has the programs of the home's network follow the description as it is now. */
import { utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consortium } from '@onepledge/network';
import type { Administration } from '@onepledge/network/administration';
import { UserError } from '../cli/errors';
import type { Session } from './session';

const FOLLOWED_WITHIN_MS = 150_000;

/**
 * Tells the network, and waits until it is as wanted.
 * @param what for the message, such as "bank-c's peer runs"
 * @throws UserError when this home's network is not one that can follow, or does not within the time
 */
export async function followDescription(
  { administration, consortium }: Session,
  what: string,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const { home } = administration;
  const { isFabric } = await import('@onepledge/network/administration');
  const pid = await followingProcess(administration);
  if (isFabric(home)) await readyChaincodes(home, consortium);
  process.kill(pid, 'SIGHUP');
  const deadline = Date.now() + FOLLOWED_WITHIN_MS;
  while (!(await isDone())) {
    if (Date.now() > deadline) {
      throw new UserError(`not within ${FOLLOWED_WITHIN_MS / 1000} s: ${what}; see run/network.log in ${home}`, {
        code: 'NOT_READY',
      });
    }
    await sleep(200);
  }
}

/**
 * The process that runs the home's nodes and can start others.
 * @throws UserError when there is none: then nothing is to be changed that needs it
 */
export async function followingProcess({ home, connection }: Administration): Promise<number> {
  const { isFabric } = await import('@onepledge/network/administration');
  const { readNodeStates } = await import('@onepledge/network/fabric');
  const pid = isFabric(home) ? readNodeStates(home)?.pid : connection.pid;
  if (pid !== undefined && pid !== 0) return pid;
  throw new UserError(`the nodes do not run in ${home}: "onepledge network up" starts them as described`, {
    code: 'NOT_RUNNING',
  });
}

/** Makes what the nodes and the chaincodes' supervisor will both look for, before they do, and has the latter look. */
async function readyChaincodes(home: string, consortium: Consortium): Promise<void> {
  const { ensureChaincodeServices, keepServed, servedFile } = await import('@onepledge/network/fabric');
  await ensureChaincodeServices(consortium, home);
  keepServed(home, consortium);
  const now = new Date();
  utimesSync(servedFile(home), now, now);
}
