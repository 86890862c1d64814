/** Token buckets: each member may make so many requests a second, and save up one second of them. */
import { ProblemError } from '../problem';

type Bucket = { tokens: number; at: number };

export class RateLimit {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param perSecond 0 sets no limit */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * Takes one request of a member.
   * @param now milliseconds, of a clock that never goes back
   * @throws ProblemError RATE_LIMITED with Retry-After.
   */
  take(member: string, now: number): void {
    if (this.#perSecond === 0) return;
    const bucket = this.#buckets.get(member) ?? { tokens: this.#perSecond, at: now };
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    this.#buckets.set(member, bucket);
    if (bucket.tokens < 1) {
      const detail = `${member} may make ${this.#perSecond} requests a second`;
      throw new ProblemError({ code: 'RATE_LIMITED', detail }, { headers: { 'Retry-After': '1' } });
    }
    bucket.tokens -= 1;
  }
}
