/** `network up` */
import { mkdirSync } from 'node:fs';
import { lackOfSpace } from '@onepledge/network/space';
import type { CommandSpec } from '../cli/command';
import type { Context } from '../cli/context';
import { UsageError, UserError } from '../cli/errors';
import type { Input } from '../cli/input';
import { consortiumFile } from '../operator/session';
import { announceEarlier, wasCutOff } from './earlier';
import { claimHome, ORPHAN_MS, waitForOrphans } from './claim';
import { startDetached } from './detached';
import { chooseEngine, ENGINE_OPTION, ENGINE_PROGRAMS, type EngineName, READY_WITHIN_SECONDS } from './engine';
import { gatewayUrl, requireFreePort, runInForeground } from './foreground';
import { freePort } from './ports';
import { gatewayProgram } from './programs';
import { hasJoined } from './joined';
import { finishReset } from './reset-home';
import { NETWORK_STATE } from './state';
import { memberWelcome, welcome } from './welcome';

export const up: CommandSpec = {
  verb: 'up',
  summary: 'start the network and its gateway',
  details:
    'Runs in the foreground until Ctrl-C or SIGTERM, unless --detach is given. All state is in the folder .onepledge, or ONEPLEDGE_HOME. ' +
    "With --engine fabric, Fabric's programs peer and orderer must be on PATH: four BFT orderers, and a peer and a chaincode process an organisation.",
  options: [
    {
      ...ENGINE_OPTION,
      summary: 'which network: the embedded one, or Hyperledger Fabric (default: the one of the home, or embedded)',
    },
    { flags: '--detach', summary: 'return once it is ready and leave it running' },
    { flags: '--port <n>', summary: 'port of the gateway; 0 takes a free one', default: '3000', env: 'PORT' },
    { flags: '--ready-within <seconds>', summary: 'give up when it is not ready by then (default: 60; fabric: 180)' },
  ],
  examples: ['', '--port 3001', '--detach', '--engine fabric'],
  async run(context, input) {
    const engine = chooseEngine(context.home, input.optional('engine'));
    announceEarlier(context.home, context.output);
    // What was killed may listen for some seconds still.
    const patienceMs = wasCutOff(context.home) ? ORPHAN_MS : 0;
    if (input.has('detach')) {
      const port = String(await choosePort(input, patienceMs));
      await startDetached(context, readyWithinMs(input, engine), ['--engine', engine, '--port', port]);
    } else {
      await startHere(context, input, engine, patienceMs);
    }
  },
};

/** The gateway's database takes 40 MB, and a ledger grows; Fabric's nodes ask for more. */
const LEAST_BYTES = 128 * 1024 * 1024;

async function startHere(context: Context, input: Input, engine: EngineName, patienceMs: number): Promise<void> {
  const { home, output } = context;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const lack = lackOfSpace(home, LEAST_BYTES);
  if (lack !== undefined) throw new UserError(lack, { code: 'NOT_POSSIBLE' });
  const giveBack = claimHome(home);
  try {
    await waitForOrphans(home);
    finishReset(home);
    const host = process.env['HOST'] ?? '127.0.0.1';
    const port = await choosePort(input, patienceMs);
    const gateway = gatewayUrl(host, port);
    const consortium = consortiumFile();
    const note = (line: string): void => {
      output.note(`onepledge: ${line}`);
    };
    const started = Date.now();
    const { programs: network, changing, member } = await ENGINE_PROGRAMS[engine]({ home, consortium, note });
    const gatewaySpec = gatewayProgram({ home, host, port, members: member });
    const programs = [...network, gatewaySpec];
    const whole =
      changing === undefined
        ? {}
        : {
            changing: {
              file: changing.file,
              programs: async () => [...(await changing.programs()), gatewaySpec],
            },
          };
    note(`starting the network in ${home}`);
    await runInForeground(
      {
        ...{ home, stateFile: NETWORK_STATE, programs, gateway, note, ...whole },
        // One member's nodes are up when they have joined: its gateway is ready once enough others are, and have approved.
        ...(member === undefined ? {} : { isReady: () => hasJoined(home) }),
        readyWithinMs: readyWithinMs(input, engine),
      },
      () => {
        const seconds = (Date.now() - started) / 1000;
        output.show({ ready: true, engine, gateway, home, seconds }, () =>
          member === undefined
            ? welcome(engine, gateway, home, seconds)
            : memberWelcome(member, gateway, home, seconds),
        );
      },
    );
    note('stopped');
  } finally {
    giveBack();
  }
}

async function choosePort(input: Input, patienceMs: number): Promise<number> {
  const port = input.integer('port', 0, 65_535);
  if (port === undefined) throw new UsageError('option --port is missing');
  const host = process.env['HOST'] ?? '127.0.0.1';
  if (port === 0) return freePort(host);
  const otherwise = `onepledge network up --port ${port + 1} (or: npm start -- --port ${port + 1})`;
  await requireFreePort(port, host, otherwise, patienceMs);
  return port;
}

function readyWithinMs(input: Input, engine: EngineName): number {
  return (input.integer('readyWithin', 1, 3600) ?? READY_WITHIN_SECONDS[engine]) * 1000;
}
