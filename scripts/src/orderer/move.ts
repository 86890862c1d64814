/** `orderer move` */
import type { CommandSpec } from '../cli/command';
import { UsageError } from '../cli/errors';
import { ONE_ORDERER, requireFabric } from '../operator/embedded';
import { CHANNEL_OPTION, DRY_RUN, SIGN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, wayOf } from '../operator/update';

export const move: CommandSpec = {
  verb: 'move',
  summary: 'tell the channel another address of an orderer',
  details:
    'Give the orderer its new host and port in consortium.yaml first. It stays the same consenter: its identity stays, and its TLS certificate is issued anew for the new name. ' +
    'In the home that has its keys. From then on the others look for it there: stop it, take its folder to the new machine, start it; one orderer at a time.',
  arguments: [{ name: 'orderer', summary: 'its name in consortium.yaml' }],
  options: [
    CHANNEL_OPTION,
    { flags: '--from <host:port>', summary: 'where the channel has it now', required: true },
    SIGN,
    DRY_RUN,
  ],
  examples: [
    'orderer0 --from orderer0.bank-b.example:7050 --sign update.pb',
    'orderer0 --from localhost:7050 --dry-run',
  ],
  async run(context, input) {
    const [, host, port] = /^([^:]+):([0-9]{1,5})$/.exec(input.text('from')) ?? [];
    if (host === undefined) throw new UsageError('option --from is host:port');
    await administer(context, async (session) => {
      await requireFabric(context.home, ONE_ORDERER);
      const { consenterOf } = await import('@onepledge/network/administration');
      const { moveOrderer } = await import('@onepledge/network/configuration');
      const name = input.argument(0);
      const way = wayOf(session, input);
      const consenter = await consenterOf(context.home, session.consortium, name, way.dryRun);
      const change = moveOrderer({ host, port: Number(port) }, consenter);
      const result = await changeChannel(context, session, way, change);
      context.output.show({ ...result, orderer: name }, () => result.lines.join('\n'));
    });
  },
};
