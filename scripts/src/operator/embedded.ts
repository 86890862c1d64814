/** What the embedded network does not do, said before anything is changed. */
import { UserError } from '../cli/errors';

/** @throws UserError on the embedded network */
export async function requireFabric(home: string, why: string): Promise<void> {
  const { isFabric } = await import('@onepledge/network/administration');
  if (!isFabric(home)) throw new UserError(why, { code: 'NOT_POSSIBLE' });
}

/** The ordering service of the embedded network is one orderer for good. */
export const ONE_ORDERER = 'the embedded network has one orderer for good: orderers come and go on real Fabric';
