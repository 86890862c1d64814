/** The reference is made from a run on each network, which takes real Fabric: here only that no behaviour was forgotten since. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/root';
import { topics } from './behaviours';

/** The behaviours in the tables of the topics. */
function listed(text: string): readonly string[] {
  const found: string[] = [];
  let topic = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) topic = line.slice(3);
    const [, cell = ''] = /^\| (.*?) +\|/.exec(line) ?? [];
    if (!['', 'behaviour'].includes(cell) && !cell.startsWith('---') && topic !== 'Differences') {
      // What is markup in Markdown stands there with a backslash.
      found.push(`${topic}: ${cell.replaceAll(/\\(.)/g, '$1')}`);
    }
  }
  return found.sort();
}

test('docs/reference/conformance.md lists the behaviours of the suite: npm run test:fabric makes it anew', () => {
  const text = readFileSync(join(ROOT, 'docs', 'reference', 'conformance.md'), 'utf8');

  const expected = topics.flatMap(({ name, behaviours }) =>
    behaviours.map((behaviour) => `${name}: ${behaviour.name}`),
  );

  expect(listed(text)).toEqual(expected.map((key) => key.replaceAll('|', '¦')).sort());
});
