/** `channel update` */
import { readFileSync } from 'node:fs';
import type { BatchSettings } from '@onepledge/network/configuration';
import type { CommandSpec } from '../cli/command';
import { UsageError } from '../cli/errors';
import type { Input } from '../cli/input';
import { afterMoves } from '../operator/moved';
import { CHANNEL_OPTION, DRY_RUN, SIGN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, orderingSigner, signedLine, signInto, wayOf } from '../operator/update';

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
    SIGN,
    DRY_RUN,
  ],
  examples: ['--batch-timeout 100', '--batch-timeout 100 --as bank-a --sign update.pb', '--file update.pb'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { readConfiguration, submitUpdate } = await import('@onepledge/network/administration');
      const { diff, movedOrderers, readUpdateTransaction, setBatch } = await import('@onepledge/network/configuration');
      const { output } = context;
      const way = wayOf(session, input);
      const { channel, dryRun, sign } = way;
      const file = input.optional('file');
      if (file === undefined) {
        const result = await changeChannel(context, session, way, setBatch(batchOf(input)));
        output.show(result, () => result.lines.join('\n'));
        return;
      }
      const envelope = readUpdateTransaction(readFileSync(file));
      if (sign !== undefined) {
        const signed = await signInto(session, sign, envelope);
        output.show({ channel, file: sign, signed }, () => signedLine(sign, signed));
        return;
      }
      if (dryRun) {
        output.show({ channel, dryRun, submitted: false }, () => 'would submit it');
        return;
      }
      const before = await readConfiguration(session.administration, channel);
      await submitUpdate(session.administration, channel, envelope, await orderingSigner(session));
      const after = await readConfiguration(session.administration, channel);
      const lines = diff(before, after);
      const next = afterMoves(movedOrderers(before, after));
      for (const line of next) output.note(line);
      output.show({ channel, dryRun, submitted: true, lines, ...(next.length === 0 ? {} : { next }) }, () =>
        [`${channel} is updated`, ...lines.map((line) => `  ${line}`)].join('\n'),
      );
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
