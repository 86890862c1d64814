/** `config diff` */
import { readFileSync } from 'node:fs';
import type { CommandSpec } from '../cli/command';
import { CHANNEL_OPTION } from '../operator/options';
import { administer } from '../operator/session';
import { channelOf } from '../operator/update';

export const diff: CommandSpec = {
  verb: 'diff',
  summary: 'what has changed from a configuration block to the configuration in force',
  details: 'The block as `channel fetch`, `ledger export` or `peer channel fetch config` write it.',
  arguments: [{ name: 'block', summary: 'the file' }],
  options: [CHANNEL_OPTION],
  examples: ['config_block.pb', 'config_block.pb --json'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { changesSince } = await import('@onepledge/network/administration');
      const channel = channelOf(session, input);
      const lines = await changesSince(session.administration, channel, readFileSync(input.argument(0)));
      context.output.show({ channel, lines }, () => (lines.length === 0 ? 'nothing is different' : lines.join('\n')));
    });
  },
};
