/** `network up` */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandSpec } from '../cli/command';
import type { Context } from '../cli/context';
import { UsageError, UserError } from '../cli/errors';
import type { Input } from '../cli/input';
import { ROOT } from '../root';
import { chaincodeAddress } from './chaincode-address';
import { claimHome, waitForOrphans } from './claim';
import { startDetached } from './detached';
import { gatewayUrl, requireFreePort, runInForeground } from './foreground';
import { freePort, peerPortsFree } from './ports';
import { gatewayProgram, networkPrograms } from './programs';
import { finishReset } from './reset-home';
import { ensureEvidenceKey } from './secrets';
import { NETWORK_STATE } from './state';
import { welcome } from './welcome';

export const up: CommandSpec = {
  verb: 'up',
  summary: 'start the network and its gateway',
  details:
    'Runs in the foreground until Ctrl-C or SIGTERM, unless --detach is given. All state is in the folder .onepledge, or ONEPLEDGE_HOME.',
  options: [
    { flags: '--engine <engine>', summary: 'which network', choices: ['embedded', 'fabric'], default: 'embedded' },
    { flags: '--detach', summary: 'return once it is ready and leave it running' },
    { flags: '--port <n>', summary: 'port of the gateway; 0 takes a free one', default: '3000', env: 'PORT' },
    { flags: '--ready-within <seconds>', summary: 'give up when it is not ready by then', default: '60' },
  ],
  examples: ['', '--port 3001', '--detach'],
  async run(context, input) {
    if (input.text('engine') === 'fabric') {
      throw new UserError('the engine fabric comes with a later release; this one runs the embedded network', {
        code: 'NOT_AVAILABLE',
      });
    }
    if (input.has('detach'))
      await startDetached(context, readyWithinMs(input), ['--port', String(await choosePort(input))]);
    else await startHere(context, input);
  },
};

async function startHere(context: Context, input: Input): Promise<void> {
  const { home, output } = context;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const giveBack = claimHome(home);
  try {
    await waitForOrphans(home);
    finishReset(home);
    const host = process.env['HOST'] ?? '127.0.0.1';
    const port = await choosePort(input);
    const gateway = gatewayUrl(host, port);
    const chaincode = await chaincodeAddress(home);
    const consortium = process.env['ONEPLEDGE_CONSORTIUM'] ?? join(ROOT, 'network', 'consortium.yaml');
    const settings = {
      home,
      consortium,
      chaincode,
      evidenceKey: ensureEvidenceKey(home),
      peerPorts: await choosePeerPorts(consortium, (line) => {
        output.note(line);
      }),
    };
    const programs = [...networkPrograms(settings), gatewayProgram({ home, host, port })];
    const started = Date.now();
    const note = (line: string): void => {
      output.note(`onepledge: ${line}`);
    };
    note(`starting the network in ${home}`);
    await runInForeground(
      { home, stateFile: NETWORK_STATE, programs, gateway, readyWithinMs: readyWithinMs(input), note },
      () => {
        const seconds = (Date.now() - started) / 1000;
        output.show({ ready: true, gateway, home, seconds }, () => welcome(gateway, home, seconds));
      },
    );
    note('stopped');
  } finally {
    giveBack();
  }
}

async function choosePort(input: Input): Promise<number> {
  const port = input.integer('port', 0, 65_535);
  if (port === undefined) throw new UsageError('option --port is missing');
  const host = process.env['HOST'] ?? '127.0.0.1';
  if (port === 0) return freePort(host);
  await requireFreePort(port, host, `onepledge network up --port ${port + 1} (or: npm start -- --port ${port + 1})`);
  return port;
}

/** The consortium's ports, unless another network of this machine has them: clients learn the ports from a file anyway. */
async function choosePeerPorts(consortium: string, note: (line: string) => void): Promise<'fixed' | 'ephemeral'> {
  const given = process.env['ONEPLEDGE_PEER_PORTS'];
  if (given === 'fixed' || given === 'ephemeral') return given;
  if (await peerPortsFree(consortium, '127.0.0.1')) return 'fixed';
  note('onepledge: ports of the peers are in use, by another network perhaps; taking free ones');
  return 'ephemeral';
}

function readyWithinMs(input: Input): number {
  return (input.integer('readyWithin', 1, 3600) ?? 60) * 1000;
}
