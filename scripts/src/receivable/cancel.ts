/** `receivable cancel` */
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { act, pathOf } from './act';

export const cancel: CommandSpec = {
  verb: 'cancel',
  summary: 'take a receivable back that has no claim on it',
  details: 'Its documents stay used: a cancelled receivable does not make its invoice new.',
  arguments: [{ name: 'id', summary: "the receivable's id" }],
  options: [{ flags: '--reason <text>', summary: 'why', required: true }, ...WRITE_OPTIONS],
  examples: ['rcv_0123456789abcdefghjkmnpqrs --reason "registered with a wrong due date" --as platform'],
  run: (context, input) => act(context, input, pathOf(input, 'cancellation'), { reason: input.text('reason') }),
};
