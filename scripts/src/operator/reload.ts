/** Has the programs of the home's network follow the description as it is now. */
import { utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
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
  const { ensureChaincodeServices, keepServed, readNodeStates, servedFile } = await import('@onepledge/network/fabric');
  const { home } = administration;
  const states = readNodeStates(home);
  if (states === undefined) {
    throw new UserError(`the nodes do not run in ${home}: "onepledge network up" starts them as described`, {
      code: 'NOT_RUNNING',
    });
  }
  // Before others look: ports and certificates are made once.
  await ensureChaincodeServices(consortium, home);
  keepServed(home, consortium);
  const now = new Date();
  utimesSync(servedFile(home), now, now);
  process.kill(states.pid, 'SIGHUP');
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
