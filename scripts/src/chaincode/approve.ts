/** `chaincode approve` */
import type { CommandSpec } from '../cli/command';
import { administer } from '../operator/session';
import { DRY_RUN, PLACE_OPTIONS, readNext, VERSION_OPTION } from './options';
import { approveAll, packagesOf, wordsOf } from './steps';

export const approve: CommandSpec = {
  verb: 'approve',
  summary: 'approve the next definition for an organisation',
  details: 'The definition is the description’s: version, sequence, endorsement policy, collections.',
  options: [...PLACE_OPTIONS, VERSION_OPTION, DRY_RUN],
  examples: ['--as bank-a', '--to 1.1', '--to 1.1 --dry-run'],
  async run(context, input) {
    await administer(context, async (all) => {
      const { summaryOf } = await import('@onepledge/network/administration');
      const { next, place, session } = await readNext(all, input);
      const definition = summaryOf(next);
      if (input.has('dryRun')) {
        const organizations = session.administration.organizations.map(({ name }) => name);
        context.output.show({ dryRun: true, definition, organizations }, () =>
          [
            `would approve ${wordsOf(next)}`,
            `  by ${definition.endorsementPolicy}`,
            `  for ${organizations.join(', ')}`,
          ].join('\n'),
        );
        return;
      }
      const approvals = await approveAll(session, place, next, await packagesOf(session, next), context.output);
      context.output.show({ definition, approvals }, () => `approved by ${approvals.length}`);
    });
  },
};
