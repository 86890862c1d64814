/** `certificate authorities` */
import type { CommandSpec } from '../cli/command';
import { CHANNEL_OPTION, DRY_RUN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, wayOf } from '../operator/update';

export const authorities: CommandSpec = {
  verb: 'authorities',
  summary: 'bring the CAs of your home into force',
  details:
    'What stands in `ca.pem` and `tlsca.pem` takes the place of the member’s CAs in the channel’s configuration, which its own administrator may change: ' +
    'a new CA beside the old one, an intermediate one below its root. To replace a CA, have both there until nothing that the old one has issued is used any more; then take it away, and do this again.',
  arguments: [],
  options: [CHANNEL_OPTION, DRY_RUN],
  examples: ['--as factor-a --dry-run', '--as factor-a'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { heldAuthorities } = await import('@onepledge/network');
      const { setCertificateAuthorities } = await import('@onepledge/network/configuration');
      const [{ name }] = session.administration.organizations;
      const change = setCertificateAuthorities(await heldAuthorities(context.home, name));
      const result = await changeChannel(context, session, wayOf(session, input), change);
      context.output.show({ ...result, member: name }, () => result.lines.join('\n'));
    });
  },
};
