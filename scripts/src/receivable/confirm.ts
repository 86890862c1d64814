/** `receivable confirm` */
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { act, pathOf } from './act';

export const confirm: CommandSpec = {
  verb: 'confirm',
  summary: 'the debtor confirms that it owes',
  details:
    "Signed by the debtor itself: --party is the debtor's code. A debtor who confirmed is bound (Civil Code 763).",
  arguments: [{ name: 'id', summary: "the receivable's id" }],
  options: WRITE_OPTIONS,
  examples: ['rcv_0123456789abcdefghjkmnpqrs --as platform --party 91350100M000100Y43'],
  run: (context, input) => act(context, input, pathOf(input, 'confirmation'), { decision: 'CONFIRM' }),
};
