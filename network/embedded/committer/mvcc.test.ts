import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TxSimulator } from '../endorser/simulator';
import { compareKeys } from '../ledger/keys';
import { Ledger } from '../ledger/ledger';
import { blockMetadata, dataHash } from '../wire/block';
import { decodeTxReadWriteSet, type NamespaceReadWriteSet } from '../wire/rwset';
import { TxValidationCode } from './codes';
import { BlockUpdates } from './mvcc';

type Step =
  | { readonly kind: 'get' | 'put' | 'delete'; readonly key: string }
  | { readonly kind: 'range'; readonly start: string; readonly end: string; readonly limit: number };
/** What a transaction does; each value that it writes tells all that it has read before. */
type Program = readonly Step[];

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('get' as const, 'put' as const, 'delete' as const), key }),
  fc.record({
    kind: fc.constant('range' as const),
    start: fc.constantFrom('', 'a', 'b', 'd'),
    end: fc.constantFrom('', 'c', 'e', 'g'),
    limit: fc.constantFrom(1, 2, 100),
  }),
);
const program = fc.array(step, { minLength: 1, maxLength: 5 });
const blocks = fc.array(fc.array(program, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });

const NO_COLLECTIONS = {
  channelId: 'test',
  mspId: 'OneMSP',
  config: () => undefined,
  isDefined: () => false,
  wasMember: () => false,
};

describe('the transactions of a block', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mvcc-'));
  let ledger: Ledger;
  let runs = 0;

  beforeAll(async () => {
    const data = [Buffer.from('genesis')];
    const header = { number: 0, previousHash: Buffer.alloc(0), dataHash: dataHash(data) };
    const block = { header, data, metadata: blockMetadata(new Uint8Array(1)) };
    ledger = await Ledger.open(directory, () => Promise.resolve({ block, txId: 'genesis' }));
  });
  afterAll(async () => {
    await ledger.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function simulate(steps: Program, namespace: string): Promise<readonly NamespaceReadWriteSet[]> {
    const view = ledger.acquire();
    const simulator = new TxSimulator(view, 'tx', NO_COLLECTIONS);
    let seen = '';
    for (const each of steps) {
      if (each.kind === 'range') {
        const range = simulator.range(namespace, each.start, each.end, undefined);
        for (let count = 0; count < each.limit; count += 1) {
          const found = await range.next();
          seen += found === undefined ? 'end;' : `${found.key}:${String(found.value)};`;
          if (found === undefined) break;
        }
        await range.close();
      } else if (each.kind === 'get') seen += `${each.key}=${String(simulator.getState(namespace, each.key))};`;
      else if (each.kind === 'put') simulator.setState(namespace, each.key, Buffer.from(`${seen}!`));
      else simulator.deleteState(namespace, each.key);
    }
    const bytes = simulator.results();
    view.release();
    return decodeTxReadWriteSet(bytes);
  }

  /** The same on a plain map, as if nothing else were going on; its reads do not see its own writes either. */
  function run(steps: Program, state: Map<string, string>): void {
    const before = new Map(state);
    let seen = '';
    for (const each of steps) {
      if (each.kind === 'range') {
        const { start, end, limit } = each;
        const found = [...before]
          .filter(([name]) => compareKeys(name, start) >= 0 && (end === '' || compareKeys(name, end) < 0))
          .sort(([a], [b]) => compareKeys(a, b))
          .slice(0, limit);
        for (const [name, value] of found) seen += `${name}:${value};`;
        if (found.length < limit) seen += 'end;';
      } else if (each.kind === 'get') seen += `${each.key}=${String(before.get(each.key))};`;
      else if (each.kind === 'put') state.set(each.key, `${seen}!`);
      else state.delete(each.key);
    }
  }

  async function commit(sets: readonly (readonly NamespaceReadWriteSet[])[]): Promise<Uint8Array> {
    const view = ledger.acquire();
    const updates = new BlockUpdates(view, ledger.height);
    const codes = new Uint8Array(sets.length);
    for (const [index, set] of sets.entries()) {
      codes[index] = await updates.check(set);
      if (codes[index] === TxValidationCode.VALID) updates.apply(set, index);
    }
    view.release();
    const data = sets.map((_, index) => Buffer.from(`${ledger.height}/${index}`));
    const header = { number: ledger.height, previousHash: ledger.lastHash, dataHash: dataHash(data) };
    const block = { header, data, metadata: blockMetadata(codes) };
    const txIds = data.map(() => '');
    await ledger.commit({ block, txIds, codes, updates: updates.namespaces, history: updates.history });
    return codes;
  }

  async function stateOf(namespace: string): Promise<[string, string][]> {
    const view = ledger.acquire();
    const scan = view.range(namespace, '', '');
    const found = await scan.next(100);
    await scan.close();
    view.release();
    return found.map((each) => [each.key, each.value.toString()]);
  }

  test('that are valid do together what they would do one after another', async () => {
    let conflicts = 0;
    await fc.assert(
      fc.asyncProperty(blocks, async (programs) => {
        runs += 1;
        const namespace = `run${runs}`;
        const model = new Map<string, string>();
        for (const block of programs) {
          const codes = await commit(await Promise.all(block.map((steps) => simulate(steps, namespace))));
          expect(codes[0]).toBe(TxValidationCode.VALID);
          for (const [index, steps] of block.entries()) {
            if (codes[index] === TxValidationCode.VALID) run(steps, model);
            else conflicts += 1;
          }
          expect(await stateOf(namespace)).toEqual([...model].sort(([a], [b]) => compareKeys(a, b)));
        }
      }),
      { numRuns: 150 },
    );
    expect(conflicts).toBeGreaterThan(20);
  });
});
