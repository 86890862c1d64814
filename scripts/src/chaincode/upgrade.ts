/** `chaincode upgrade` */
import type { CommandSpec } from '../cli/command';
import { administer } from '../operator/session';
import { DRY_RUN, PLACE_OPTIONS, readNext, VERSION_OPTION } from './options';
import { approveAll, commitDefinition, dropUnused, installPackages, packagesOf, untilServed, wordsOf } from './steps';

export const upgrade: CommandSpec = {
  verb: 'upgrade',
  summary: 'bring the next definition into force without a stop',
  details:
    'Package, start the new processes, install, approve and commit, for every organisation whose keys are in the home; then the old processes stop. ' +
    'On real Fabric the new processes run what is built now. On the embedded network the definition changes alone: the program is the one that runs. ' +
    'Interrupted, it goes on where it was.',
  options: [...PLACE_OPTIONS, VERSION_OPTION, DRY_RUN],
  examples: ['--to 1.1', '--to 1.1 --dry-run', ''],
  async run(context, input) {
    const { output } = context;
    await administer(context, async (all) => {
      const { summaryOf } = await import('@onepledge/network/administration');
      const { next, place, committed, session } = await readNext(all, input);
      const definition = summaryOf(next);
      const before = committed === undefined ? null : summaryOf(committed);
      if (input.has('dryRun')) {
        const organizations = session.administration.organizations.map(({ name }) => name);
        output.show({ dryRun: true, before, definition, organizations }, () =>
          [
            `would bring ${wordsOf(next)} into force in place of ${committed === undefined ? 'nothing' : wordsOf(committed)}`,
            `  policy      ${definition.endorsementPolicy}`,
            `  collections ${definition.collections.join(', ') || 'none'}`,
            `  packaged, installed and approved by ${organizations.join(', ')}`,
          ].join('\n'),
        );
        return;
      }
      const started = performance.now();
      const packages = await packagesOf(session, next);
      await untilServed(packages);
      await installPackages(session, packages, output);
      await approveAll(session, place, next, packages, output);
      await commitDefinition(session, place, next);
      await dropUnused(all, place);
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      output.show({ before, committed: definition, seconds }, () => `${wordsOf(next)} is in force, after ${seconds} s`);
    });
  },
};
