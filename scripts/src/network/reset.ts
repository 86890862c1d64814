/** `network reset` */
import type { CommandSpec } from '../cli/command';
import { UsageError, UserError } from '../cli/errors';
import { claimHome } from './claim';
import { chooseEngine, ENGINE_OPTION } from './engine';
import { DRY_RUN } from '../operator/options';
import { resetHome, takenBy } from './reset-home';
import { allStates, living } from './state';

export const reset: CommandSpec = {
  verb: 'reset',
  summary: 'remove the ledger and everything that gateways keep about it',
  details: 'For development: the ledger cannot be had back. Keys and certificates stay. Refused while anything runs.',
  options: [{ flags: '--yes', summary: 'required: yes, remove it' }, ENGINE_OPTION, DRY_RUN],
  examples: ['--yes', '--yes --engine fabric'],
  run({ home, output }, input) {
    const dryRun = input.has('dryRun');
    if (!dryRun && !input.has('yes')) throw new UsageError(`this removes the ledger in ${home}; say so with --yes`);
    chooseEngine(home, input.optional('engine'));
    if (allStates(home).some(({ state }) => living(state).length > 0)) {
      throw new UserError(`the network in ${home} is running: stop it first with "onepledge network down"`, {
        code: 'RUNNING',
      });
    }
    if (dryRun) {
      const folders = takenBy(home);
      output.show({ home, dryRun, folders }, () =>
        folders.length === 0 ? 'there is nothing to remove' : `would remove ${folders.join(', ')}`,
      );
      return Promise.resolve();
    }
    const giveBack = claimHome(home);
    try {
      resetHome(home);
    } finally {
      giveBack();
    }
    output.show({ home, reset: true }, () => `the ledger in ${home} is gone; the next start begins a new one`);
    if ((process.env['DATABASE_URL'] ?? '') !== '') {
      output.note('DATABASE_URL is set: what a gateway keeps there is not removed; drop that database yourself');
    }
    return Promise.resolve();
  },
};
