/** The endorsements that this very process has signed: they need no second look when their transaction is validated. */
import { createHash } from 'node:crypto';
import { type Endorsement } from '../wire/proposal';

/** Enough for several full blocks; each entry is some 150 bytes. */
const DEFAULT_LIMIT = 20_000;

/** Remembers a bounded number of endorsements, the latest ones. */
export class OwnEndorsements {
  readonly #limit: number;
  /** Digest of what was signed, by signature. */
  readonly #digests = new Map<string, string>();

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  remember(payload: Uint8Array, endorsement: Endorsement): void {
    this.#digests.set(endorsement.signature.toString('latin1'), digest(payload, endorsement.endorser));
    if (this.#digests.size <= this.#limit) return;
    const [oldest] = this.#digests.keys();
    if (oldest !== undefined) this.#digests.delete(oldest);
  }

  /** Whether exactly this payload was endorsed here with exactly this signature and identity. */
  includes(payload: Uint8Array, endorsement: Endorsement): boolean {
    const known = this.#digests.get(endorsement.signature.toString('latin1'));
    return known !== undefined && known === digest(payload, endorsement.endorser);
  }
}

function digest(payload: Uint8Array, endorser: Uint8Array): string {
  return createHash('sha256').update(payload).update(endorser).digest().toString('latin1');
}
