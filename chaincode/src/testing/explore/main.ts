/** `npm run verify:model`: goes through all states of the large scopes, and shows that faulty rules are found. */
import { parseArgs } from 'node:util';
import { explore, Violation, type Figures } from './explorer';
import { FAULTS } from './faults';
import { LARGE, QUICK } from './scopes';

const USAGE = `usage: main.js [--quick] [--scope name] [--json]
  --quick  the scopes of npm test
  --scope  only those whose name holds this
`;

const columns = ['scope', 'states', 'depth', 'accepted', 'refused', 'pairs', 'conflicts', 'groups'] as const;

function row({ seconds, ...figures }: Figures): string {
  return `| ${columns.map((name) => figures[name].toLocaleString('en-US')).join(' | ')} | ${seconds.toFixed(0)} |`;
}

/** @returns whether each fault is found */
async function findFaults(): Promise<boolean> {
  let all = true;
  for (const { name, scope, faults } of FAULTS) {
    const world = QUICK.find((one) => one.name === scope);
    if (world === undefined) throw new Error(`no scope ${scope}`);
    const found = await explore(world, faults).then(
      () => false,
      (error: unknown) => error instanceof Violation,
    );
    process.stderr.write(`${found ? 'found' : 'NOT FOUND'}: ${name}\n`);
    all &&= found;
  }
  return all;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      scope: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const scopes = (values.quick ? QUICK : LARGE).filter(({ name }) => name.includes(values.scope));
  if (values.help || scopes.length === 0) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  if (!(await findFaults())) return 1;
  const all: Figures[] = [];
  for (const scope of scopes) {
    process.stderr.write(`${scope.name}\n`);
    const progress = (depth: number, states: number): void => {
      process.stderr.write(`  depth ${depth}: ${states} states\n`);
    };
    all.push(await explore(scope, {}, progress));
  }
  if (values.json) process.stdout.write(`${JSON.stringify(all)}\n`);
  else process.stdout.write(`| ${columns.join(' | ')} | s |\n|${' --- |'.repeat(columns.length + 1)}\n`);
  if (!values.json) process.stdout.write(`${all.map(row).join('\n')}\n`);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
