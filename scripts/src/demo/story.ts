/** The story of the README, done for real: one invoice is pledged once, and never again. */
import type { HistoryEntry, PledgeView, ReceivableView } from '@onepledge/chaincode/model';
import type { ApiClient, Committed } from '../api/client';
import { historyText } from '../asset/view';
import type { Context } from '../cli/context';
import { Refusal } from '../cli/errors';
import { commitLine } from '../cli/write';
import { moneyLabel } from '../receivable/view';
import { freshInvoice, otherSpelling } from './invoice';
import { Narrator } from './narrator';

// Invented companies; the codes have right check characters (GB 32100-2015).
const SUPPLIER = { uscc: '91440300MA5DEM0P11', name: 'Nanshan Precision Parts' };
const DEBTOR = { uscc: '91440300MA5DEM0Q12', name: 'Harbour Motors' };
const AMOUNT = { currency: 'CNY', amount: '1000000.00' };
const LOAN = { currency: 'CNY', amount: '800000.00' };

/**
 * Tells and does it.
 * @throws Refusal or UserError at the first step that goes otherwise than told
 */
export async function tell({ api, output }: Context): Promise<void> {
  const narrator = new Narrator(output);
  const platform = api({ member: 'platform' });
  const supplier = api({ member: 'platform', party: SUPPLIER.uscc });
  const debtor = api({ member: 'platform', party: DEBTOR.uscc });
  const bankA = api({ member: 'bank-a' });
  const bankB = api({ member: 'bank-b' });
  const auditor = api({ member: 'platform', role: 'auditor' });
  const invoice = freshInvoice(new Date());
  const registration = (number: string): unknown => ({
    creditor: SUPPLIER,
    debtor: DEBTOR,
    amount: AMOUNT,
    dueDate: invoice.dueOn,
    evidence: [{ kind: 'INVOICE', issuer: SUPPLIER.uscc, number, amount: AMOUNT, issuedOn: invoice.issuedOn }],
  });

  narrator.say(
    `${SUPPLIER.name} has delivered to ${DEBTOR.name}, which owes it ${moneyLabel(AMOUNT)} until ${invoice.dueOn}.`,
  );
  narrator.say(`The invoice is ${invoice.number}.`);

  const receivable = await narrator.does(
    'The platform',
    'registers the receivable on the strength of that invoice.',
    async () => (await platform.act('/v1/receivables', registration(invoice.number))) as ReceivableView & Committed,
    (view) => `receivable ${view.id}, free ${moneyLabel(view.free)}\n${commitLine(view)}`,
  );
  const path = `/v1/receivables/${receivable.id}`;

  await narrator.does(
    DEBTOR.name,
    'confirms that it owes the money. It is bound by that.',
    async () => (await debtor.act(`${path}/confirmation`, { decision: 'CONFIRM' })) as ReceivableView & Committed,
    (view) => `confirmed: ${view.confirmed ? 'yes' : 'no'}\n${commitLine(view)}`,
  );

  const pledge = await narrator.does(
    SUPPLIER.name,
    `proposes to pledge all of it to bank-a, for a loan of ${moneyLabel(LOAN)}.`,
    () => propose(supplier, receivable.id, 'bank-a', invoice.dueOn),
    (view) => `pledge ${view.id} ${view.status}: it reserves nothing until bank-a signs too`,
  );

  await narrator.does(
    'bank-a',
    'accepts. All rules are checked at this moment, on every peer.',
    async () => (await bankA.act(`/v1/pledges/${pledge.id}/acceptance`, {})) as PledgeView & Committed,
    (view) => `pledge ${view.status}, rank ${view.rank ?? 0}, covers ${moneyLabel(view.covers)}\n${commitLine(view)}`,
  );

  narrator.say('\nNow somebody tries to borrow on the same invoice a second time.');
  const spelling = otherSpelling(invoice.number);
  await narrator.isRefused(
    'The platform',
    `registers the invoice again, typed as "${spelling}".`,
    ['DUPLICATE_EVIDENCE'],
    () => platform.act('/v1/receivables', registration(spelling)),
  );

  await narrator.isRefused(
    SUPPLIER.name,
    'pledges the same receivable to bank-b, which accepts.',
    ['ALREADY_ENCUMBERED', 'INSUFFICIENT_VALUE'],
    () => pledgeAgain(supplier, bankB, receivable.id, invoice.dueOn),
  );

  await narrator.does(
    'An auditor',
    'prints the history of the receivable.',
    async () =>
      (await auditor.get(`/v1/assets/${receivable.id}/history`)) as Readonly<{ items: readonly HistoryEntry[] }>,
    ({ items }) => historyText(items),
  );
  narrator.say('\nOne invoice, one pledge. Nothing was pledged twice.');
}

async function propose(
  supplier: ApiClient,
  assetId: string,
  pledgee: string,
  maturity: string,
): Promise<PledgeView & Committed> {
  const terms = {
    assetId,
    pledgor: { uscc: SUPPLIER.uscc },
    pledgee: { member: pledgee },
    covers: AMOUNT,
    secures: LOAN,
    maturity,
  };
  return (await supplier.act('/v1/pledges', terms)) as PledgeView & Committed;
}

/** Either the proposal is refused, or its acceptance: then the proposal is taken back, so that nothing is left over. */
async function pledgeAgain(supplier: ApiClient, bankB: ApiClient, assetId: string, maturity: string): Promise<void> {
  const pledge = await propose(supplier, assetId, 'bank-b', maturity);
  try {
    await bankB.act(`/v1/pledges/${pledge.id}/acceptance`, {});
  } catch (error) {
    if (error instanceof Refusal) await supplier.act(`/v1/pledges/${pledge.id}/withdrawal`, {});
    throw error;
  }
}
