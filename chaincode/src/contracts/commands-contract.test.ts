/** The two contract functions as Fabric calls them: the list, the signer, the clock. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Context as FabricContext } from 'fabric-contract-api';
import type { CommandBatchResult } from '../model/protocol';
import { anAct, aReceivable, ENROLMENT, NOW, PLATFORM, SUPPLIER } from '../testing/builders';
import { OWN_POLICY } from '../testing/endorsement';
import { definitionOf, signedProposalOf } from '../testing/peer-stub';
import { TOKENS } from '../testing/ledger';
import { WorldState, type Simulation } from '../testing/world-state';
import { CommandsContract } from './commands-contract';
import { provide } from './dependencies';
import { QueriesContract } from './queries-contract';
import { clockProblem, CLOCK_TOLERANCE_MS } from './transaction';

type Signed = Readonly<{
  attributes?: Readonly<Record<string, string>>;
  mspId?: string;
  at?: number;
  /** The chaincode that the client has called. */
  called?: string;
}>;

const simulations = new WeakMap<object, Simulation>();
let world: WorldState;
let transactions = 0;

beforeEach(() => {
  world = new WorldState();
  provide({
    name: 'onepledge',
    tokens: TOKENS,
    access: (stub) => {
      const simulation = simulations.get(stub);
      if (simulation === undefined) throw new Error('no transaction');
      return simulation;
    },
  });
});

/** Fabric's context of one transaction, and the events that it sets. */
function transaction({ attributes = {}, mspId = PLATFORM.mspId, at = Date.now(), called = 'onepledge' }: Signed = {}) {
  transactions += 1;
  const simulation = world.simulate(`tx${transactions}`);
  const events: string[] = [];
  const stub = {
    getTxTimestamp: () => ({ seconds: Math.floor(at / 1000), nanos: (at % 1000) * 1_000_000 }),
    getSignedProposal: () => signedProposalOf(called),
    invokeChaincode: () => Promise.resolve(definitionOf(OWN_POLICY)),
    setEvent: (name: string, payload: Uint8Array) => events.push(`${name} ${Buffer.from(payload).toString()}`),
  };
  simulations.set(stub, simulation);
  const clientIdentity = { getMSPID: () => mspId, getAttributeValue: (name: string) => attributes[name] ?? null };
  return { ctx: { stub, clientIdentity } as unknown as FabricContext, simulation, events };
}

const commands = new CommandsContract();
const list = (...items: readonly unknown[]): string => JSON.stringify({ commands: items });

async function run(signed: Signed, ...items: readonly unknown[]) {
  const { ctx, simulation, events } = transaction(signed);
  const answer = JSON.parse(await commands.execute(ctx, list(...items))) as CommandBatchResult;
  world.commit([simulation]);
  return { answer, events, simulation };
}

const found = () => run({ attributes: { role: 'admin' } }, anAct('member.enrol', { members: [...ENROLMENT] }));

