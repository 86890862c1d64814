/** `pledge propose` */
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { act } from './act';

export const propose: CommandSpec = {
  verb: 'propose',
  summary: 'propose a pledge to the other side',
  details:
    'By the pledgor (--party) or by the pledgee. A proposal reserves nothing: the rules are checked on acceptance.',
  options: [
    { flags: '--asset <id>', summary: "the asset's id", required: true },
    { flags: '--pledgor <uscc>', summary: 'who pledges: the holder of the asset', required: true },
    { flags: '--pledgee <member>', summary: 'the member that the pledge secures', required: true },
    {
      flags: '--covers <money>',
      summary: 'value of the asset that it covers: 1000.00, or "1000.00 EUR"',
      required: true,
    },
    { flags: '--secures <money>', summary: 'the most that it secures (default: what it covers)' },
    { flags: '--maturity <date>', summary: 'when the secured debt is due, YYYY-MM-DD', required: true },
    ...WRITE_OPTIONS,
  ],
  examples: [
    '--asset rcv_0123456789abcdefghjkmnpqrs --pledgor 91350100M000100Y43 --pledgee bank-a --covers 1000000.00 \\\n' +
      '      --maturity 2027-03-31 --as platform --party 91350100M000100Y43',
  ],
  run: (context, input) =>
    act(context, input, '', {
      assetId: input.text('asset'),
      pledgor: { uscc: input.text('pledgor') },
      pledgee: { member: input.text('pledgee') },
      covers: input.money('covers'),
      secures: input.optionalMoney('secures') ?? input.money('covers'),
      maturity: input.text('maturity'),
    }),
};
