/** `orderer add` */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { CHANNEL_OPTION, DRY_RUN } from '../operator/options';
import { followDescription } from '../operator/reload';
import { administer } from '../operator/session';
import { changeChannel, describeChannel } from '../operator/update';

export const add: CommandSpec = {
  verb: 'add',
  summary: 'take an orderer of the description in as a consenter',
  details:
    'Describe it in consortium.yaml first, among all the others: once a fifth is there, the four must be named too. Its certificates go into the channel’s consenters and endpoints, with the rule that says ' +
    'how many of them make a block good; then it starts, joins and fetches the chain. One at a time. Interrupted, it goes on where it was.',
  arguments: [{ name: 'orderer', summary: 'its name in consortium.yaml' }],
  options: [CHANNEL_OPTION, DRY_RUN],
  examples: ['orderer4 --dry-run', 'orderer4'],
  async run(context, input) {
    const { home, output } = context;
    await administer(context, async (session) => {
      const { consenterOf } = await import('@onepledge/network/administration');
      const { addOrderer } = await import('@onepledge/network/configuration');
      const name = input.argument(0);
      if (session.consortium.orderer.orderers.every((one) => one.name !== name)) {
        throw new UserError(`consortium.yaml does not describe an orderer "${name}"`, { code: 'NOT_FOUND' });
      }
      const dryRun = input.has('dryRun');
      const consenter = await consenterOf(home, session.consortium, name, dryRun);
      const { channel, configuration } = await describeChannel(session, input);
      const address = `${consenter.host}:${consenter.port}`;
      const isConsenter = configuration.ordering.consenters.some((one) => one.address === address);
      const lines = isConsenter
        ? []
        : (await changeChannel(context, session, channel, dryRun, addOrderer(consenter))).lines;
      if (!dryRun) {
        output.note(`starting ${name}`);
        const { readConnection } = await import('@onepledge/network');
        const { askHealth, readNodeStates } = await import('@onepledge/network/fabric');
        await followDescription(session, `${name} runs`, async () => {
          const node = readNodeStates(home)?.nodes.find((one) => one.name === name);
          const told = readConnection(home).orderers.some(({ endpoint }) => endpoint === `localhost:${consenter.port}`);
          return told && node?.pid !== undefined && (await askHealth(node)).healthy;
        });
      }
      output.show({ channel, orderer: name, address, dryRun, lines }, () =>
        [...lines, dryRun ? `would start ${name}` : `${name} orders ${channel} at ${address}`].join('\n'),
      );
    });
  },
};