describe('commands:execute', () => {
  test('carries out a list: a refused command changes nothing and the others stand, with one event for all', async () => {
    await found();
    const once = aReceivable();
    const { answer, events, simulation } = await run(
      {},
      once,
      aReceivable({ evidence: once.evidence }),
      { type: 'receivable.register' },
      'nothing',
      null,
      { ...aReceivable(), extra: 1 },
      aReceivable(),
    );
    expect(answer.accepted).toBe(2);
    expect(answer.results.map((result) => (result.ok ? 'ok' : result.problem.code))).toEqual([
      'ok',
      'DUPLICATE_EVIDENCE',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'ok',
    ]);
    expect(answer.results[0]?.id).toBe(once.id);
    expect(events).toHaveLength(1);
    expect(events[0]?.match(/RECEIVABLE_REGISTERED/g)).toHaveLength(2);
    expect(simulation.writes.filter(({ key }) => key.startsWith('\u0000evidence\u0000'))).toHaveLength(2);
  });

  test('answers a registration with the id of the receivable alone where nobody reads more', async () => {
    await found();
    const { answer } = await run({}, aReceivable({ answer: 'ID' }), aReceivable());
    const [brief, whole] = answer.results.map((result) => (result.ok ? result.value : undefined));
    expect(Object.keys(brief as object)).toEqual(['id']);
    expect(whole).toMatchObject({ status: 'REGISTERED' });
  });

  test('writes nothing and sets no event where nothing is accepted', async () => {
    await found();
    const { answer, events, simulation } = await run({ mspId: 'StrangerMSP' }, aReceivable(), aReceivable());
    expect(answer.accepted).toBe(0);
    expect([simulation.writes, events]).toEqual([[], []]);
  });

  test.each([
    ['no argument', []],
    ['two arguments', [list(aReceivable()), '']],
    ['no JSON', ['{']],
    ['no list', ['{}']],
    ['an empty list', [list()]],
    ['more than the list', [JSON.stringify({ commands: [1], more: 1 })]],
    ['more than a thousand', [list(...Array.from({ length: 1001 }, () => 1))]],
  ])('fails with %s', async (_, args) => {
    await expect(commands.execute(transaction().ctx, ...args)).rejects.toThrow('INVALID_INPUT');
  });

  test.each([
    ['a role that nobody knows', { role: 'root' }],
    ['an empty role', { role: '' }],
    ['a party that none can be', { party: '---' }],
    ['a party with a wrong check character', { party: SUPPLIER.uscc.replace(/.$/, 'Z') }],
  ])('fails for a certificate with %s', async (_, attributes) => {
    await expect(commands.execute(transaction({ attributes }).ctx, list(aReceivable()))).rejects.toThrow('FORBIDDEN');
  });

  test('refuses what comes through another chaincode: its caller has not signed that', async () => {
    await found();
    const { answer, simulation } = await run({ called: 'loyalty-points' }, aReceivable(), aReceivable());
    const forbidden = { ok: false, problem: { code: 'FORBIDDEN' } };
    expect(answer).toMatchObject({ accepted: 0, results: [forbidden, forbidden] });
    expect([simulation.reads.size, simulation.writes]).toEqual([0, []]);
  });

  test("takes the member's role where the certificate has none", async () => {
    const { answer } = await run({}, anAct('member.enrol', { members: [...ENROLMENT] }));
    expect(answer.results[0]).toMatchObject({ ok: false, problem: { code: 'FORBIDDEN' } });
  });

  test.each([-1, 1])('refuses all when its time is far off the clock (%i)', async (sign) => {
    await found();
    const at = Date.now() + sign * (CLOCK_TOLERANCE_MS + 60_000);
    const { answer, simulation } = await run({ at }, aReceivable());
    expect(answer).toMatchObject({ accepted: 0, results: [{ ok: false, problem: { code: 'INVALID_INPUT' } }] });
    expect(simulation.writes).toEqual([]);
  });
});

test('the clock may be five minutes off, and not a millisecond more', () => {
  const now = Date.parse(NOW);
  for (const sign of [-1, 1]) {
    expect(clockProblem(NOW, now + sign * CLOCK_TOLERANCE_MS)).toBeUndefined();
    expect(clockProblem(NOW, now + sign * (CLOCK_TOLERANCE_MS + 1))?.detail).toContain('five minutes');
  }
});

test('queries:evaluate answers a list, and fails where it is none', async () => {
  await found();
  const queries = new QueriesContract();
  const query = { type: 'party.get', uscc: PLATFORM.uscc };
  const answer = await queries.evaluate(transaction().ctx, JSON.stringify({ queries: [query, { type: 'x' }] }));
  expect(JSON.parse(answer)).toMatchObject({ results: [{ ok: true, value: { member: 'platform' } }, { ok: false }] });
  await expect(queries.evaluate(transaction().ctx, '{"queries":[]}')).rejects.toThrow('INVALID_INPUT');
});
