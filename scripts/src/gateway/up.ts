/** `gateway up` */
import type { CommandSpec } from '../cli/command';
import { UsageError, UserError } from '../cli/errors';
import { gatewayUrl, requireFreePort, runInForeground } from '../network/foreground';
import { freePort } from '../network/ports';
import { isAlive } from '../network/process-identity';
import { gatewayProgram } from '../network/programs';
import { gatewayState, NETWORK_STATE, readState } from '../network/state';

export const up: CommandSpec = {
  verb: 'up',
  summary: 'a further gateway on the network that runs in this home',
  details: 'Runs in the foreground until Ctrl-C or SIGTERM. It keeps its own intents; the ledger is the same.',
  options: [
    { flags: '--port <n>', summary: 'its port; 0 takes a free one', required: true },
    { flags: '--member <member>', summary: 'serve this member only (several with commas between; default: all)' },
  ],
  examples: ['--port 3001', '--port 3002 --member bank-a'],
  async run({ home, output }, input) {
    const network = readState(home, NETWORK_STATE);
    if (network === undefined || !isAlive(network.supervisor)) {
      throw new UserError(`no network is running in ${home}: start it with "onepledge network up"`, {
        code: 'NOT_RUNNING',
      });
    }
    const host = process.env['HOST'] ?? '127.0.0.1';
    const wanted = input.integer('port', 0, 65_535);
    if (wanted === undefined) throw new UsageError('option --port is missing');
    const port = wanted === 0 ? await freePort(host) : wanted;
    await requireFreePort(port, host, `--port ${port + 1}`);
    const gateway = gatewayUrl(host, port);
    const program = gatewayProgram({ home, host, port, name: `port-${port}`, members: input.optional('member') });
    const note = (line: string): void => {
      output.note(`onepledge: ${line}`);
    };
    await runInForeground(
      { home, stateFile: gatewayState(port), programs: [program], gateway, readyWithinMs: 60_000, note },
      () => {
        output.show({ ready: true, gateway }, () => `gateway ready at ${gateway}; Ctrl-C stops it`);
      },
    );
    note('stopped');
  },
};
