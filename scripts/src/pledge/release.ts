/** `pledge release` */
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { act, pathOf } from './act';

export const release: CommandSpec = {
  verb: 'release',
  summary: 'the pledgee releases a pledge, whole or in part',
  arguments: [{ name: 'id', summary: "the pledge's id" }],
  options: [
    { flags: '--covers <money>', summary: 'the value to release (default: all)' },
    { flags: '--reason <text>', summary: 'why', required: true },
    ...WRITE_OPTIONS,
  ],
  examples: ['rcv_0123456789abcdefghjkmnpqrs.0123456789abc --reason "loan repaid" --as bank-a'],
  run: (context, input) => {
    const covers = input.optionalMoney('covers');
    const body = { ...(covers === undefined ? {} : { covers }), reason: input.text('reason') };
    return act(context, input, pathOf(input, 'release'), body);
  },
};
