/** Pledges for people. */
import type { PledgeView } from '@onepledge/chaincode/model';
import type { Committed } from '../api/client';
import { fields } from '../cli/table';
import { commitLine } from '../cli/write';
import { moneyLabel } from '../receivable/view';

/** All of a pledge, a field a line. */
export function pledgeText(view: PledgeView & Partial<Committed>): string {
  return fields([
    ['id', view.id],
    ['status', view.status],
    ['asset', view.assetId],
    ['pledgor', view.pledgor.uscc],
    ['pledgee', view.pledgee.member],
    ['covers', moneyLabel(view.covers)],
    ['secures', moneyLabel(view.secures)],
    ['maturity', view.maturity],
    ['rank', view.rank?.toString()],
    ['proposed', `by the ${view.proposedBy.toLowerCase()} at ${view.proposedAt}`],
    ['lapses', view.status === 'PROPOSED' ? view.lapsesAt : undefined],
    ['accepted', view.acceptedAt],
    ...view.releases.map((release) => ['released', `${moneyLabel(release.covers)} (${release.reason})`] as const),
    ['ledger', view.transaction === undefined ? undefined : commitLine({ transaction: view.transaction })],
  ]);
}
