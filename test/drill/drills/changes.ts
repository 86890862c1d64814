/** What operators change while the network works. */
import { randomUUID } from 'node:crypto';
import type { Settled } from '../../crash/submission';
import type { Client, Receivable } from '../../support/client';
import type { Drill } from '../drill';
import { Clerk } from '../clerk';
import type { Load } from '../load';
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

async function revoked(world: World, load: Load): Promise<string> {
  const clerk = await Clerk.enrolled(world, 'bank-b', 'drill-clerk');
  try {
    await clerk.reads();
    await world.operate('certificate', 'revoke', 'drill-clerk');
    const refusal = await until('the identity is refused', () => clerk.refusal(), { withinMs: 30_000 });
    const told = await revokedAtWork(world, load);
    return `a clerk of bank-b was let in, revoked, and refused: ${refusal}; so was an identity of the gateway at work: ${told}`;
  } finally {
    clerk.close();
  }
}

/** An identity that the gateway acts by: what it asks for is done or refused for that reason, and each answer is checked like the others. */
async function revokedAtWork(world: World, load: Load): Promise<string> {
  const { sequence } = load;
  const party = sequence.supplier.uscc;
  const [platform, itself] = [await world.as('platform'), await world.as('platform', [], party)];
  const path = '/v1/receivables';
  const register = (client: Client): Promise<Settled> =>
    load.submit({ client, path, body: sequence.registration(), key: randomUUID() });
  // By this the party is known.
  (await register(platform)).answer.as<Receivable>(201);
  (await register(itself)).answer.as<Receivable>(201);
  const revocation = world.operate('certificate', 'revoke', `${party}-member`);
  const refused = await until(
    'the gateway tells',
    async () => {
      const answers = await Promise.all(Array.from({ length: 4 }, () => register(itself)));
      const problems = answers.flatMap(({ answer }) => (answer.status === 201 ? [] : [answer.problem]));
      const other = problems.find(({ code }) => code !== 'FORBIDDEN');
      if (other !== undefined) throw new Error(`${other.code}: ${other.detail}`);
      return problems.length < answers.length ? undefined : problems[0]?.detail;
    },
    { withinMs: 60_000 },
  );
  await revocation;
  return refused;
}

export const changeDrills: readonly Drill[] = [
  { name: 'chaincode-upgraded', title: 'the chaincode upgraded without a stop', act: upgraded },
  { name: 'identity-revoked', title: 'an identity revoked and refused', act: revoked },
];
