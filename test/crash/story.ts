/** What each client does while programs are killed, with the only answer that each step may have. */
import { randomUUID } from 'node:crypto';
import type { Client, Pledge, Receivable } from '../support/client';
import { cny, type Sequence } from '../support/sequences';
import { settle, type Settled } from './submission';

/** A gateway's clients. */
export type Actors = Readonly<{ platform: Client; bankA: Client; bankB: Client }>;

export type Chapter = Readonly<{ asset: Receivable; toA: Pledge; toB: Pledge; steps: readonly Settled[] }>;

/** How many submissions one story makes. */
export const STEPS = 9;

const AMOUNT = cny('1000.00');
const PART = cny('400.00');

/**
 * Registers one invoice, twice; offers it to two banks; the first gets it, the second is refused, gets it after a release, and
 * releases a part.
 * @param onStep called before each submission
 * @param steps gets each submission as it is answered, also those of a story that fails
 * @throws Error at the first answer that is not the one which the rules give
 */
export async function tell(
  actors: Actors,
  sequence: Sequence,
  onStep: () => void,
  steps: Settled[] = [],
): Promise<Chapter> {
  const { platform, bankA, bankB } = actors;
  const act = async <T>(client: Client, path: string, body: unknown, expected: number | string): Promise<T> => {
    onStep();
    const settled = await settle({ client, path, body, key: randomUUID() });
    steps.push(settled);
    const { answer } = settled;
    const outcome = answer.status === 201 ? 201 : answer.problem.code;
    if (outcome !== expected) throw new Error(`expected ${expected}: ${answer.toString()}`);
    return answer.json<T>();
  };
  const number = sequence.invoiceNumber();
  const register = (): object => sequence.registration({ number, amount: AMOUNT });

  const asset = await act<Receivable>(platform, '/v1/receivables', register(), 201);
  await act(platform, '/v1/receivables', register(), 'DUPLICATE_EVIDENCE');
  const toA = await act<Pledge>(platform, '/v1/pledges', sequence.terms(asset, 'bank-a'), 201);
  const toB = await act<Pledge>(platform, '/v1/pledges', sequence.terms(asset, 'bank-b'), 201);
  await act(bankA, `/v1/pledges/${toA.id}/acceptance`, {}, 201);
  await act(bankB, `/v1/pledges/${toB.id}/acceptance`, {}, 'ALREADY_ENCUMBERED');
  await act(bankA, `/v1/pledges/${toA.id}/release`, { reason: 'repaid' }, 201);
  await act(bankB, `/v1/pledges/${toB.id}/acceptance`, {}, 201);
  await act(bankB, `/v1/pledges/${toB.id}/release`, { covers: PART, reason: 'repaid in part' }, 201);
  return { asset, toA, toB, steps };
}

/** What the receivable must be after the story. */
export const END = {
  status: 'REGISTERED',
  amount: AMOUNT,
  encumbered: cny('600.00'),
  free: PART,
  settled: cny('0.00'),
} as const;

/** The events of its history, in the order of the ledger. */
export const EVENTS = [
  'RECEIVABLE_REGISTERED',
  'PLEDGE_PROPOSED',
  'PLEDGE_PROPOSED',
  'PLEDGE_ACCEPTED',
  'PLEDGE_RELEASED',
  'PLEDGE_ACCEPTED',
  'PLEDGE_RELEASED',
] as const;
