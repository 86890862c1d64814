/** `member add` */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { CHANNEL_OPTION, DRY_RUN, SIGN } from '../operator/options';
import { followDescription, followingProcess } from '../operator/reload';
import { administer } from '../operator/session';
import { changeChannel, wayOf } from '../operator/update';

export const add: CommandSpec = {
  verb: 'add',
  summary: 'take an organisation of the description in as a member of a channel',
  details:
    'Describe it in consortium.yaml first: the organisation, and its name among the channel’s members. Its certificates go into the channel’s configuration, signed by the members ' +
    'whose administrators’ keys are in the home (a majority must be); then its peer joins, installs the chaincode and approves what is in force. ' +
    'It endorses once the chaincode’s endorsement policy names it: change that in the description and run `chaincode upgrade`. Interrupted, it goes on where it was.',
  arguments: [{ name: 'organisation', summary: 'its name in consortium.yaml' }],
  options: [CHANNEL_OPTION, SIGN, DRY_RUN],
  examples: ['bank-c --dry-run', 'bank-c'],
  async run(context, input) {
    const { home, output } = context;
    await administer(context, async (session) => {
      const { consortium, administration } = session;
      const way = wayOf(session, input);
      const { channel, dryRun } = way;
      const name = input.argument(0);
      const organization = consortium.organizations.find((one) => one.name === name);
      if (organization === undefined) {
        throw new UserError(`consortium.yaml does not describe an organisation "${name}"`, { code: 'NOT_FOUND' });
      }
      if (consortium.channels.find((one) => one.name === channel)?.members.includes(name) !== true) {
        throw new UserError(`consortium.yaml does not name ${name} among the members of ${channel}`, {
          code: 'NOT_FOUND',
        });
      }
      // Nothing is changed where the peer could not come in afterwards.
      if (!dryRun && way.sign === undefined) await followingProcess(administration);
      const { approveInForce, isFabric, memberDefinition, readConfiguration } =
        await import('@onepledge/network/administration');
      const { addOrganization, describe } = await import('@onepledge/network/configuration');
      const { mspId } = organization;
      const { members } = describe(await readConfiguration(administration, channel));
      const isMember = members.some((member) => member.mspId === mspId);
      const changed = isMember
        ? undefined
        : await changeChannel(
            context,
            session,
            way,
            addOrganization(await memberDefinition(home, consortium, name, dryRun)),
          );
      const { lines = [], done = !dryRun } = changed ?? {};
      if (done) {
        output.note(`bringing ${name} in`);
        const { readConnection } = await import('@onepledge/network');
        await followDescription(session, `the peer of ${name} is in ${channel}`, () =>
          Promise.resolve(readConnection(home).organizations.some((one) => one.name === name)),
        );
        // Fabric's nodes do that as they follow the description.
        if (!isFabric(home)) await approveInForce(home, consortium, channel, name);
      }
      output.show({ channel, member: name, mspId, dryRun, lines }, () =>
        [...lines, done ? `${name} is a member of ${channel}; gateways serve it` : `would bring ${name} in`].join('\n'),
      );
    });
  },
};
