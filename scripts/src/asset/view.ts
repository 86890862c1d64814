/** Histories for people. */
import type { HistoryEntry } from '@onepledge/chaincode/model';
import { table } from '../cli/table';

/** A line an event, with what a person looks for first; --json has every change. */
export function historyText(entries: readonly HistoryEntry[]): string {
  const rows = entries.map((entry) => [
    entry.block ?? '',
    entry.at,
    actorLabel(entry),
    entry.event,
    entry.changes
      .filter((change) => entry.event === UNEXPLAINED || isTold(change))
      .map(changeLabel)
      .join(', '),
  ]);
  return table(['BLOCK', 'AT', 'ACTOR', 'EVENT', 'CHANGES'], rows);
}

/** What no command made is told with all that it changed. */
const UNEXPLAINED: HistoryEntry['event'] = 'UNEXPLAINED_CHANGE';

const TOLD = new Set([
  'status',
  'amount',
  'settled',
  'encumbered',
  'free',
  'confirmed',
  'pledgee',
  'covers',
  'rank',
  'paid',
]);

type Change = HistoryEntry['changes'][number];

/** The field without the object that it belongs to: `pledges[id].status` is a status. */
function fieldOf(change: Change): string {
  return change.field.slice(change.field.lastIndexOf('.') + 1);
}

function isTold(change: Change): boolean {
  // Nothing of what is new is worth telling while it is nought.
  return TOLD.has(fieldOf(change)) && !(change.from === undefined && isNought(change.to));
}

function isNought(value: unknown): boolean {
  if (value === false) return true;
  return typeof value === 'object' && value !== null && 'amount' in value && /^[0.]+$/.test(String(value.amount));
}

function actorLabel({ actor, event, signer }: HistoryEntry): string {
  if (event === UNEXPLAINED && signer !== undefined) return `${actor.member}, signed by ${signer.mspId}`;
  const party = actor.party === undefined ? '' : ` for ${actor.party}`;
  return `${actor.member}${party}${actor.role === 'member' ? '' : ` (${actor.role})`}`;
}

function changeLabel(change: Change): string {
  const to = valueLabel(change.to);
  return change.from === undefined
    ? `${fieldOf(change)} ${to}`
    : `${fieldOf(change)} ${valueLabel(change.from)} → ${to}`;
}

const LONGEST = 60;

function valueLabel(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null && 'currency' in value && 'amount' in value) {
    return `${String(value.currency)} ${String(value.amount)}`;
  }
  if (typeof value === 'object' && value !== null && 'member' in value) return String(value.member);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
