/** A block is applied whole or not at all: a process that writes is killed, or finds the disk full, at random points. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { commitOf, firstBlock, KEYS, NAMESPACE, txIdsOf, valueOf } from '../testing/ledger-blocks';
import { headerHash } from '../wire/block';
import { Ledger } from './ledger';

const POINTS = Number(process.env['ONEPLEDGE_DURABILITY'] ?? 10);
const SEED = Number(process.env['ONEPLEDGE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

describe(`a ledger whose writer is stopped at ${POINTS} random points`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    'has whole blocks only, and all that were committed',
    async () => {
      console.info(`crash: ONEPLEDGE_SEED=${SEED}`);
      const random = generator(SEED);
      let height = 1;
      for (let point = 0; point < POINTS; point += 1) {
        // Every fourth time the disk is full instead; the limit holds for each of the store's files.
        const isFull = point % 4 === 3;
        const writer = isFull ? startWriter(folder, 64 + random(3000)) : startWriter(folder);
        const { committed, failed } = isFull
          ? await writer.untilItEnds()
          : await writer.killedAfter(random(25), random(4000));
        expect({ point, seed: SEED, failed }).toEqual({ point, seed: SEED, failed: isFull });
        height = await check(folder, Math.max(height, committed + 1), `point ${point}, seed ${SEED}`);
      }
    },
    POINTS * 20_000,
  );
});

/** What the last block must have left, all of it; then one more block is written. @returns the height */
async function check(folder: string, atLeast: number, where: string): Promise<number> {
  const ledger = await Ledger.open(folder, () => Promise.resolve(firstBlock()));
  try {
    expect({ where, committed: ledger.height >= atLeast }).toEqual({ where, committed: true });
    const last = ledger.height - 1;
    const view = ledger.acquire();
    try {
      for (let key = 0; last > 0 && key < KEYS; key += 1) {
        expect({ where, last, key, value: view.get(NAMESPACE, `key${key}`)?.value }).toEqual({
          where,
          last,
          key,
          value: valueOf(last, key),
        });
        const history = view.history(NAMESPACE, `key${key}`);
        expect(await history.next(1)).toEqual([{ block: last, tx: 0 }]);
        await history.close();
      }
    } finally {
      view.release();
    }
    for (const [tx, txId] of (last > 0 ? txIdsOf(last) : []).entries()) {
      expect(ledger.transaction(txId)).toEqual({ block: last, tx, code: tx === 2 ? 11 : 0 });
    }
    const block = ledger.block(last);
    expect(block === undefined ? undefined : ledger.numberOf(headerHash(block.header))).toBe(last);
    expect(ledger.transaction(txIdsOf(last + 1)[0] ?? '')).toBeUndefined();
    await ledger.commit(commitOf(last + 1, ledger.lastHash));
    return ledger.height;
  } finally {
    await ledger.close();
  }
}

interface Outcome {
  /** The last block that the writer said was committed; 0 when none. */
  readonly committed: number;
  /** Whether a block could not be written. */
  readonly failed: boolean;
}

interface Writer {
  /** @param blocks so many, then as many microseconds more */
  killedAfter(blocks: number, microseconds: number): Promise<Outcome>;
  untilItEnds(): Promise<Outcome>;
}

const WRITER_WITHIN_MS = 15_000;

/** @param fileKib no file can grow beyond so many KiB, as on a disk that is full */
function startWriter(folder: string, fileKib?: number): Writer {
  const program = [
    process.execPath,
    '-r',
    join(__dirname, '..', 'testing', 'register.cjs'),
    join(__dirname, '..', 'testing', 'ledger-writer.ts'),
    folder,
  ];
  const limit = fileKib === undefined ? '' : `ulimit -f ${fileKib}; trap '' XFSZ; `;
  const child = spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  let output = '';
  let lines = 0;
  let onLine = (): void => undefined;
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
    lines = output.split('\n').length - 1;
    onLine();
  });
  const outcome = async (): Promise<Outcome> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), WRITER_WITHIN_MS);
    await ended;
    await drained(child);
    clearTimeout(timer);
    const said = output.split('\n').slice(0, -1);
    const numbers = said.filter((line) => /^\d+$/.test(line)).map(Number);
    return { committed: numbers.at(-1) ?? 0, failed: said.includes('failed') };
  };
  return {
    killedAfter: async (blocks, microseconds) => {
      await Promise.race([
        ended,
        new Promise<void>((resolve) => {
          onLine = () => {
            if (lines > blocks) resolve();
          };
          onLine();
        }),
      ]);
      const until = process.hrtime.bigint() + BigInt(microseconds) * 1000n;
      while (process.hrtime.bigint() < until);
      child.kill('SIGKILL');
      return outcome();
    },
    untilItEnds: outcome,
  };
}

/** What a process wrote can still be read after its end. */
async function drained({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null || stdout.readableEnded || stdout.destroyed) return;
  await new Promise<void>((resolve) =>
    stdout.once('close', () => {
      resolve();
    }),
  );
}

/** Numbers from 0 up to and without `below`, the same for the same seed (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
