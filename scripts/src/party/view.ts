/** Parties for people. */
import type { PartyRecordView } from '@onepledge/chaincode/model';
import { fields } from '../cli/table';

/** A party, a field a line. */
export function partyText(view: PartyRecordView): string {
  return fields([
    ['code', view.uscc],
    ['name', view.name],
    ['member', view.member],
  ]);
}
