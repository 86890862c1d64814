#!/usr/bin/env node
/** The `onepledge` command: builds what is stale, then runs the command line proper. */
import { createRequire } from 'node:module';
import process from 'node:process';

const OLDEST_NODE = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  process.stderr.write(`onepledge: needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.version}\n`);
  process.exit(1);
}

try {
  const { prepare } = await import('./lib/prepare.mjs');
  await prepare();
  const { main } = createRequire(import.meta.url)('../dist/main.js');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`onepledge: ${error.message}\n`);
  process.exitCode = error.exitCode ?? 1;
}
