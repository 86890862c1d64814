/** The conformance suite as a program: `main.js --engine embedded|fabric [--only topic,topic] [--json] [--report file]`. */
import { parseArgs } from 'node:util';
import { topics } from './behaviours';
import { differences } from './differences';
import { engines, type EngineName } from './engines';
import { writeReport } from './report';
import { type Outcome, requireKnown, runTopics } from './runner';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'embedded' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  });
  const start = (engines as Readonly<Partial<typeof engines>>)[values.engine as EngineName];
  if (start === undefined) return usage(`--engine: one of ${Object.keys(engines).join(', ')}`);
  const only = values.only?.split(',');
  const unknown = only?.find((name) => !topics.some((topic) => topic.name === name));
  if (unknown !== undefined)
    return usage(`--only: ${unknown} is not one of ${topics.map(({ name }) => name).join(', ')}`);
  requireKnown(differences, topics);
  const started = performance.now();
  const engine = await start();
  try {
    process.stderr.write(`conformance: ${engine.name} is up after ${seconds(started)} s\n`);
    const outcomes = await runTopics(
      engine,
      topics.filter(({ name }) => only === undefined || only.includes(name)),
      differences,
    );
    const report = { engine: engine.name, version: engine.version, outcomes };
    if (values.report !== undefined) writeReport(values.report, report);
    if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    else for (const outcome of outcomes) process.stdout.write(`${line(outcome)}\n`);
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed').length;
    process.stderr.write(`conformance: ${outcomes.length - failed} of ${outcomes.length} in ${seconds(started)} s\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    await engine.stop();
  }
}

function line({ key, outcome, problem, why }: Outcome): string {
  const signs: Readonly<Record<Outcome['outcome'], string>> = { same: 'ok', differs: 'differs', failed: 'FAILED' };
  return [signs[outcome].padEnd(8), key, problem ?? why]
    .filter((part) => part !== undefined)
    .join(problem === undefined ? ' ' : '\n  ');
}

function usage(message: string): number {
  process.stderr.write(`conformance: ${message}\n`);
  return 2;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
