/** `npm run bench`: measures the built system and prints the figures beside their targets. */
import { parseArgs } from 'node:util';
import type { EngineName } from '../support/system';
import { type Case, FULL, QUICK, serialSource } from './bench';
import { batches } from './cases/batches';
import { duplicates } from './cases/duplicates';
import { imports } from './cases/imports';
import { load } from './cases/load';
import { start } from './cases/start';
import { state } from './cases/state';
import { isMet, type Section } from './figure';
import { LoadProcess } from './load-process';
import { describeMachine } from './machine';
import { formatReport } from './report';

const CASES: Readonly<Record<EngineName, readonly Case[]>> = {
  embedded: [start, load, imports, duplicates, state, batches('embedded')],
  fabric: [batches('fabric')],
};

const USAGE = `usage: main.js [--quick] [--rounds n] [--only ${CASES.embedded.map(({ name }) => name).join('|')}] [--engine embedded|fabric] [--json]
  --quick  two short rounds on a small ledger: shows that it works, gives no figures to quote
  --rounds rounds of each figure, 5 when left out
  --only   one case; may be repeated
  --engine the network; fabric has the case batches only, and needs Fabric's programs on PATH
  --json   prints the report as one JSON value, with every round
`;

function note(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      engine: { type: 'string', default: 'embedded' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const cases = (CASES as Readonly<Partial<typeof CASES>>)[values.engine as EngineName];
  const unknown = values.only.find((name) => cases?.every((known) => known.name !== name));
  const rounds = Number(values.rounds ?? (values.quick ? QUICK : FULL).rounds);
  if (values.help || cases === undefined || unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const machine = describeMachine();
  const date = new Date().toISOString();
  const generator = new LoadProcess();
  const sections: Section[] = [];
  let failed = false;
  try {
    const bench = {
      plan: { ...(values.quick ? QUICK : FULL), rounds },
      load: generator,
      serials: serialSource(),
      note,
    };
    for (const { name, run } of cases) {
      if (values.only.length > 0 && !values.only.includes(name)) continue;
      try {
        sections.push(...(await run(bench)));
      } catch (error) {
        // The other cases still say something.
        failed = true;
        note(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    }
  } finally {
    generator.close();
  }
  const report = { date, quick: values.quick, machine, sections };
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : formatReport(report));
  const missed = sections.flatMap(({ figures }) => figures).filter((figure) => isMet(figure) === false);
  for (const { name } of missed) note(`not met: ${name}`);
  return failed ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exit(130);
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    note(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  },
);
