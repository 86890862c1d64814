/** `member remove` */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { CHANNEL_OPTION, DRY_RUN, SIGN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, wayOf } from '../operator/update';

export const remove: CommandSpec = {
  verb: 'remove',
  summary: 'end an organisation’s membership of a channel',
  details:
    'Its clients and its peer are refused from the next block on; what it has signed stays valid, and what it holds stays on the ledger. Signed by the members whose administrators’ keys are in the home. ' +
    'Change the chaincode’s endorsement policy first (`chaincode upgrade`), where it needs the organisation; take it out of consortium.yaml afterwards.',
  arguments: [{ name: 'organisation', summary: 'its name, or its MSP id' }],
  options: [CHANNEL_OPTION, SIGN, DRY_RUN],
  examples: ['bank-c --dry-run', 'bank-c'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { removeOrganization } = await import('@onepledge/network/configuration');
      const { administration, consortium } = session;
      const name = input.argument(0);
      const known = [...administration.connection.organizations, ...consortium.organizations];
      const found = known.find((one) => one.name === name || one.mspId === name);
      if (found === undefined)
        throw new UserError(`the network knows no organisation "${name}"`, { code: 'NOT_FOUND' });
      const change = removeOrganization(found.mspId);
      const result = await changeChannel(context, session, wayOf(session, input), change);
      context.output.show({ ...result, member: found.name, mspId: found.mspId }, () =>
        [
          ...result.lines,
          ...(!result.done
            ? []
            : [`${found.name} is no member any more: take it out of consortium.yaml before the next start`]),
        ].join('\n'),
      );
    });
  },
};
