/** `receivable reject` */
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { act, pathOf } from './act';

export const reject: CommandSpec = {
  verb: 'reject',
  summary: 'the debtor disputes the debt',
  details: "Signed by the debtor itself: --party is the debtor's code. A disputed receivable takes no new claim.",
  arguments: [{ name: 'id', summary: "the receivable's id" }],
  options: [{ flags: '--reason <text>', summary: 'why', required: true }, ...WRITE_OPTIONS],
  examples: ['rcv_0123456789abcdefghjkmnpqrs --reason "goods never arrived" --as platform --party 91350100M000100Y43'],
  run: (context, input) =>
    act(context, input, pathOf(input, 'confirmation'), { decision: 'REJECT', reason: input.text('reason') }),
};
