/** The endorsed transaction in the database: stored before it is submitted, taken up again after a crash. */
import type { Principal } from '../auth/principal';
import type { EndorsedTransaction } from '../ledger/port';
import { timed } from '../metrics';
import { backOff } from './group';
import type { LaneContext } from './lane-context';
import { Overtaken } from './overtaken';
import { pause } from './pause';

/**
 * Stores the envelope, however often it takes: after a fault nobody knows whether it is stored, so the commands must not go into another one.
 * @returns false when the gateway stops before it is stored, or another one has taken over: then it must not be submitted.
 */
export async function storeEnvelope(
  { store, metrics, log, signal, overtaken }: LaneContext,
  { transactionId, bytes }: EndorsedTransaction,
): Promise<boolean> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      await timed(metrics, 'db_envelope', () => store.storeEnvelope(transactionId, bytes));
      return true;
    } catch (error) {
      if (error instanceof Overtaken) {
        overtaken(error);
        return false;
      }
      log.error({ err: error, transactionId }, 'the database does not take the endorsed transaction; trying again');
      await pause(backOff(failures, Math.random()), signal);
    }
  }
  return false;
}

/**
 * Makes a stored envelope into a transaction that can be submitted, however often it takes.
 * @returns undefined when the gateway stops before.
 */
export async function restoreEnvelope(
  { ledger, log, signal }: LaneContext,
  principal: Principal,
  envelope: Uint8Array,
): Promise<EndorsedTransaction | undefined> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      return await ledger.restore(principal, envelope);
    } catch (error) {
      log.warn({ err: error }, 'a stored transaction cannot be taken up yet');
      await pause(backOff(failures, Math.random()), signal);
    }
  }
  return undefined;
}
