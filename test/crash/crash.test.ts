/**
 * Programs are killed with -9 while clients work: every submission gets the one answer that it would have got without, and the ledger
 * holds exactly what the answers say.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, Page, Pledge, Receivable } from '../support/client';
import { Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';
import { Killer, planKills } from './killer';
import { END, EVENTS, STEPS, tell, type Actors, type Chapter } from './story';
import { settle } from './submission';

const { as, system } = useSystem({ gateways: 2, faultsAllowed: true });
const sequence = new Sequence('crash');

/** Submissions in all, kills, and clients at once. */
const SUBMISSIONS = Number(process.env['ONEPLEDGE_CRASH'] ?? 126);
const STORIES = Math.ceil(SUBMISSIONS / STEPS);
const KILLS = Math.max(3, Math.floor(SUBMISSIONS / 40));
const CLIENTS = 14;
const TIMEOUT_MS = 120_000 + SUBMISSIONS * 600;

const chapters: Chapter[] = [];
let killer: Killer;

async function actorsAt(gateway: number): Promise<Actors> {
  return {
    platform: await as({ member: 'platform' }, gateway),
    bankA: await as({ member: 'bank-a' }, gateway),
    bankB: await as({ member: 'bank-b' }, gateway),
  };
}

beforeAll(async () => {
  const { network, chaincode, gateways } = system();
  const victims = [network, chaincode, ...gateways.map(({ program }) => program)];
  killer = new Killer(planKills(victims, KILLS, STORIES * STEPS, sequence.random));
  const actors = await Promise.all([actorsAt(0), actorsAt(1)]);
  let begun = 0;
  const client = async (index: number): Promise<void> => {
    while (begun < STORIES) {
      begun += 1;
      chapters.push(
        await tell(actors[index % 2] ?? actors[0], sequence, () => {
          killer.step();
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  await killer.done();
  await system().ready();
}, TIMEOUT_MS);

afterAll(() => {
  const tries = chapters.flatMap(({ steps }) => steps.map((step) => step.tries));
  const again = tries.filter((count) => count > 1).length;
  process.stderr.write(`crash: ${tries.length} submissions, ${killer.killed} kills, ${again} had to be sent again\n`);
});

async function everything<T>(client: Client, path: string): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor = '';
  do {
    const page = await client.read<Page<T>>(`${path}?limit=200${cursor}`);
    items.push(...page.items);
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
  } while (cursor !== '');
  return items;
}

describe(`after ${KILLS} kills during ${STORIES * STEPS} submissions`, () => {
  test('every submission had its answer, and programs were really killed', () => {
    expect(chapters).toHaveLength(STORIES);
    expect(chapters.flatMap(({ steps }) => steps)).toHaveLength(STORIES * STEPS);
    expect(killer.killed).toBe(KILLS);
  });

  test('every submission that is repeated with its key has the same answer as before', async () => {
    const steps = chapters.flatMap((chapter) => chapter.steps);
    const repeated = await Promise.all(steps.map(async (step) => ({ step, again: await settle(step) })));
    for (const { step, again } of repeated) {
      expect([step.path, again.answer.status, again.answer.text]).toEqual([
        step.path,
        step.answer.status,
        step.answer.text,
      ]);
      expect(again.answer.headers['idempotency-replayed']).toBe('true');
    }
  }, 120_000);

  test('each transaction that an answer named is committed in the block that it named', async () => {
    for (const { steps } of chapters) {
      for (const { client, answer } of steps) {
        if (answer.status !== 201) continue;
        const { transaction } = answer.json<Receivable>();
        const found = await client.read<object>(`/v1/transactions/${transaction.id}`);
        expect(found).toMatchObject({ status: 'COMMITTED', block: transaction.block });
      }
    }
  }, 120_000);

  test('no asset and no pledge is there twice, none is lost, and none that was refused', async () => {
    const auditor = await as({ member: 'platform', roles: ['auditor'] }, 1);
    const assets = await everything<Receivable>(auditor, '/v1/receivables');
    expect(assets.map(({ id }) => id).sort()).toEqual(chapters.map(({ asset }) => asset.id).sort());
    const numbers = assets.map(({ evidence }) => evidence[0]?.number);
    expect(new Set(numbers).size).toBe(assets.length);
    const pledges = await everything<Pledge>(auditor, '/v1/pledges');
    expect(pledges.map(({ id }) => id).sort()).toEqual(chapters.flatMap(({ toA, toB }) => [toA.id, toB.id]).sort());
  }, 60_000);

  test('values are conserved, and each history has each act once, in the transactions and blocks of the answers', async () => {
    const auditor = await as({ member: 'platform', roles: ['auditor'] });
    for (const { asset, toA, toB, steps } of chapters) {
      expect(await auditor.receivable(asset.id)).toMatchObject({ ...END, claims: [{ id: toB.id }] });
      expect(await auditor.pledge(toA.id)).toMatchObject({ status: 'RELEASED' });
      const { items } = await auditor.history(asset.id);
      expect(items.map(({ event }) => event)).toEqual(EVENTS);
      const answered = steps
        .filter(({ answer }) => answer.status === 201)
        .map(({ answer }) => answer.json<Receivable>().transaction);
      expect(items.map(({ transactionId, block }) => [transactionId, block])).toEqual(
        answered.map(({ id, block }) => [id, block]),
      );
    }
  }, 120_000);
});
