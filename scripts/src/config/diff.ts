/** `config diff` */
import { readFileSync } from 'node:fs';
import type { CommandSpec } from '../cli/command';
import { CHANNEL_OPTION } from '../operator/options';
import { administer } from '../operator/session';
import { channelOf } from '../operator/update';

export const diff: CommandSpec = {
  verb: 'diff',
  summary: 'where consortium.yaml, or an earlier configuration block, differs from what is in force',
  details:
    'Without a block: what the description says otherwise than the channel has it, of members, orderers, block cutting and chaincodes, with what brings it into force. ' +
    'With one, as `channel fetch`, `ledger export` or `peer channel fetch config` write it: all that has changed since.',
  arguments: [{ name: 'block', summary: 'the file of an earlier block', optional: true }],
  options: [CHANNEL_OPTION],
  examples: ['', 'config_block.pb', 'config_block.pb --json'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { changesSince, differencesFromDescription } = await import('@onepledge/network/administration');
      const { administration, consortium } = session;
      const channel = channelOf(session, input);
      const block = input.optionalArgument(0);
      const lines =
        block === undefined
          ? await differencesFromDescription(administration, consortium, channel)
          : await changesSince(administration, channel, readFileSync(block));
      context.output.show({ channel, lines }, () => (lines.length === 0 ? 'nothing is different' : lines.join('\n')));
    });
  },
};
