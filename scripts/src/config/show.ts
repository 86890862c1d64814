/** `config show` */
import type { ConfigurationDescription } from '@onepledge/network/configuration';
import type { CommandSpec } from '../cli/command';
import { fields, table } from '../cli/table';
import { CHANNEL_OPTION } from '../operator/options';
import { administer } from '../operator/session';
import { describeChannel } from '../operator/update';

export const show: CommandSpec = {
  verb: 'show',
  summary: 'members, orderers, policies and block cutting, as the ledger has them',
  options: [CHANNEL_OPTION],
  examples: ['', '--json'],
  async run(context, input) {
    await administer(context, async (session) => {
      const { channel, configuration } = await describeChannel(session, input);
      context.output.show({ channel, ...configuration }, () => text(channel, configuration));
    });
  },
};

function text(
  channel: string,
  { sequence, members, ordering, batch, capabilities, policies }: ConfigurationDescription,
): string {
  return [
    fields([
      ['channel', channel],
      ['updates', String(sequence)],
      ['consensus', `${ordering.consensus}${ordering.maintenance ? ', in maintenance' : ''}`],
      [
        'blocks',
        `${batch.maxMessageCount} messages, ${batch.preferredMaxBytes} bytes (at most ${batch.absoluteMaxBytes}), ${batch.batchTimeoutMs} ms`,
      ],
      ['capabilities', [...capabilities.channel, ...capabilities.orderer, ...capabilities.application].join(', ')],
    ]),
    table(
      ['MEMBER', 'ANCHOR PEERS', 'CA EXPIRES', 'REVOKED'],
      members.map(({ mspId, anchorPeers, cas, revoked }) => [
        ...[mspId, anchorPeers.join(', '), cas.map(({ notAfter }) => notAfter.slice(0, 10)).join(', ')],
        String(revoked.length),
      ]),
    ),
    table(
      ['ORDERER', 'MSP', 'IDENTITY EXPIRES', 'TLS EXPIRES'],
      ordering.consenters.map(({ address, mspId, identity, serverTls }) => [
        ...[address, mspId ?? '', identity?.notAfter.slice(0, 10) ?? '', serverTls.notAfter.slice(0, 10)],
      ]),
    ),
    table(['POLICY', 'RULE'], Object.entries(policies)),
  ].join('\n\n');
}
