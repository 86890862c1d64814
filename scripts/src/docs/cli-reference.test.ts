import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../root';
import { runNode } from '../testing/run';

test('the reference of the command line is what the commands say', async () => {
  const module = JSON.stringify(join(ROOT, 'scripts', 'dist', 'docs', 'cli-reference.js'));
  const { code, stdout } = await runNode([
    '-e',
    `require(${module}).cliReference().then((text) => process.stdout.write(text))`,
  ]);
  expect(code).toBe(0);
  expect(readFileSync(join(ROOT, 'docs', 'reference', 'cli.md'), 'utf8')).toBe(stdout);
});
