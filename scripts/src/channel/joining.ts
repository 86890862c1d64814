/** What `channel create` and `channel join` share: the nodes that come in, each once. */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { administer, type Session } from '../operator/session';

/** Joins all orderers, and the peers whose keys are here, to the channel that the first argument names, or says who would join. */
export const runJoin: CommandSpec['run'] = async (context, input) => {
  await administer(context, async (session) => {
    const { output } = context;
    const channel = input.argument(0);
    const organizations = joining(session, channel);
    if (input.has('dryRun')) {
      output.show({ dryRun: true, channel, organizations }, () =>
        [
          `would join to ${channel}, where they are not in it yet:`,
          '  all orderers',
          `  the peers of ${organizations.join(', ')}`,
        ].join('\n'),
      );
      return;
    }
    const { joinChannel } = await import('@onepledge/network/administration');
    await joinChannel(session.administration, session.consortium, channel);
    output.show(
      { channel, organizations },
      () => `in ${channel}: all orderers, the peers of ${organizations.join(', ')}`,
    );
  });
};

/** @throws UserError when the description has no such channel */
function joining({ administration, consortium }: Session, channel: string): readonly string[] {
  const found = consortium.channels.find(({ name }) => name === channel);
  if (found === undefined) {
    throw new UserError(`consortium.yaml has no channel "${channel}"`, { code: 'NOT_FOUND' });
  }
  return administration.organizations.map(({ name }) => name).filter((name) => found.members.includes(name));
}
