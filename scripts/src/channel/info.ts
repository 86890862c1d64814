/** `channel info` */
import type { CommandSpec } from '../cli/command';
import { table } from '../cli/table';
import { CHANNEL_OPTION } from '../operator/options';
import { administer } from '../operator/session';
import { describeChannel } from '../operator/update';

export const info: CommandSpec = {
  verb: 'info',
  summary: 'where each peer stands on a channel, and who orders',
  options: [CHANNEL_OPTION],
  examples: ['', '--json'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { channel, configuration } = await describeChannel(session, input);
      const { sequence, members, ordering } = configuration;
      const peers = await Promise.all(
        session.administration.organizations
          .filter(({ mspId }) => members.some((member) => member.mspId === mspId))
          .map(async ({ name, mspId, administrator }) => ({
            ...{ organization: name, mspId },
            ...(await administrator.channelInfo(channel)),
          })),
      );
      const orderers = ordering.consenters.map(({ address }) => address);
      const result = { channel, updates: sequence, consensus: ordering.consensus, orderers, peers };
      context.output.show(result, () =>
        [
          `${channel}: ${members.length} members, ${ordering.consensus} with ${orderers.length} orderers (${orderers.join(', ')}), ${sequence} updates`,
          table(
            ['ORGANISATION', 'HEIGHT', 'LAST BLOCK'],
            peers.map(({ organization, height, currentBlockHash }) => [organization, String(height), currentBlockHash]),
          ),
        ].join('\n'),
      );
    });
  },
};
