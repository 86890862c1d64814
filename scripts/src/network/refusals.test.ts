/** What is wrong before a start is told in one line, and nothing is made. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ensureMaterial, loadConsortium } from '@onepledge/network';
import { ROOT } from '../root';
import { withFolder } from '../testing/folder';
import { runCli, runNode } from '../testing/run';
import { freePort } from './ports';

const CONSORTIUM = readFileSync(join(ROOT, 'network', 'consortium.yaml'), 'utf8');
const PORT = /port: \d+/g;
const WITHIN_MS = 60_000;

type Engine = 'embedded' | 'fabric';
type Told = Readonly<{ code: string; detail: string }>;

/** Programs that are called as Fabric's, and say what version they are of: nothing else is asked of them before a start. */
function fabricPrograms(folder: string, version = 'v3.1.5'): string {
  const program = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, file), 0o755);
  };
  for (const node of ['peer', 'orderer']) program(`bin/${node}`, `printf '${node}:\\n Version: ${version}\\n'`);
  for (const step of ['detect', 'build', 'release']) program(`builders/ccaas/bin/${step}`, 'true');
  return join(folder, 'bin');
}

type Start = Readonly<{ engine: Engine; folder: string; consortium?: string; version?: string; port?: number }>;

/** The consortium on ports that are free: another network may run on its own. */
async function onFreePorts(): Promise<string> {
  const ports = new Set<number>();
  const wanted = CONSORTIUM.match(PORT)?.length ?? 0;
  while (ports.size < wanted) ports.add(await freePort('127.0.0.1'));
  const free = [...ports];
  return CONSORTIUM.replace(PORT, () => `port: ${free.pop() ?? ''}`);
}

/** Starts a network that must be refused. @returns what was told: one value, of one line */
async function refusal({ engine, folder, consortium, version, port }: Start): Promise<Told> {
  const file = join(folder, 'consortium.yaml');
  writeFileSync(file, consortium ?? (await onFreePorts()));
  const environment = {
    PATH: `${fabricPrograms(join(folder, 'fabric'), version)}:/usr/bin:/bin`,
    ONEPLEDGE_HOME: join(folder, 'home'),
    ONEPLEDGE_CONSORTIUM: file,
    ONEPLEDGE_PEER_PORTS: 'fixed',
  };
  const words = [
    'network',
    'up',
    '--engine',
    engine,
    '--port',
    String(port ?? (await freePort('127.0.0.1'))),
    '--json',
  ];
  const { code, stdout, stderr } = await runCli(words, environment);
  expect({ code, stdout, stderr }).toMatchObject({ code: 1, stdout: expect.stringMatching(/^\{.*\}\n$/) });
  const told = JSON.parse(stdout) as Told;
  expect(told.detail).not.toContain('\n');
  return told;
}

/** Neither a ledger nor, on Fabric, keys. */
function expectNothingMade(folder: string, engine: Engine): void {
  for (const made of ['network/ledger', 'network/connection.json', 'fabric/blocks', 'fabric/nodes.json', 'crypto']) {
    expect({ made, there: existsSync(join(folder, 'home', made)) }).toEqual({ made, there: false });
  }
  if (engine === 'fabric') expect(readdirSync(join(folder, 'home'))).toEqual([]);
}

function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

const ENGINES: readonly Engine[] = ['embedded', 'fabric'];

