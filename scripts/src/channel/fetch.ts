/** `channel fetch` */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandSpec } from '../cli/command';
import { CHANNEL_OPTION } from '../operator/options';
import { administer } from '../operator/session';
import { channelOf } from '../operator/update';

export const fetch: CommandSpec = {
  verb: 'fetch',
  summary: "write the channel's newest configuration block to a file",
  arguments: [{ name: 'file', summary: 'where to' }],
  options: [CHANNEL_OPTION],
  examples: ['config_block.pb'],
  async run(context, input) {
    await administer(context, async (session) => {
      const channel = channelOf(session, input);
      const { configurationBlock } = await import('@onepledge/network/administration');
      const block = await configurationBlock(session.administration, channel);
      const file = resolve(input.argument(0));
      writeFileSync(file, block);
      context.output.show({ channel, file, bytes: block.length }, () => file);
    });
  },
};
