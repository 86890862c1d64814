/** `member move` */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { CHANNEL_OPTION, DRY_RUN, SIGN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, wayOf } from '../operator/update';

export const move: CommandSpec = {
  verb: 'move',
  summary: 'tell the channel another address of a member’s peer',
  details:
    'Give the peer its new host and port in consortium.yaml first. Others’ peers find the member’s by the address in the channel’s configuration (its anchor peer), which the member’s own administrator may change.',
  arguments: [{ name: 'organisation', summary: 'its name in consortium.yaml' }],
  options: [CHANNEL_OPTION, SIGN, DRY_RUN],
  examples: ['bank-b --dry-run', 'bank-b'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { setAnchorPeers } = await import('@onepledge/network/configuration');
      const name = input.argument(0);
      const found = session.consortium.organizations.find((one) => one.name === name);
      if (found === undefined) {
        throw new UserError(`consortium.yaml does not describe an organisation "${name}"`, { code: 'NOT_FOUND' });
      }
      const change = setAnchorPeers(found.mspId, found.peers.slice(0, 1));
      const result = await changeChannel(context, session, wayOf(session, input), change);
      context.output.show({ ...result, member: name }, () => result.lines.join('\n'));
    });
  },
};
