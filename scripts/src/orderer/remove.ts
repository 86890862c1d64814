/** `orderer remove` */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { ONE_ORDERER, requireFabric } from '../operator/embedded';
import { CHANNEL_OPTION, DRY_RUN, SIGN } from '../operator/options';
import { administer } from '../operator/session';
import { changeChannel, wayOf } from '../operator/update';

export const remove: CommandSpec = {
  verb: 'remove',
  summary: 'take an orderer out of the consenters',
  details:
    'Of n orderers, (n − 1) / 3 may fail or lie: with fewer than four there is no room for one. The orderer goes on running until it is taken out of consortium.yaml and the network is started again.',
  arguments: [{ name: 'orderer', summary: 'its name in consortium.yaml, or its host:port' }],
  options: [CHANNEL_OPTION, SIGN, DRY_RUN],
  examples: ['orderer4 --dry-run', 'orderer4', 'localhost:11050'],
  async run(context, input) {
    const { home, output } = context;
    await administer(context, async (session) => {
      await requireFabric(context.home, ONE_ORDERER);
      const { consenterOf } = await import('@onepledge/network/administration');
      const { removeOrderer } = await import('@onepledge/network/configuration');
      const dryRun = input.has('dryRun');
      const way = wayOf(session, input);
      const name = input.argument(0);
      const [, host, port] = /^([^:]+):([0-9]{1,5})$/.exec(name) ?? [];
      const where =
        host !== undefined && port !== undefined
          ? { host, port: Number(port) }
          : await consenterOf(home, session.consortium, name, dryRun);
      if (where.port > 65_535) throw new UserError(`${name} is no address`, { code: 'NOT_FOUND' });
      const result = await changeChannel(context, session, way, removeOrderer(where));
      output.show({ ...result, orderer: name }, () =>
        [...result.lines, ...(result.done ? [`${name} orders ${result.channel} no more`] : [])].join('\n'),
      );
    });
  },
};
