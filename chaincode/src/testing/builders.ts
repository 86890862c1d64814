/** Builders of valid things: a test changes the one thing that it is about. */
import type { Command, CommandOf, CommandType } from '../model/command';
import type { Evidence } from '../model/evidence';
import type { Member } from '../model/member';
import type { MoneyText } from '../model/money';
import { usccCheckCharacter, type Party } from '../model/party';
import type { CertifiedIdentity } from '../domain/authority';

/** The time of the tests: noon in China. */
export const NOW = '2026-11-22T04:00:00.000Z';
export const DUE = '2027-03-31';

/** A unified social credit code with a right check character, a different one for every number. */
export function uscc(number: number): string {
  const first = `91440300${String(number).padStart(9, '0')}`;
  return first + (usccCheckCharacter(first) ?? '');
}

/** A company by number. */
export function aParty(number: number): Party {
  return { uscc: uscc(number), name: `Company ${number}` };
}

export const SUPPLIER = aParty(1);
export const BUYER = aParty(2);
export const OTHER_SUPPLIER = aParty(3);
export const OTHER_BUYER = aParty(4);

function aMember(number: number, mspId: string, name: string, ...kinds: Member['kinds']): Member {
  return { mspId, name, displayName: name, uscc: uscc(900 + number), kinds };
}

export const PLATFORM = aMember(1, 'PlatformMSP', 'platform', 'REGISTRAR', 'AUDITOR');
export const BANK_A = aMember(2, 'BankAMSP', 'bank-a', 'FINANCIER');
export const BANK_B = aMember(3, 'BankBMSP', 'bank-b', 'FINANCIER');
export const WAREHOUSE = aMember(4, 'WarehouseAMSP', 'warehouse-a', 'WAREHOUSE');
export const REGULATOR = aMember(5, 'RegulatorMSP', 'regulator', 'REGULATOR');
export const ENROLMENT: readonly Member[] = [PLATFORM, BANK_A, BANK_B, WAREHOUSE, REGULATOR];

/** A member's own identity. */
export function memberOf(member: Pick<Member, 'mspId'>, role: CertifiedIdentity['role'] = 'member'): CertifiedIdentity {
  return { mspId: member.mspId, party: undefined, role };
}

/** An identity that a member's CA issued for a party; whether the party lives there is for the ledger to say. */
export function partyAt(
  party: Pick<Party, 'uscc'>,
  member: Pick<Member, 'mspId'> = PLATFORM,
  role: CertifiedIdentity['role'] = 'member',
): CertifiedIdentity {
  return { mspId: member.mspId, party: party.uscc, role };
}

export const FOUNDER = memberOf(PLATFORM, 'admin');
export const platform = memberOf(PLATFORM);
export const bankA = memberOf(BANK_A);
export const bankB = memberOf(BANK_B);
export const supplier = partyAt(SUPPLIER);
export const buyer = partyAt(BUYER);
/** Of a member whose auditors read everything. */
export const auditor = memberOf(PLATFORM, 'auditor');
export const bankAuditor = memberOf(BANK_B, 'auditor');
export const regulator = memberOf(REGULATOR);

/** Money in CNY. */
export function cny(amount: string): MoneyText {
  return { currency: 'CNY', amount };
}

let count = 0;

/** The id of a command: a UUID, a new one at each call. */
export function commandId(): string {
  count += 1;
  return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
}

/** A document number that no other call gives, in the form of a national invoice (数电票). */
export function invoiceNumber(): string {
  count += 1;
  return `2644${String(count).padStart(16, '0')}`;
}

/** A command of some type with an id of its own. */
export function anAct<T extends CommandType>(
  type: T,
  command: Omit<CommandOf<T>, 'id' | 'type'> & { id?: string },
): Command {
  return { id: commandId(), type, ...command } as unknown as Command;
}

/** An invoice of SUPPLIER over 1,000.00. */
export function anInvoice(change: Partial<Evidence> = {}): Evidence {
  return {
    kind: 'INVOICE',
    issuer: SUPPLIER.uscc,
    number: invoiceNumber(),
    amount: cny('1000.00'),
    issuedOn: '2026-11-01',
    ...change,
  };
}

/** The registration of what BUYER owes SUPPLIER, 1,000.00 on one invoice. */
export function aReceivable(change: Partial<CommandOf<'receivable.register'>> = {}): CommandOf<'receivable.register'> {
  const amount = change.amount ?? cny('1000.00');
  return {
    id: commandId(),
    type: 'receivable.register',
    creditor: SUPPLIER,
    debtor: BUYER,
    amount,
    dueDate: DUE,
    evidence: [anInvoice({ amount })],
    ...change,
  };
}

/** SUPPLIER's offer of a pledge of all of a receivable of 1,000.00 to bank A. */
export function aProposal(
  assetId: string,
  change: Partial<CommandOf<'pledge.propose'>> = {},
): CommandOf<'pledge.propose'> {
  return {
    id: commandId(),
    type: 'pledge.propose',
    assetId,
    pledgor: { uscc: SUPPLIER.uscc },
    pledgee: BANK_A.mspId,
    covers: cny('1000.00'),
    secures: cny('1000.00'),
    maturity: '2027-02-28',
    ...change,
  };
}

export const confirm = (receivableId: string): Command =>
  anAct('receivable.confirm', { receivableId, decision: 'CONFIRM' });
export const reject = (receivableId: string): Command =>
  anAct('receivable.confirm', { receivableId, decision: 'REJECT', reason: 'goods not received' });
export const cancel = (receivableId: string): Command =>
  anAct('receivable.cancel', { receivableId, reason: 'registered in error' });
export const settle = (receivableId: string, amount: string, reference = `PAY-${commandId().slice(-12)}`): Command =>
  anAct('receivable.settle', { receivableId, amount: cny(amount), reference });
export const acceptance = (pledgeId: string): Command => anAct('pledge.accept', { pledgeId });
export const withdrawal = (pledgeId: string): Command => anAct('pledge.withdraw', { pledgeId });
export const release = (pledgeId: string, covers?: string): Command =>
  anAct('pledge.release', { pledgeId, reason: 'repaid', ...(covers === undefined ? {} : { covers: cny(covers) }) });
