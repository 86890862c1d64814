import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './root';
import { withFolder } from './testing/folder';
import { runNode } from './testing/run';

const LIB = join(ROOT, 'scripts', 'bin', 'lib');

/** Evaluates an expression with the exports of a module of the bootstrap; those are ECMAScript modules, which jest cannot load. */
async function evaluate(module: string, expression: string): Promise<unknown> {
  const url = JSON.stringify(pathToFileURL(join(LIB, module)).href);
  const code = `import * as m from ${url}; process.stdout.write(JSON.stringify((await (${expression})) ?? null));`;
  const { code: exit, stdout, stderr } = await runNode(['--input-type=module', '-e', code]);
  if (exit !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}

describe('installing', () => {
  const stale = (root: string): Promise<unknown> =>
    evaluate('staleness.mjs', `m.staleInstall(${JSON.stringify(root)})`);
  const lock = (version: string): string =>
    JSON.stringify({
      packages: { '': {}, 'node_modules/a': { version }, 'node_modules/b': { version: '1', optional: true } },
    });

  test('is needed where nothing is installed, and not after it was done', async () => {
    await withFolder(async (root) => {
      writeFileSync(join(root, 'package-lock.json'), lock('1'));
      const stamp = await stale(root);
      expect(stamp).toMatch(/^[0-9a-f]{64}$/);
      await evaluate('staleness.mjs', `m.stampInstall(${JSON.stringify(root)}, ${JSON.stringify(stamp)})`);
      expect(await stale(root)).toBeNull();
      writeFileSync(join(root, 'package-lock.json'), lock('2'));
      expect(await stale(root)).not.toBeNull();
    });
  });

  test('is not needed where npm itself has installed what the lock file says', async () => {
    await withFolder(async (root) => {
      writeFileSync(join(root, 'package-lock.json'), lock('1'));
      mkdirSync(join(root, 'node_modules'));
      const hidden = join(root, 'node_modules', '.package-lock.json');
      writeFileSync(hidden, JSON.stringify({ packages: { 'node_modules/a': { version: '0' } } }));
      expect(await stale(root)).not.toBeNull();
      writeFileSync(hidden, JSON.stringify({ packages: { 'node_modules/a': { version: '1' } } }));
      expect(await stale(root)).toBeNull();
    });
  });

  test('uses npm ci only where the lock file lists all optional packages', async () => {
    await withFolder(async (root) => {
      const packages = { '': {}, 'node_modules/a': { optionalDependencies: { '@b/c': '1' } } };
      const complete = (): Promise<unknown> => evaluate('staleness.mjs', `m.isCompleteLock(${JSON.stringify(root)})`);
      writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
      expect(await complete()).toBe(false);
      writeFileSync(
        join(root, 'package-lock.json'),
        JSON.stringify({ packages: { ...packages, 'node_modules/@b/c': {} } }),
      );
      expect(await complete()).toBe(true);
    });
  });
});

describe('building', () => {
  const stale = (root: string): Promise<unknown> => evaluate('staleness.mjs', `m.staleBuild(${JSON.stringify(root)})`);

  test('is needed when sources have changed or outputs are gone', async () => {
    await withFolder(async (root) => {
      // Given a project that was built
      for (const name of ['chaincode', 'network', 'gateway', 'scripts'])
        mkdirSync(join(root, name, 'dist'), { recursive: true });
      for (const name of ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'])
        writeFileSync(join(root, name), '{}');
      writeFileSync(join(root, 'network', 'a.ts'), '');
      const first = (await stale(root)) as { stamp: string; missing: boolean };
      expect(first.missing).toBe(false);
      await evaluate('staleness.mjs', `m.stampBuild(${JSON.stringify(root)}, ${JSON.stringify(first.stamp)})`);
      expect(await stale(root)).toBeNull();
      // A test is no part of what runs.
      writeFileSync(join(root, 'network', 'a.test.ts'), '');
      expect(await stale(root)).toBeNull();
      // When a source changes
      utimesSync(join(root, 'network', 'a.ts'), 1, 1);
      expect(await stale(root)).toMatchObject({ missing: false });
      // When an output is gone
      rmSync(join(root, 'gateway', 'dist'), { recursive: true });
      expect(await stale(root)).toMatchObject({ missing: true });
    });
  });
});

describe('the lock', () => {
  test('lets one at a time work', async () => {
    await withFolder(async (folder) => {
      // Given many that each add one to a number in a file, slowly
      const file = join(folder, 'number');
      writeFileSync(file, '0');
      const add = `m.withLock(${JSON.stringify(join(folder, 'lock'))}, { waitMs: 20000 }, async () => {
        const { readFileSync, writeFileSync } = await import('node:fs');
        const number = Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
        await new Promise((resolve) => setTimeout(resolve, 30));
        writeFileSync(${JSON.stringify(file)}, String(number + 1));
      })`;
      // When
      await Promise.all(Array.from({ length: 6 }, () => evaluate('lock.mjs', add)));
      // Then
      expect(readFileSync(file, 'utf8')).toBe('6');
      expect(existsSync(join(folder, 'lock'))).toBe(false);
    });
  });

  test('of a process that is gone is taken over, by one', async () => {
    await withFolder(async (folder) => {
      const lock = join(folder, 'lock');
      mkdirSync(lock);
      const gone = await runNode(['-p', 'process.pid']);
      writeFileSync(join(lock, 'owner'), gone.stdout.trim());
      const take = `m.withLock(${JSON.stringify(lock)}, { waitMs: 10000 }, async () => 'done')`;
      expect(await Promise.all([evaluate('lock.mjs', take), evaluate('lock.mjs', take)])).toEqual(['done', 'done']);
    });
  });

  test('of a process that lives is not, and the wait has an end', async () => {
    await withFolder(async (folder) => {
      const lock = join(folder, 'lock');
      mkdirSync(lock);
      writeFileSync(join(lock, 'owner'), String(process.pid));
      const take = `m.withLock(${JSON.stringify(lock)}, { waitMs: 300 }, async () => 'done')`;
      await expect(evaluate('lock.mjs', take)).rejects.toThrow(/another process \([0-9]+\) holds/);
    });
  });
});
