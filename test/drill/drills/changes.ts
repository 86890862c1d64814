/** What operators change while the network works. */
import type { Drill } from '../drill';
import { Clerk } from '../clerk';
import { until } from '../../support/wait';
import type { World } from '../world';

async function upgraded(world: World): Promise<string> {
  const end = world.watchChaincodes();
  try {
    await world.operate('chaincode', 'upgrade', '--to', '1.1');
    return 'onepledge 1.1, sequence 2, came into force while 1.0 was at work';
  } finally {
    end();
  }
}

async function revoked(world: World): Promise<string> {
  const clerk = await Clerk.enrolled(world, 'bank-b', 'drill-clerk');
  try {
    await clerk.reads();
    await world.operate('certificate', 'revoke', 'drill-clerk');
    const refusal = await until('the identity is refused', () => clerk.refusal(), { withinMs: 30_000 });
    return `a clerk of bank-b was let in, revoked, and refused: ${refusal}`;
  } finally {
    clerk.close();
  }
}

export const changeDrills: readonly Drill[] = [
  { name: 'chaincode-upgraded', title: 'the chaincode upgraded without a stop', act: upgraded },
  { name: 'identity-revoked', title: 'an identity revoked and refused', act: revoked },
];