describe.each(ENGINES)('a start of the %s network', (engine) => {
  test.each([
    [
      'an unknown organisation in a policy',
      "'RegulatorMSP.peer')",
      "'NobodyMSP.peer')",
      'endorsementPolicy: >-',
      /NobodyMSP/,
    ],
    [
      'a port that is there twice',
      'port: 9051',
      'port: 8051',
      'port: 8051 }\n  - name: factor-a',
      /"8051" is there already/,
    ],
    ['a member that is not described', 'members: [platform', 'members: [stranger, platform', 'stranger', /"stranger"/],
  ])(
    'with %s is refused with file and line',
    async (_what, from, to, at, message) => {
      await withFolder(async (folder) => {
        const consortium = CONSORTIUM.replace(from, to);
        const told = await refusal({ engine, folder, consortium });
        expect(told).toMatchObject({ code: 'INVALID_CONSORTIUM', detail: expect.stringMatching(message) });
        expect(told.detail).toContain(`${join(folder, 'consortium.yaml')}:${lineOf(consortium, at)}: `);
        expectNothingMade(folder, engine);
      });
    },
    WITHIN_MS,
  );

  test(
    'whose CA has expired is refused with its file',
    async () => {
      await withFolder(async (folder) => {
        const home = join(folder, 'home');
        mkdirSync(home);
        const decadesAgo = new Date(Date.now() - 20 * 365 * 86_400_000);
        await ensureMaterial(loadConsortium(join(ROOT, 'network', 'consortium.yaml')), home, decadesAgo);
        const before = readdirSync(join(home, 'crypto', 'bank-a'));

        const told = await refusal({ engine, folder });

        expect(told).toMatchObject({
          code: 'INVALID_KEYS',
          detail: expect.stringMatching(/the CA in .*ca\.pem expired on/),
        });
        expect(readdirSync(join(home, 'crypto', 'bank-a'))).toEqual(before);
        expect(existsSync(join(home, 'network', 'ledger')) || existsSync(join(home, 'fabric', 'blocks'))).toBe(false);
      });
    },
    WITHIN_MS,
  );

  test(
    "whose gateway's or node's port is taken is refused with the port",
    async () => {
      await withFolder(async (folder) => {
        const taken = createServer();
        await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
        try {
          const address = taken.address();
          const port = typeof address === 'object' && address !== null ? address.port : 0;
          expect(await refusal({ engine, folder, port })).toMatchObject({ code: 'PORT_IN_USE' });
          const consortium = (await onFreePorts()).replace(/port: \d+/, `port: ${port}`);
          const told = await refusal({ engine, folder, consortium });
          expect(told).toMatchObject({ code: 'NOT_POSSIBLE', detail: expect.stringContaining(`port ${port}`) });
        } finally {
          taken.close();
        }
      });
    },
    WITHIN_MS,
  );

  // Only where this user may mount a small disk.
  const mountable = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  (mountable ? test : test.skip)(
    'on a full disk is refused with what is needed',
    async () => {
      await withFolder((folder) => {
        const script = 'mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"';
        const bin = join(ROOT, 'scripts', 'bin', 'onepledge.mjs');
        const words = [process.execPath, bin, 'network', 'up', '--engine', engine, '--port', '0', '--json'];
        const { status, stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script, folder, ...words], {
          env: { PATH: process.env['PATH'] ?? '', ONEPLEDGE_PREPARE: 'off', ONEPLEDGE_HOME: join(folder, 'home') },
          encoding: 'utf8',
          timeout: 30_000,
        });
        expect(status).toBe(1);
        expect(JSON.parse(stdout)).toMatchObject({
          code: 'NOT_POSSIBLE',
          detail: expect.stringMatching(/^no space: \d MB/),
        });
        return Promise.resolve();
      });
    },
    WITHIN_MS,
  );
});

describe('a start of the embedded network', () => {
  test(
    'without the evidence key that its ledger was written with is refused, and makes no other',
    async () => {
      await withFolder(async (folder) => {
        const home = join(folder, 'home');
        mkdirSync(join(home, 'network', 'ledger', 'onepledge'), { recursive: true });
        const told = await refusal({ engine: 'embedded', folder });
        expect(told).toMatchObject({ code: 'NO_EVIDENCE_KEY', detail: expect.stringContaining('evidence.key') });
        expect(existsSync(join(home, 'secrets'))).toBe(false);
      });
    },
    WITHIN_MS,
  );
});

