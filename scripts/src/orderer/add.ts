/** `orderer add` */
import type { CommandSpec } from '../cli/command';
import { ONE_ORDERER, requireFabric } from '../operator/embedded';
import { CHANNEL_OPTION, DRY_RUN, SIGN } from '../operator/options';
import { followDescription } from '../operator/reload';
import { administer } from '../operator/session';
import { changeChannel, describeChannel, wayOf } from '../operator/update';

export const add: CommandSpec = {
  verb: 'add',
  summary: 'take an orderer of the description in as a consenter',
  details:
    'Describe it in consortium.yaml first, among all the others: once a fifth is there, the four must be named too. Its certificates go into the channel’s consenters and endpoints, with the rule that says ' +
    'how many of them make a block good; then it starts, joins and fetches the chain. One at a time. Interrupted, it goes on where it was.',
  arguments: [{ name: 'orderer', summary: 'its name in consortium.yaml' }],
  options: [CHANNEL_OPTION, SIGN, DRY_RUN],
  examples: ['orderer4 --dry-run', 'orderer4'],
  async run(context, input) {
    const { home, output } = context;
    await administer(context, async (session) => {
      await requireFabric(context.home, ONE_ORDERER);
      const { consenterOf } = await import('@onepledge/network/administration');
      const { addOrderer } = await import('@onepledge/network/configuration');
      const way = wayOf(session, input);
      const { channel, dryRun } = way;
      const name = input.argument(0);
      const consenter = await consenterOf(home, session.consortium, name, dryRun);
      const { configuration } = await describeChannel(session, input);
      const address = `${consenter.host}:${consenter.port}`;
      const isConsenter = configuration.ordering.consenters.some((one) => one.address === address);
      const changed = isConsenter ? undefined : await changeChannel(context, session, way, addOrderer(consenter));
      const { lines = [], done = !dryRun } = changed ?? {};
      if (done) {
        output.note(`starting ${name}`);
        const { readConnection } = await import('@onepledge/network');
        const { askHealth, readNodeStates } = await import('@onepledge/network/fabric');
        await followDescription(session, `${name} runs`, async () => {
          const node = readNodeStates(home)?.nodes.find((one) => one.name === name);
          const told = readConnection(home).orderers.some(({ endpoint }) => endpoint === address);
          return told && node?.pid !== undefined && (await askHealth(node)).healthy;
        });
      }
      output.show({ channel, orderer: name, address, dryRun, lines }, () =>
        [...lines, done ? `${name} orders ${channel} at ${address}` : `would start ${name}`].join('\n'),
      );
    });
  },
};
