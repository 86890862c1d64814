/** A registration's answer without what its command says: answers stand in the block, at every peer and orderer. */
import type { Command, CommandOf } from './command';
import type { ActorView } from './member';
import { minorOf, moneyText, type MoneyText } from './money';
import type { ReceivableView } from './view';

/** What the ledger added to a registration. */
export type Registered = Readonly<{
  id: string;
  /** What of each document backs the receivable, in the command's order: decimal, in its currency. */
  used: readonly string[];
  registeredBy: ActorView;
  registeredAt: string;
}>;

/** The ledger's part of a receivable as it was registered. */
export function registeredOf({ id, evidence, registeredBy, registeredAt }: ReceivableView): Registered {
  return { id, used: evidence.map(({ used }) => used.amount), registeredBy, registeredAt };
}

/**
 * A receivable as it was registered, from the command and what the ledger added.
 * @throws Error where the two are not of one registration
 */
export function registeredView(command: CommandOf<'receivable.register'>, registered: Registered): ReceivableView {
  const { creditor, debtor, dueDate } = command;
  const { currency } = command.amount;
  const canonical = (money: MoneyText): MoneyText => moneyText(currency, minorOf(money));
  const amount = canonical(command.amount);
  const nothing = moneyText(currency, 0n);
  const { id, used, registeredBy, registeredAt } = registered;
  return {
    id,
    status: 'REGISTERED',
    creditor,
    debtor,
    holder: creditor,
    amount,
    settled: nothing,
    encumbered: nothing,
    free: amount,
    dueDate,
    confirmed: false,
    claims: [],
    evidence: command.evidence.map(({ kind, issuer, number, amount: value, issuedOn, digest }, i) => {
      const backing = used[i];
      if (backing === undefined) throw new Error(`the ledger did not say what of document ${i} is used`);
      return {
        ...{ kind, issuer, number, issuedOn },
        ...(digest === undefined ? {} : { digest }),
        ...{ amount: canonical(value), used: { currency, amount: backing } },
      };
    }),
    settlements: [],
    sequence: 1,
    registeredBy,
    registeredAt,
  };
}

/**
 * What a client is shown of a command that was carried out, from what the ledger answered.
 * @param command null where it is not known any more
 */
export function shownOf(command: Command | null, value: unknown): unknown {
  const added = command?.type === 'receivable.register' && command.answer === 'ADDED';
  return added ? registeredView(command, value as Registered) : value;
}
