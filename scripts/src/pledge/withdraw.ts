/** `pledge withdraw` */
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { act, pathOf } from './act';

export const withdraw: CommandSpec = {
  verb: 'withdraw',
  summary: 'the proposer takes a proposal back',
  arguments: [{ name: 'id', summary: "the pledge's id" }],
  options: [{ flags: '--reason <text>', summary: 'why' }, ...WRITE_OPTIONS],
  examples: ['rcv_0123456789abcdefghjkmnpqrs.0123456789abc --as platform --party 91350100M000100Y43'],
  run: (context, input) => {
    const reason = input.optional('reason');
    return act(context, input, pathOf(input, 'withdrawal'), reason === undefined ? {} : { reason });
  },
};
