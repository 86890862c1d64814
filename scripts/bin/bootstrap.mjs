/** `npm start`, `npm test` and the other commands of package.json: one each on a fresh clone. Plain JavaScript without dependencies: nothing is installed yet. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setInterval } from 'node:timers';

const OLDEST_NODE = [20, 19];

// Before anything else is loaded: an older Node could fail on the files themselves.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  process.stderr.write(`onepledge: needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.version}\n`);
  process.exit(1);
}

const { compileAll, prepare, ROOT, say, tool } = await import('./lib/prepare.mjs');
const { runNode } = await import('./lib/run.mjs');

/** Starts the network and the gateway in this process, so that a signal to it reaches them. */
async function start(args) {
  stopWithNpm();
  await prepare();
  const { createRequire } = await import('node:module');
  const { main } = createRequire(import.meta.url)('../dist/main.js');
  process.exitCode = await main(['network', 'up', ...args]);
}

/** A signal to npm ends npm and its shell, and never arrives here: so their end counts as one. */
function stopWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = () => process.ppid === parent || process.kill(process.pid, 'SIGTERM');
  setInterval(watch, 300).unref();
}

/** Format, types, lint, tests; the first that fails ends it. */
async function test(args) {
  await prepare({ build: false });
  const step = (what, file, ...more) => {
    say(what);
    return runNode(what, [file, ...more], { cwd: ROOT });
  };
  await step('prettier', tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.');
  // Before eslint, as its rules on types read what the compiler puts out for the other workspaces.
  say('tsc');
  await compileAll();
  await step('eslint', tool('eslint', 'bin', 'eslint.js'), '.');
  await step('jest', tool('jest', 'bin', 'jest.js'), ...args);
}

/** The slow suites: the environment that makes them long, and their tests. */
const SUITES = {
  duels: [{ ONEPLEDGE_DUELS: '200' }, 'test/adversarial', '-t', 'at the same instant'],
  crash: [{ ONEPLEDGE_CRASH: '500' }, 'test/crash'],
  caliper: [{ ONEPLEDGE_CALIPER: 'install' }, 'test/interop/caliper'],
  durability: [{ ONEPLEDGE_DURABILITY: '200' }, 'network/embedded/ledger/crash.test.ts'],
};

/** One of the slow suites, at its full length. */
async function suite([name, ...args]) {
  const [environment, ...tests] = SUITES[name] ?? [];
  if (environment === undefined) throw new Error(`suite: one of ${Object.keys(SUITES).join(', ')}`);
  await built();
  Object.assign(process.env, environment);
  await runNode('jest', [tool('jest', 'bin', 'jest.js'), ...tests, ...args], { cwd: ROOT });
}

/** Everything that must also hold on real Fabric: the conformance suite, with its reference, and the tests of the system. */
async function fabric(args) {
  await built();
  await requireFabric('npm run test:fabric');
  const folder = join(ROOT, '.onepledge', 'conformance');
  mkdirSync(folder, { recursive: true });
  const conformance = (name) => join(ROOT, 'test', 'dist', 'conformance', name);
  const reports = ['embedded', 'fabric'].map((engine) => [engine, join(folder, `${engine}.json`)]);
  for (const [engine, report] of reports) {
    say(`conformance suite, ${engine}`);
    const words = [conformance('main.js'), '--engine', engine, '--report', report];
    await runNode('conformance', words, { cwd: ROOT });
  }
  await runNode('reference', [conformance('reference.js'), ...reports.map(([, report]) => report)], { cwd: ROOT });
  Object.assign(process.env, { ONEPLEDGE_ENGINE: 'fabric', ...SUITES.duels[0] });
  say('tests of the system on Fabric');
  await runNode('jest', [tool('jest', 'bin', 'jest.js'), '-w', '1', 'test/e2e', 'test/adversarial', ...args], {
    cwd: ROOT,
  });
}

/** What gateways keep on a PostgreSQL server: ours, where its programs are, or the one of ONEPLEDGE_TEST_DATABASE_URL. */
async function postgres(args) {
  await built();
  const { createRequire } = await import('node:module');
  const { missingPrograms, startPostgres } = createRequire(import.meta.url)(
    join(ROOT, 'test', 'dist', 'support', 'postgres-server.js'),
  );
  const given = process.env.ONEPLEDGE_TEST_DATABASE_URL ?? '';
  const missing = missingPrograms();
  if (given === '' && missing.length > 0) {
    say(
      `test:postgres skipped: ${missing.join(', ')} of PostgreSQL not on PATH, nor is ONEPLEDGE_TEST_DATABASE_URL set`,
    );
    return;
  }
  const server = given === '' ? await startPostgres() : { url: given, stop: () => Promise.resolve() };
  try {
    process.env.ONEPLEDGE_TEST_DATABASE_URL = server.url;
    const tests = ['gateway/src/outbox', 'test/postgres', 'test/e2e/e2e.test.ts', 'test/crash'];
    await runNode('jest', [tool('jest', 'bin', 'jest.js'), '-w', '1', ...tests, ...args], { cwd: ROOT });
  } finally {
    await server.stop();
  }
}

/** The same benchmark, and what only real Fabric can say. */
async function benchFabric(args) {
  await built();
  await requireFabric('npm run bench:fabric');
  const words = [join(ROOT, 'test', 'dist', 'bench', 'main.js'), '--engine', 'fabric', ...args];
  await runNode('bench', words, { cwd: ROOT });
}

/** Says in one line what is missing. */
async function requireFabric(command) {
  const { createRequire } = await import('node:module');
  const { findPrograms } = createRequire(import.meta.url)(join(ROOT, 'network', 'dist', 'fabric', 'programs.js'));
  const found = await findPrograms().catch((error) => {
    throw new Error(`${command}: ${error.message}`);
  });
  say(`Hyperledger Fabric ${found.version}: ${found.peer}`);
}

/** Prints the benchmark's table. */
async function bench(args) {
  await built();
  await runNode('bench', [join(ROOT, 'test', 'dist', 'bench', 'main.js'), ...args], { cwd: ROOT });
}

/** Holds drills on real Fabric. */
async function drill(args) {
  await built();
  await requireFabric('npm run drill');
  await runNode('drill', [join(ROOT, 'test', 'dist', 'drill', 'main.js'), ...args], { cwd: ROOT });
}

/** Prints how registrations and claims spread over several channels. */
async function simulate(args) {
  await built();
  const file = join(ROOT, 'chaincode', 'dist', 'testing', 'scale', 'main.js');
  await runNode('simulate', [file, ...args], { cwd: ROOT });
}

/** Every state of some small worlds: takes minutes. */
async function verifyModel(args) {
  await built();
  const file = join(ROOT, 'chaincode', 'dist', 'testing', 'explore', 'main.js');
  await runNode('verify-model', [file, ...args], { cwd: ROOT });
}

async function built() {
  await prepare({ build: false });
  await compileAll();
}

const [verb, ...args] = process.argv.slice(2);
const verbs = {
  ...{ start, test, build: () => prepare(), suite, bench, simulate, postgres },
  ...{ fabric, 'bench-fabric': benchFabric, drill, 'verify-model': verifyModel },
};

try {
  if (!Object.hasOwn(verbs, verb ?? '')) {
    say(`usage: bootstrap.mjs ${Object.keys(verbs).join('|')} [arguments]`);
    process.exitCode = 2;
  } else {
    await verbs[verb](args);
  }
} catch (error) {
  say(error.message);
  process.exitCode = error.exitCode ?? 1;
}
