/** `certificate revoke` */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { CHANNEL_OPTION, DRY_RUN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, wayOf } from '../operator/update';

export const revoke: CommandSpec = {
  verb: 'revoke',
  summary: 'take an identity back: refused on the channel from the next block on',
  details:
    'Its serial number goes on the revocation list of the organisation’s CA, and the list into the channel’s configuration, which the organisation’s own administrator may change. ' +
    'What it has signed before stays valid. TLS certificates are not looked up in the list: stop the node, or replace the key.',
  arguments: [{ name: 'certificate', summary: 'its file as in certificate list, its serial number, or its name' }],
  options: [CHANNEL_OPTION, DRY_RUN],
  examples: ['"Zhang Wei"', '5BA2BD06FF4D --dry-run'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { heldCertificate, keepRevocationList, revocationListWith } = await import('@onepledge/network');
      const { setRevocationList } = await import('@onepledge/network/configuration');
      const { home, output } = context;
      const { administration, consortium } = session;
      const certificate = await heldCertificate(home, input.argument(0));
      const { organization, use, serial, file, revoked } = certificate;
      if (use !== 'identity') {
        throw new UserError(`${file} is not an identity: Fabric looks up identities alone in revocation lists`, {
          code: 'NOT_POSSIBLE',
        });
      }
      if (revoked) throw new UserError(`${file} is revoked already`, { code: 'NOTHING_TO_DO' });
      const owner = [...administration.connection.organizations, consortium.orderer].find(
        ({ name }) => name === organization,
      );
      if (owner === undefined) throw new UserError(`${organization} is not of this network`, { code: 'NOT_POSSIBLE' });
      const list = await revocationListWith(home, organization, [serial]);
      const change = setRevocationList(owner.mspId, [list]);
      const result = await changeChannel(context, session, wayOf(session, input), change);
      if (!input.has('dryRun')) await keepRevocationList(home, organization, list);
      output.show({ ...result, certificate: { file, serial } }, () =>
        [
          `${input.has('dryRun') ? 'would revoke' : 'revoked'} ${file}, serial ${serial}`,
          ...result.lines.map((line) => `  ${line}`),
        ].join('\n'),
      );
    });
  },
};
