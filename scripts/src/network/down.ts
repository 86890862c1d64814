/** `network down` */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { chooseEngine, ENGINE_OPTION } from './engine';
import { isAlive, signal, waitForEnd } from './process-identity';
import { allStates, living } from './state';

const STOP_MS = 30_000;

export const down: CommandSpec = {
  verb: 'down',
  summary: 'stop the network and all its gateways, wherever they were started',
  options: [ENGINE_OPTION],
  examples: [''],
  async run({ home, output }, input) {
    chooseEngine(home, input.optional('engine'));
    const states = allStates(home).map(({ state }) => state);
    const running = states.filter((state) => living(state).length > 0);
    if (running.length === 0) {
      output.show({ stopped: [] }, () => `nothing is running in ${home}`);
      return;
    }
    // A supervisor stops its own; programs that have lost theirs are told themselves.
    for (const state of running) {
      for (const id of isAlive(state.supervisor) ? [state.supervisor] : state.processes) signal(id, 'SIGTERM');
    }
    const all = running.flatMap((state) => [state.supervisor, ...state.processes]);
    const stubborn = await waitForEnd(all, STOP_MS);
    for (const id of stubborn) signal(id, 'SIGKILL');
    const left = await waitForEnd(stubborn, 2_000);
    if (left.length > 0) {
      throw new UserError(`cannot end process ${left.map(({ pid }) => pid).join(', ')}`, { code: 'NOT_STOPPED' });
    }
    output.show({ stopped: all.map(({ pid }) => pid) }, () => 'stopped; the ledger stays for the next start');
  },
};
