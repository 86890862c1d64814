/** The benchmark itself: it writes ledgers without the contracts, and must write what they read. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/root';

const run = promisify(execFile);

test('a ledger that the benchmark has written refuses its invoices and takes others', async () => {
  // A request that is answered otherwise than expected ends it with 1.
  const { stdout } = await run(
    process.execPath,
    [join(ROOT, 'test', 'dist', 'bench', 'main.js'), '--quick', '--rounds', '1', '--only', 'duplicates', '--json'],
    { timeout: 110_000 },
  );

  const { sections } = JSON.parse(stdout) as { sections: { figures: { name: string; median: number }[] }[] };
  const figures = sections.flatMap((section) => section.figures).filter(({ name }) => name.includes('p50'));
  expect(figures.map(({ name }) => name.replace(/,.*/, ''))).toEqual([
    'known invoice refused',
    'known invoice refused',
    'new invoice registered',
    'new invoice registered',
  ]);
});
