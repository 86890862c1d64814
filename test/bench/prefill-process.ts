/** A program that fills a ledger, as seen from the benchmark: it is waited for, with a bar for a person. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';

/**
 * Runs `prefill.js` or `prefill-keys.js`.
 * @param things what it writes
 * @param total how many; the program sends how many are done
 * @returns the seconds that it took
 * @throws Error when it fails
 */
export async function prefill(
  program: 'prefill' | 'prefill-keys',
  words: readonly string[],
  things: string,
  total: number,
): Promise<number> {
  const started = performance.now();
  const format = `writing {bar} {value}/{total} ${things}, {eta_formatted} left`;
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.shades_classic);
  const watched = process.stderr.isTTY;
  if (watched) bar.start(total, 0);
  const child = fork(join(__dirname, `${program}.js`), words, {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', (done: number) => {
    if (watched) bar.update(done);
  });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${program} ended with ${code ?? 'a signal'}`);
  } finally {
    if (watched) bar.stop();
  }
  return (performance.now() - started) / 1000;
}
