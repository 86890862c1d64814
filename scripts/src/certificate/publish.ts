/** `certificate publish` */
import { readFileSync } from 'node:fs';
import type { CommandSpec } from '../cli/command';
import { CHANNEL_OPTION, DRY_RUN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, wayOf } from '../operator/update';

export const publish: CommandSpec = {
  verb: 'publish',
  summary: 'bring the revocation list of your own CA into force',
  details:
    'For members whose CA is elsewhere (`certificate revoke` is for the development CA). The list, in PEM, takes the place of the earlier one in the channel’s configuration, which the member’s own administrator may change. ' +
    'It must name its CA’s key (AuthorityKeyIdentifier). Several CAs of one member: their lists in one file.',
  arguments: [{ name: 'list', summary: 'the file of the list' }],
  options: [CHANNEL_OPTION, DRY_RUN],
  examples: ['factor-a.crl.pem --as factor-a --dry-run', 'factor-a.crl.pem --as factor-a'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { setRevocationList } = await import('@onepledge/network/configuration');
      const [{ name, mspId }] = session.administration.organizations;
      const change = setRevocationList(mspId, [readFileSync(input.argument(0), 'utf8')]);
      const result = await changeChannel(context, session, wayOf(session, input), change);
      context.output.show({ ...result, member: name }, () => result.lines.join('\n'));
    });
  },
};
