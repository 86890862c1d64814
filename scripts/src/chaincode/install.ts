/** `chaincode install` */
import type { CommandSpec } from '../cli/command';
import { administer } from '../operator/session';
import { DRY_RUN, PLACE_OPTIONS, readNext, VERSION_OPTION } from './options';
import { installPackages, packagesOf } from './steps';

export const install: CommandSpec = {
  verb: 'install',
  summary: "install the organisations' packages at their peers",
  details: 'Nothing is used of it until the definition that names it is committed.',
  options: [...PLACE_OPTIONS, VERSION_OPTION, DRY_RUN],
  examples: ['--to 1.1', '--to 1.1 --as bank-a'],
  async run(context, input) {
    await administer(context, async (all) => {
      const { next, session } = await readNext(all, input);
      if (input.has('dryRun')) {
        const organizations = session.administration.organizations.map(({ name }) => name);
        context.output.show(
          { dryRun: true, definition: { name: next.name, version: next.version }, organizations },
          () =>
            [
              `would install ${next.name} ${next.version}, where it is not installed yet`,
              `  for ${organizations.join(', ')}`,
            ].join('\n'),
        );
        return;
      }
      const installed = await installPackages(session, await packagesOf(session, next), context.output);
      context.output.show({ installed }, () => `installed at ${installed.length} peers`);
    });
  },
};
