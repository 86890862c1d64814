/** Histories for people. */
import type { HistoryEntry } from '@onepledge/chaincode/model';
import { table } from '../cli/table';

/** A line an event, with what changed below the event that changed it. */
export function historyText(entries: readonly HistoryEntry[]): string {
  const rows = entries.map((entry) => [
    entry.block ?? '',
    entry.at,
    actorLabel(entry.actor),
    entry.event,
    entry.changes.map(changeLabel).join(', '),
  ]);
  return table(['BLOCK', 'AT', 'ACTOR', 'EVENT', 'CHANGES'], rows);
}

function actorLabel(actor: HistoryEntry['actor']): string {
  const party = actor.party === undefined ? '' : ` for ${actor.party}`;
  return `${actor.member}${party}${actor.role === 'member' ? '' : ` (${actor.role})`}`;
}

function changeLabel(change: HistoryEntry['changes'][number]): string {
  const to = valueLabel(change.to);
  return change.from === undefined ? `${change.field} ${to}` : `${change.field} ${valueLabel(change.from)} → ${to}`;
}

const LONGEST = 60;

function valueLabel(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null && 'currency' in value && 'amount' in value) {
    return `${String(value.currency)} ${String(value.amount)}`;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
