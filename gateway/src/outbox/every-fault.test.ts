/**
 * Every fault, and every two of them, at every step of a command's way: before what was asked for happens and after it, as a lost answer and as the
 * end of the gateway. Whatever comes, the command is written once and answered so, also by the next gateway.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createMetrics } from '../metrics';
import { type Database, openDatabase } from './database';
import type { Outcome } from './intent';
import { Outbox } from './outbox';
import { StatementInDoubt } from './statement-in-doubt';
import { OutboxStore } from './store';
import { anIntent, PRINCIPAL } from './testing/bench';
import { type Fault, FaultyLedger } from './testing/faulty-ledger';

const WAIT = 100_000;
/** Runs beside each other, each with a gateway and a chain of its own. */
const AT_ONCE = 40;

const DATABASE_STEPS = ['begin', 'envelope', 'conclude'] as const;
const LEDGER_STEPS = ['endorse', 'submit', 'status'] as const;
type Step = (typeof DATABASE_STEPS)[number] | (typeof LEDGER_STEPS)[number];
type Planned = Readonly<{ step: Step; fault: Fault }>;

const LOSSES = ['LOST_BEFORE', 'LOST_AFTER', 'DIES_BEFORE', 'DIES_AFTER'] as const;
const FAULTS: readonly Planned[] = [
  ...DATABASE_STEPS.flatMap((step) => LOSSES.map((fault): Planned => ({ step, fault }))),
  ...LOSSES.map((fault): Planned => ({ step: 'submit', fault })),
  { step: 'submit', fault: 'CONFLICT' },
  { step: 'submit', fault: 'NEW_CLAIMANT' },
  // Of what changes nothing it does not matter whether it happened.
  ...(['endorse', 'status'] as const).flatMap((step) =>
    (['LOST_BEFORE', 'DIES_BEFORE'] as const).map((fault): Planned => ({ step, fault })),
  ),
];

/** Two at one step come one after another, in either order. */
const PLANS: readonly (readonly Planned[])[] = [
  ...FAULTS.map((fault) => [fault]),
  ...FAULTS.flatMap((first, i) =>
    FAULTS.flatMap((second, j) => (j >= i || first.step === second.step ? [[first, second]] : [])),
  ),
];

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** A gateway's part of the database, with the faults of a plan. */
class FaultyStore extends OutboxStore {
  readonly #plan: Planned[];
  readonly #dying: () => void;

  constructor(database: Database, gateway: string, plan: readonly Planned[], dying: () => void) {
    super(database.kysely, gateway);
    this.#plan = [...plan];
    this.#dying = dying;
  }

  override beginTransaction(...args: Parameters<OutboxStore['beginTransaction']>): Promise<void> {
    return this.#meet('begin', () => super.beginTransaction(...args));
  }

  override storeEnvelope(...args: Parameters<OutboxStore['storeEnvelope']>): Promise<void> {
    return this.#meet('envelope', () => super.storeEnvelope(...args));
  }

  override conclude(...args: Parameters<OutboxStore['conclude']>): Promise<void> {
    return this.#meet('conclude', () => super.conclude(...args));
  }

  async #meet(step: Step, work: () => Promise<void>): Promise<void> {
    const at = this.#plan.findIndex((planned) => planned.step === step);
    const [met] = at < 0 ? [] : this.#plan.splice(at, 1);
    const fault = met?.fault ?? 'NONE';
    if (fault === 'LOST_AFTER' || fault === 'DIES_AFTER' || fault === 'NONE') await work();
    if (fault === 'DIES_BEFORE' || fault === 'DIES_AFTER') {
      this.#dying();
      await never();
    }
    if (fault !== 'NONE') throw new StatementInDoubt('the connection broke');
  }
}

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onepledge-faults-'));
  const url = process.env['ONEPLEDGE_TEST_DATABASE_URL'];
  database = await openDatabase({ url, folder, gateway: randomUUID(), onLost: () => undefined });
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** What came of one command, of whose way a plan's faults are a part. */
type Run = Readonly<{ plan: string; outcome: string | undefined; written: number; open: number; again: string }>;

const OPTIONS = {
  limits: { commands: 10, bytes: 1_000_000, maxTries: 9 },
  commitTimeout: 60,
  metrics: createMetrics(),
  log: pino({ level: 'silent' }),
} as const;

/** What a gateway has still to do: what was begun and never endorsed is no matter, and put away at the next start. */
async function openIn(store: OutboxStore): Promise<number> {
  const submitted = (await store.openTransactions()).filter(({ envelope }) => envelope !== undefined);
  return (await store.pendingIntents()).length + submitted.length;
}

async function run(plan: readonly Planned[]): Promise<Run> {
  const ledger = new FaultyLedger();
  const gateway = randomUUID();
  const life = { over: false };
  const store = new FaultyStore(database, gateway, plan, () => {
    life.over = true;
  });
  const met = new Map<string, number>();
  for (const { step, fault } of plan) if (isOfLedger(step)) ledger.plan(step, fault);
  ledger.onStage((stage) => {
    const nth = met.get(stage) ?? 0;
    met.set(stage, nth + 1);
    const fault = plan.filter(({ step }) => step === stage)[nth]?.fault;
    life.over ||= fault === 'DIES_BEFORE' || fault === 'DIES_AFTER';
  });

  const gateways = [new Outbox({ ...OPTIONS, store, ledger })];
  const intent = anIntent();
  let outcome: Outcome | undefined;
  await gateways[0]?.submit(intent);
  for (const end = performance.now() + WAIT; performance.now() < end;) {
    if (life.over) {
      life.over = false;
      const next = new Outbox({ ...OPTIONS, store, ledger });
      gateways.push(next);
      // Which may die over what was left, or not start at all, and is started again as its supervisor does.
      next.resume().catch(() => {
        life.over = true;
      });
    }
    outcome ??= await gateways.at(-1)?.outcome(intent.id, PRINCIPAL.member, 5);
    if (outcome !== undefined && (await openIn(store)) === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  // One more gateway, without any faults, finds the same and does nothing.
  const last = new Outbox({ ...OPTIONS, store: new OutboxStore(database.kysely, gateway), ledger });
  await last.resume();
  const open = (await store.pendingIntents()).length + (await store.openTransactions()).length;
  const again = await last.outcome(intent.id, PRINCIPAL.member, 5);
  for (const one of [...gateways, last]) await one.close(0);
  return {
    plan: plan.map(({ step, fault }) => `${step} ${String(fault)}`).join(', '),
    outcome: outcome?.state,
    written: ledger.applied.get(intent.id) ?? 0,
    open,
    again: JSON.stringify(again) === JSON.stringify(outcome) ? 'the same' : JSON.stringify(again),
  };
}

function isOfLedger(step: Step): step is (typeof LEDGER_STEPS)[number] {
  return (LEDGER_STEPS as readonly string[]).includes(step);
}

test(`a command is written once and answered so, whatever fault or two faults meet it (${PLANS.length} ways)`, async () => {
  const waiting = [...PLANS];
  const runs: Run[] = [];
  const work = async (): Promise<void> => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) runs.push(await run(plan));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  const wrong = runs.filter(
    ({ outcome, written, open, again }) =>
      outcome !== 'COMMITTED' || written !== 1 || open !== 0 || again !== 'the same',
  );
  expect(wrong).toEqual([]);
  expect(runs).toHaveLength(PLANS.length);
}, 240_000);
