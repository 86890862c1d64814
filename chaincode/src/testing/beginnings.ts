/** How stories begin: receivables that were registered and pledges that were agreed on before. */
import type { CommandOf } from '../model/command';
import type { PledgeView, ReceivableView } from '../model/view';
import { acceptance, aProposal, aReceivable, BANK_A, memberOf, platform, supplier } from './builders';
import type { Ledger } from './ledger';

/** A receivable of SUPPLIER, 1,000.00 unless said otherwise, registered by its member. */
export function registered(
  ledger: Ledger,
  change: Partial<CommandOf<'receivable.register'>> = {},
): Promise<ReceivableView> {
  return ledger.ok(platform, aReceivable(change));
}

/** A pledge that SUPPLIER offered and the pledgee accepted: of a new receivable where the terms name none, to bank A where they name nobody. */
export async function pledged(ledger: Ledger, terms: Partial<CommandOf<'pledge.propose'>> = {}): Promise<PledgeView> {
  const { assetId = (await registered(ledger)).id, pledgee = BANK_A.mspId } = terms;
  const { id } = await ledger.ok<PledgeView>(supplier, aProposal(assetId, terms));
  return ledger.ok(memberOf({ mspId: pledgee }), acceptance(id));
}