describe('a start of the fabric network', () => {
  test(
    'with programs of another version, or none, is refused with where they are to be had',
    async () => {
      await withFolder(async (folder) => {
        const old = await refusal({ engine: 'fabric', folder, version: 'v2.5.12' });
        expect(old).toMatchObject({
          code: 'NOT_AVAILABLE',
          detail: expect.stringContaining('v2.5.12: v3.1 is needed'),
        });
        expectNothingMade(folder, 'fabric');
      });
      const { code, stdout } = await runCli(['network', 'up', '--engine', 'fabric', '--port', '0', '--json'], {
        PATH: '/nowhere',
        ONEPLEDGE_HOME: '/tmp/onepledge-nowhere',
      });
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        code: 'NOT_AVAILABLE',
        detail: expect.stringContaining('install.html'),
      });
    },
    WITHIN_MS,
  );

  test(
    'in the home of the other network is refused, as is every other verb that names an engine',
    async () => {
      await withFolder(async (folder) => {
        const home = join(folder, 'home');
        mkdirSync(join(home, 'network', 'ledger', 'onepledge'), { recursive: true });
        for (const words of [['up'], ['status'], ['down'], ['reset', '--yes']]) {
          const all = ['network', ...words, '--engine', 'fabric', '--json'];
          const { code, stdout } = await runCli(all, { ONEPLEDGE_HOME: home });
          expect({ words, code, told: JSON.parse(stdout) as Told }).toMatchObject({
            code: 1,
            told: { code: 'OTHER_ENGINE' },
          });
        }
        const dry = await runCli(['network', 'reset', '--dry-run', '--json'], { ONEPLEDGE_HOME: home });
        expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, folders: [join(home, 'network')] });
        expect(existsSync(join(home, 'network', 'ledger', 'onepledge'))).toBe(true);
      });
    },
    WITHIN_MS,
  );
});

describe('what an earlier run has not ended', () => {
  test(
    'is announced, and then gone on with',
    async () => {
      await withFolder(async (folder) => {
        const home = join(folder, 'home');
        mkdirSync(join(home, 'run'), { recursive: true });
        const { pid } = spawnSync(process.execPath, ['--version']);
        const ended = { pid, started: '1' };
        const state = {
          supervisor: ended,
          gateway: '',
          ready: false,
          startedAt: '2026-03-01T12:00:00.000Z',
          processes: [],
        };
        writeFileSync(join(home, 'run', 'state.json'), JSON.stringify(state));
        const environment = { ONEPLEDGE_HOME: home, PATH: '/nowhere', ONEPLEDGE_PREPARE: 'off' };
        const words = ['network', 'up', '--engine', 'fabric', '--port', '0'];
        const bin = join(ROOT, 'scripts', 'bin', 'onepledge.mjs');

        const cut = await runNode([bin, ...words], environment);
        expect(cut.stderr).toContain('the run of 2026-03-01T12:00:00.000Z was cut off before it was ready');

        // A program of that run may listen for some seconds still.
        const taken = createServer();
        await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
        const address = taken.address();
        const port = typeof address === 'object' && address !== null ? address.port : 0;
        const ending = setTimeout(() => taken.close(), 3_000);
        try {
          const again = ['network', 'up', '--engine', 'fabric', '--port', String(port), '--json'];
          const waited = await runNode([bin, ...again], environment);
          expect(JSON.parse(waited.stdout)).toMatchObject({ code: 'NOT_AVAILABLE' });
        } finally {
          clearTimeout(ending);
          taken.close();
        }

        writeFileSync(join(home, 'resetting'), '');
        mkdirSync(join(home, 'gateway'));
        const reset = await runNode([bin, ...words], environment);
        expect(reset.stderr).toContain('an earlier "network reset" was cut off: it is finished now');
        expect(existsSync(join(home, 'gateway'))).toBe(false);
      });
    },
    WITHIN_MS,
  );
});
