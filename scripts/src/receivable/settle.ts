/** `receivable settle` */
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { act, pathOf } from './act';

export const settle: CommandSpec = {
  verb: 'settle',
  summary: 'the debtor records a payment',
  details: 'Claimants are paid first, by rank. Signed by the debtor itself.',
  arguments: [{ name: 'id', summary: "the receivable's id" }],
  options: [
    { flags: '--amount <money>', summary: 'what was paid: 1000.00, or "1000.00 EUR"', required: true },
    { flags: '--reference <text>', summary: 'the payment, as the payer knows it', required: true },
    ...WRITE_OPTIONS,
  ],
  examples: [
    'rcv_0123456789abcdefghjkmnpqrs --amount 1000.00 --reference TT-20261122-7 --as platform --party 91350100M000100Y43',
  ],
  run: (context, input) =>
    act(context, input, pathOf(input, 'settlements'), {
      amount: input.money('amount'),
      reference: input.text('reference'),
    }),
};
