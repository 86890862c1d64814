/** Point reads through the ledger's own API on a stopped network's ledger: a process of its own, so that nothing is cached at the start. */
import type * as ledgerModule from '../../network/dist/embedded/ledger/ledger';
import { keyOf } from './keys';
import { type ProcessMemory, memoryOf } from './processes';
import { quantile } from './statistics';
import { compiled } from '../support/compiled';

const { Ledger } = compiled('network', 'dist', 'embedded', 'ledger', 'ledger.js') as typeof ledgerModule;
const NAMESPACE = 'onepledge';
const HOT_KEYS = 1_000;

export type Reads = Readonly<{
  /** Microseconds of one read. */
  p50: number;
  p99: number;
  /** Microseconds of processor time for one read, all threads together. */
  processor: number;
}>;

export type StateReads = Readonly<{
  openMilliseconds: number;
  /** Any keys, the first time. */
  first: Reads;
  /** Any keys, when the store has seen most of its tables. */
  any: Reads;
  /** The same thousand keys again and again. */
  hot: Reads;
  memory: ProcessMemory;
}>;

async function run(directory: string, count: number, reads: number): Promise<StateReads> {
  const started = performance.now();
  const ledger = await Ledger.open(directory, () => Promise.reject(new Error(`no ledger in ${directory}`)));
  const openMilliseconds = performance.now() - started;
  const view = ledger.acquire();
  const measure = (among: number, times: number): Reads => {
    const keys = Array.from({ length: times }, () => keyOf(Math.floor(Math.random() * among), count));
    const took: number[] = [];
    const before = process.cpuUsage();
    for (const key of keys) {
      const asked = performance.now();
      const found = view.get(NAMESPACE, key);
      took.push((performance.now() - asked) * 1000);
      if (found === undefined) throw new Error(`${key} is not there`);
    }
    const { user, system } = process.cpuUsage(before);
    return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), processor: (user + system) / times };
  };
  const first = measure(count, Math.ceil(reads / 4));
  measure(count, reads);
  const any = measure(count, reads);
  const hot = measure(HOT_KEYS, reads);
  const memory = memoryOf(process.pid);
  view.release();
  await ledger.close();
  return { openMilliseconds, first, any, hot, memory };
}

if (require.main === module) {
  const [directory = '', count, reads] = process.argv.slice(2);
  run(directory, Number(count), Number(reads)).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`state-reads: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
}
