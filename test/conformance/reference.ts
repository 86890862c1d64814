/** Makes docs/reference/conformance.md from the reports of both engines: `reference.js <embedded.json> <fabric.json>`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ROOT } from '../support/root';
import { type Observed } from './behaviour';
import { readReport, type Report } from './report';
import { type Outcome } from './runner';

const FILE = join(ROOT, 'docs', 'reference', 'conformance.md');
/** Longer answers are cut where they are only shown. */
const LONGEST = 140;
const LONGEST_COMPARED = 600;

/** The whole document. @throws Error when the reports are not of the same behaviours, or one of them has failures */
export function reference(embedded: Report, fabric: Report): string {
  for (const { engine, outcomes } of [embedded, fabric]) {
    const failed = outcomes.find(({ outcome }) => outcome === 'failed');
    if (failed !== undefined) throw new Error(`on ${engine} "${failed.key}" failed: ${failed.problem ?? ''}`);
  }
  const keys = (report: Report): string => report.outcomes.map(({ key }) => key).join('\n');
  if (keys(embedded) !== keys(fabric)) throw new Error('the two reports are not of the same behaviours');
  const differing = embedded.outcomes.filter(({ outcome }) => outcome === 'differs');
  const same = embedded.outcomes.length - differing.length;
  const otherWords = embedded.outcomes.filter(
    (outcome) => outcome.outcome === 'same' && !sameWords(outcome, fabric.outcomes),
  );
  const topics = [...new Set(fabric.outcomes.map(({ topic }) => topic))];
  return [
    '# Conformance',
    '',
    `What a client sees of the embedded network beside what it sees of Hyperledger Fabric ${fabric.version}: ${embedded.outcomes.length} behaviours, ${same} the same on both, ${differing.length} listed as different. ` +
      'Made from one run on each (`npm run test:fabric`) of the suite in `test/conformance`, through the unmodified fabric-gateway client, with the same assertions; `$` stands for a prefix of the behaviour’s own.',
    '',
    '## Differences',
    '',
    ...(differing.length === 0 ? ['None is known.'] : differences(differing, fabric)),
    ...(otherWords.length === 0
      ? []
      : [
          '',
          'Not asserted, and not the same word for word:',
          '',
          ...table(
            ['behaviour', 'on Fabric', 'on the embedded network'],
            otherWords.map((outcome) => comparison(outcome, fabric)),
          ),
        ]),
    ...topics.flatMap((topic) => ['', `## ${topic}`, '', ...section(topic, embedded, fabric)]),
    '',
  ].join('\n');
}

function differences(differing: readonly Outcome[], fabric: Report): readonly string[] {
  return table(
    ['behaviour', 'on Fabric', 'on the embedded network', 'why'],
    differing.map((outcome) => [...comparison(outcome, fabric), outcome.why ?? '']),
  );
}

function comparison({ key, observed }: Outcome, fabric: Report): readonly string[] {
  const other = fabric.outcomes.find((one) => one.key === key);
  return [key, seen(other?.observed, LONGEST_COMPARED), seen(observed, LONGEST_COMPARED)];
}

/** Whether everything that was seen is the same, asserted or not, but for what no two runs have in common. */
function sameWords({ key, observed }: Outcome, others: readonly Outcome[]): boolean {
  return words(observed) === words(others.find((other) => other.key === key)?.observed);
}

/** Without what no two runs have in common, and which of the endorsers it was. */
function words(observed: Observed | undefined): string {
  return withoutChance(JSON.stringify(observed)).replaceAll(/"mspId":"\w+",/g, '');
}

/** Without transaction ids, hashes and certificates, their numbers, and where in the chain and of which size it was that time. */
function withoutChance(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{64,}\b/g, '#')
    .replaceAll(/\bSN: \d+/g, 'SN: #')
    .replaceAll(/\{BlockNum: \d+, TxNum: \d+\}/g, '{BlockNum: #, TxNum: #}')
    .replaceAll(/\bblock number \d+/g, 'block number #')
    .replaceAll(/\b\d+ bytes and exceeds/g, '# bytes and exceeds');
}

function section(topic: string, embedded: Report, fabric: Report): readonly string[] {
  const other = new Map(embedded.outcomes.map((outcome) => [outcome.key, outcome]));
  return table(
    ['behaviour', 'what is seen', 'embedded', 'Fabric'],
    fabric.outcomes
      .filter((outcome) => outcome.topic === topic)
      .map(({ key, name, observed }) => {
        const isSame = other.get(key)?.outcome === 'same';
        return [name, seen(observed), isSame ? 'yes' : 'differs, see above', 'yes'];
      }),
  );
}

function seen(observed: Observed | undefined, longest = LONGEST): string {
  if (observed === undefined) return '';
  if (observed.each !== undefined) return observed.each.map((one) => seen(one, longest)).join(' → ');
  if (observed.status !== 'OK') {
    const reasons = (observed.details ?? []).map(({ message }) => message);
    const words = reasons.length === 0 ? observed.message : [...new Set(reasons)].join('; ');
    return words === undefined ? observed.status : `${observed.status}: ${code(words, longest)}`;
  }
  if (observed.validation !== undefined && observed.validation !== 'VALID') return observed.validation;
  if (observed.events !== undefined)
    return observed.events.map(({ name, payload }) => code(`${name} ${payload}`, longest)).join(', ');
  if (observed.result === undefined) return observed.validation ?? 'OK';
  return observed.result === '' ? 'empty' : code(observed.result, longest);
}

/** As code in a cell, on one line, without what would end either. */
function code(text: string, longest: number): string {
  const flat = withoutChance(text)
    .replaceAll(/[\r\n\t ]+/g, ' ')
    .replaceAll('`', "'");
  // eslint-disable-next-line no-control-regex -- composite keys have U+0000, which is no text for people
  const readable = flat.replaceAll(/[\u0000-\u001f]/g, '·').replaceAll('|', '¦');
  if (readable === '') return '';
  return `\`${readable.length > longest ? `${readable.slice(0, longest)}…` : readable}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '¦')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

async function main(): Promise<void> {
  const [embedded = '', fabric = ''] = process.argv.slice(2);
  const text = reference(readReport(embedded, 'embedded'), readReport(fabric, 'fabric'));
  const style = (await resolveConfig(FILE)) ?? {};
  writeFileSync(FILE, await format(text, { ...style, parser: 'markdown' }));
  process.stderr.write(`conformance: ${FILE} is written\n`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
