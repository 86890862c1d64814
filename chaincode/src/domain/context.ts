/** What a rule may know besides the state and the command: who acts and when. */
import type { Actor } from '../model/member';

export type Context = Readonly<{
  actor: Actor;
  /** The transaction's time, UTC, RFC 3339: the client's, checked by each endorser against its own clock to within minutes. */
  at: string;
}>;

// China has one time zone and no summer time; due dates are days there.
const CHINA_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** The calendar day in China of an instant. */
export function businessDay(at: string): string {
  return new Date(Date.parse(at) + CHINA_OFFSET_MS).toISOString().slice(0, 10);
}

/** The instant at which a calendar day in China begins. */
export function startOfBusinessDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - CHINA_OFFSET_MS).toISOString();
}

/** An instant some days later. */
export function daysLater(at: string, days: number): string {
  return new Date(Date.parse(at) + days * DAY_MS).toISOString();
}
