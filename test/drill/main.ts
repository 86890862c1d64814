/** `npm run drill`: what an operator must be able to do to a running network, done to real Fabric under load, and every answer checked. */
import { parseArgs } from 'node:util';
import { findPrograms, ProgramError } from '@onepledge/network/fabric';
import { table } from '../bench/report';
import { type Drill, type DrillResult, hold } from './drill';
import { changeDrills } from './drills/changes';
import { growthDrills } from './drills/growth';
import { ordererDrills } from './drills/orderers';
import { peerDrills } from './drills/peers';
import { World } from './world';

const DRILLS: readonly Drill[] = [...ordererDrills, ...peerDrills, ...changeDrills, ...growthDrills];

const USAGE = `usage: main.js [--only <drill>] [--json]
  --only   one drill; may be repeated: ${DRILLS.map(({ name }) => name).join(', ')}
  --json   prints the results as one JSON value
`;

function note(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((name) => DRILLS.every((known) => known.name !== name));
  if (values.help || unknown !== undefined) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  try {
    await findPrograms();
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    note(`npm run drill: ${error.message}`);
    return 1;
  }
  const world = new World(note);
  const end = endWith(world);
  const results: DrillResult[] = [];
  const failed: string[] = [];
  try {
    const started = performance.now();
    await world.start();
    note(`the network is up after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    for (const drill of DRILLS) {
      if (values.only.length > 0 && !values.only.includes(drill.name)) continue;
      note(drill.title);
      try {
        const result = await hold(drill, world);
        results.push(result);
        for (const line of result.wrong.slice(0, 10)) note(`  WRONG ${line}`);
      } catch (error) {
        failed.push(drill.name);
        note(`  FAILED ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n${world.log()}`);
      }
    }
  } finally {
    await end();
  }
  process.stdout.write(values.json ? `${JSON.stringify({ results, failed })}\n` : report(results));
  return failed.length === 0 && results.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

/** Ends the world once, by itself or when this process is told to end. */
function endWith(world: World): () => Promise<void> {
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= world.stop());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void end().finally(() => process.exit(130));
    });
  }
  return end;
}

function report(results: readonly DrillResult[]): string {
  const rows = results.map((result) => [
    ...[result.title, result.done, String(result.answers), String(result.refused)],
    ...[result.longestPause.toFixed(0), String(result.lost), String(result.doubled), String(result.wrong.length)],
  ]);
  const head = ['drill', 'what was done', 'answers', 'refused', 'longest pause, ms', 'lost', 'doubled', 'wrong'];
  return `${table([head, ...rows]).join('\n')}\n`;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 2;
  },
);
