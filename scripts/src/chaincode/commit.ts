/** `chaincode commit` */
import type { CommandSpec } from '../cli/command';
import { administer } from '../operator/session';
import { DRY_RUN, PLACE_OPTIONS, readNext, VERSION_OPTION } from './options';
import { commitDefinition, wordsOf } from './steps';

export const commit: CommandSpec = {
  verb: 'commit',
  summary: 'commit the next definition, once enough members have approved it',
  details:
    'It is in force from the block that commits it. What was endorsed before and comes after it is endorsed anew by the gateway.',
  options: [...PLACE_OPTIONS, VERSION_OPTION, DRY_RUN],
  examples: ['--to 1.1', '--dry-run'],
  async run(context, input) {
    await administer(context, async (all) => {
      const { summaryOf } = await import('@onepledge/network/administration');
      const { next, place, session } = await readNext(all, input);
      const definition = summaryOf(next);
      if (input.has('dryRun')) {
        const [first] = session.administration.organizations;
        const readiness = Object.fromEntries(await first.administrator.readiness(place.channel.name, next));
        context.output.show({ dryRun: true, definition, approvals: readiness }, () =>
          [
            `would commit ${wordsOf(next)}`,
            ...Object.entries(readiness).map(([mspId, approved]) => `  ${approved ? '✓' : '✗'} ${mspId}`),
          ].join('\n'),
        );
        return;
      }
      await commitDefinition(session, place, next);
      context.output.show({ committed: definition }, () => `committed ${wordsOf(next)}`);
    });
  },
};
