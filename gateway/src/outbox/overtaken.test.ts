/** A gateway that stands still, as its machine may, until another one of its name has taken over, and then goes on. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { OutboxStore } from './store';
import { anIntent, eventually, OutboxBench, outcomeOf, PRINCIPAL, WAIT } from './testing/bench';
import { FaultyLedger } from './testing/faulty-ledger';

type Step = 'beginTransaction' | 'storeEnvelope' | 'conclude';

/** What stands still before a step, as often as it comes to it, until told to go on. */
class StillStore extends OutboxStore {
  still: Step | undefined;
  reached = false;
  goOn: () => void = () => undefined;
  readonly #gone = new Promise<void>((resolve) => {
    this.goOn = resolve;
  });

  override async beginTransaction(...args: Parameters<OutboxStore['beginTransaction']>): Promise<void> {
    await this.#before('beginTransaction');
    await super.beginTransaction(...args);
  }

  override async storeEnvelope(...args: Parameters<OutboxStore['storeEnvelope']>): Promise<void> {
    await this.#before('storeEnvelope');
    await super.storeEnvelope(...args);
  }

  override async conclude(...args: Parameters<OutboxStore['conclude']>): Promise<void> {
    await this.#before('conclude');
    await super.conclude(...args);
  }

  async #before(step: Step): Promise<void> {
    if (step !== this.still) return;
    this.reached = true;
    await this.#gone;
  }
}

let bench: OutboxBench;
let ledger: FaultyLedger;

beforeAll(async () => {
  bench = await OutboxBench.open();
});

beforeEach(async () => {
  await bench.renew();
  ledger = new FaultyLedger();
});

afterAll(async () => {
  await bench.close();
});

test.each([
  ['before it begins a transaction', 'beginTransaction'],
  ['before it stores what was endorsed', 'storeEnvelope'],
  ['before it stores an end', 'conclude'],
] as const)('%s: the command is written once, and nobody is told otherwise', async (_name, step) => {
  const store = bench.storeOf(StillStore);
  const first = await bench.start(ledger, undefined, store);
  store.still = step;
  const intent = anIntent();
  await first.submit(intent);
  await eventually(() => store.reached);
  const second = await bench.start(ledger);
  expect(await second.outcome(intent.id, PRINCIPAL.member, WAIT)).toMatchObject({ state: 'COMMITTED' });
  // The rules carry out a command once, and refuse it the second time.
  ledger.refuse(intent.id, 'it was done before');
  store.goOn();

  const told = await first.outcome(intent.id, PRINCIPAL.member, 500);
  expect(told?.state ?? 'COMMITTED').toBe('COMMITTED');
  expect(ledger.applied.get(intent.id)).toBe(1);
  const stored = async () => (await bench.store.intent(intent.id, PRINCIPAL.member))?.outcome;
  await eventually(async () => (await stored()) !== undefined);
  expect(await stored()).toMatchObject({ state: 'COMMITTED' });
});

test('it takes no more requests, which nobody would carry out', async () => {
  const store = bench.storeOf(StillStore);
  const first = await bench.start(ledger, undefined, store);
  const second = await bench.start(ledger);

  await expect(outcomeOf(first)).rejects.toMatchObject({ problem: { code: 'LEDGER_UNAVAILABLE' } });
  expect(await outcomeOf(second)).toMatchObject({ state: 'COMMITTED' });
});
