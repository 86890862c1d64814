/** Commands as they enter a lane. */
import { type Command, touchedAsset } from '@onepledge/chaincode/model';
import type { Queued } from './intent';

/** A command that was never tried, as JSON text. @param asset whose keys it writes, when it writes existing ones */
export function fresh(intentId: string, command: string, asset: string | undefined): Queued {
  return { intentId, command, asset, tries: 0, cap: Number.POSITIVE_INFINITY };
}

/** A command as the database gives it back; none where only its place among others is known. */
export function queued(intentId: string, command: unknown): Queued {
  if (command === undefined || command === null) return fresh(intentId, 'null', undefined);
  return fresh(intentId, JSON.stringify(command), touchedAsset(command as Command));
}
