/** What a registration answers without what its command says. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anInvoice, aReceivable, cny, platform } from '../testing/builders';
import { Ledger } from '../testing/ledger';
import { CommandSchema, type CommandOf } from './command';
import { formatAmount } from './money';
import { type Registered, registeredView, shownOf } from './registered';
import type { ReceivableView } from './view';

let ledger: Ledger;

beforeEach(async () => {
  ledger = await Ledger.founded();
});

/** Registers as the gateway does, and gives what a client is shown beside what the ledger has. */
async function registered(change: Parameters<typeof aReceivable>[0]) {
  const command = CommandSchema.parse(aReceivable({ ...change, answer: 'ADDED' }));
  const added = await ledger.ok<Registered>(platform, command);
  const whole = await ledger.read<ReceivableView>(platform, { type: 'receivable.get', id: added.id });
  return { command: command as CommandOf<'receivable.register'>, added, whole, shown: shownOf(command, added) };
}

describe('what a registration has added to its command', () => {
  test('makes the receivable together with it, whatever of its documents was used before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        async (before, left, more) => {
          const money = (minor: bigint) => cny(formatAmount('CNY', minor));
          const first = anInvoice({ amount: money(before + left), digest: `sha256:${'0a'.repeat(32)}` });
          const second = anInvoice({ amount: money(more + 1n) });
          await ledger.ok(platform, aReceivable({ amount: money(before), evidence: [first] }));

          const { whole, shown } = await registered({ amount: money(left + more), evidence: [first, second] });

          expect(shown).toEqual(whole);
        },
      ),
    );
  });

  test('shows amounts in one form, however the command states them', async () => {
    const { whole, shown } = await registered({ amount: cny('100.5'), evidence: [anInvoice({ amount: cny('200') })] });

    expect(shown).toEqual(whole);
    expect(whole.amount).toEqual(cny('100.50'));
  });

  test('is a fraction of the receivable', async () => {
    const { added, whole } = await registered({});

    expect(JSON.stringify(added).length).toBeLessThan(JSON.stringify(whole).length / 4);
  });

  test('of another registration is not taken for this one', async () => {
    const { command, added } = await registered({});

    expect(() => registeredView({ ...command, evidence: [...command.evidence, anInvoice()] }, added)).toThrow(
      'document 1',
    );
  });

  test('is nothing to other commands, and to those that ask for all', async () => {
    const command = CommandSchema.parse(aReceivable());
    const whole = await ledger.ok<ReceivableView>(platform, command);

    expect([shownOf(command, whole), shownOf(null, whole)]).toEqual([whole, whole]);
  });
});
