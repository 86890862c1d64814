/** `pledge accept` */
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { act, pathOf } from './act';

export const accept: CommandSpec = {
  verb: 'accept',
  summary: 'the other side accepts; the pledge becomes active',
  arguments: [{ name: 'id', summary: "the pledge's id" }],
  options: WRITE_OPTIONS,
  examples: ['rcv_0123456789abcdefghjkmnpqrs.0123456789abc --as bank-a'],
  run: (context, input) => act(context, input, pathOf(input, 'acceptance'), {}),
};
