/** `channel join` */
import type { CommandSpec } from '../cli/command';
import { DRY_RUN } from '../operator/options';
import { administer } from '../operator/session';
import { describeJoin, joinHere } from './joining';

export const join: CommandSpec = {
  verb: 'join',
  summary: "join an organisation's peer to a channel that is there",
  details:
    'Left out, --as means all organisations whose keys are in the home. Who is in the channel already stays as it is.',
  arguments: [{ name: 'channel', summary: 'its name in consortium.yaml' }],
  options: [DRY_RUN],
  examples: ['trade-2 --as bank-a', 'trade-2'],
  async run(context, input) {
    await administer(context, async (session) => {
      const channel = input.argument(0);
      if (input.has('dryRun')) describeJoin(context, session, channel);
      else await joinHere(context, session, channel);
    });
  },
};
