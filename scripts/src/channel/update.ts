/** `channel update` */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BatchSettings } from '@onepledge/network/configuration';
import type { CommandSpec } from '../cli/command';
import { UsageError } from '../cli/errors';
import type { Input } from '../cli/input';
import { CHANNEL_OPTION, DRY_RUN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, channelOf, orderingSigner } from '../operator/update';

export const update: CommandSpec = {
  verb: 'update',
  summary: 'change how blocks are cut, or sign and submit an update that others have begun',
  details:
    'An update is signed by every administrator whose key is in the home, and submitted. With --sign the signed update is written to a file instead, for the next member to sign; ' +
    'the last one submits it with --file.',
  options: [
    CHANNEL_OPTION,
    { flags: '--batch-timeout <ms>', summary: 'cut a block so long after its first transaction' },
    { flags: '--max-messages <n>', summary: 'cut a block at so many transactions' },
    { flags: '--preferred-bytes <n>', summary: 'cut a block at so many bytes' },
    {
      flags: '--file <update>',
      summary: 'an update as --sign, `configtxlator` with `peer channel signconfigtx` or another member wrote it',
    },
    { flags: '--sign <file>', summary: 'write the update there, signed, instead of submitting it' },
    DRY_RUN,
  ],
  examples: ['--batch-timeout 100', '--batch-timeout 100 --as bank-a --sign update.pb', '--file update.pb'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { planUpdate, signAll, submitUpdate } = await import('@onepledge/network/administration');
      const { readUpdateTransaction, setBatch, updateTransaction } = await import('@onepledge/network/configuration');
      const { output } = context;
      const channel = channelOf(session, input);
      const file = input.optional('file');
      const sign = input.optional('sign');
      if (sign === undefined && file === undefined) {
        const result = await changeChannel(context, session, channel, input.has('dryRun'), setBatch(batchOf(input)));
        output.show(result, () => result.lines.join('\n'));
        return;
      }
      const { administration } = session;
      const envelope =
        file === undefined
          ? (await planUpdate(administration, channel, setBatch(batchOf(input)))).envelope
          : readUpdateTransaction(readFileSync(file));
      const ordering = await orderingSigner(session);
      if (sign === undefined) {
        if (!input.has('dryRun')) await submitUpdate(administration, channel, envelope, ordering);
        output.show({ channel, dryRun: input.has('dryRun'), submitted: !input.has('dryRun') }, () =>
          input.has('dryRun') ? 'would submit it' : `${channel} is updated`,
        );
        return;
      }
      const [first] = administration.organizations;
      const signers = [...administration.organizations.map(({ signer }) => signer), ...ordering];
      writeFileSync(resolve(sign), updateTransaction(signAll(envelope, signers), first.signer));
      const signed = signers.map(({ mspId }) => mspId);
      output.show({ channel, file: resolve(sign), signed }, () => `${resolve(sign)}, signed by ${signed.join(', ')}`);
    });
  },
};

function batchOf(input: Input): Partial<BatchSettings> {
  const [timeout, messages, bytes] = [
    input.integer('batchTimeout', 1, 600_000),
    input.integer('maxMessages', 1, 1_000_000),
    input.integer('preferredBytes', 1, 100_000_000),
  ];
  const settings = {
    ...(timeout === undefined ? {} : { batchTimeoutMs: timeout }),
    ...(messages === undefined ? {} : { maxMessageCount: messages }),
    ...(bytes === undefined ? {} : { preferredMaxBytes: bytes }),
  };
  if (Object.keys(settings).length === 0) {
    throw new UsageError('say what to change: --batch-timeout, --max-messages, --preferred-bytes or --file');
  }
  return settings;
}
