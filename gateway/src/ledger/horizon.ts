/**
 * How far each member's peer is known to be. Every peer has a ledger of its own: what this gateway was told of through one, another may not have
 * yet, and would answer NOT_FOUND, or refuse by what was before.
 */

/** A transaction that is committed, and its block. */
export type Landmark = Readonly<{ transactionId: string; block: bigint }>;

export class Horizon {
  #newest: Landmark | undefined;
  readonly #reached = new Map<string, bigint>();

  /** Notes that a member's peer has committed a transaction. */
  note(member: string, transactionId: string, block: bigint): void {
    this.remember({ transactionId, block });
    if ((this.#reached.get(member) ?? -1n) < block) this.#reached.set(member, block);
  }

  /** What was told before this run, by the records: no peer is known to have it yet. */
  remember(landmark: Landmark): void {
    if (this.#newest === undefined || this.#newest.block < landmark.block) this.#newest = landmark;
  }

  /** What a member's peer must have before it may be asked; undefined when it is known to have it. */
  due(member: string): Landmark | undefined {
    if (this.#newest === undefined || (this.#reached.get(member) ?? -1n) >= this.#newest.block) return undefined;
    return this.#newest;
  }

  /** Another peer is asked for the member from now on, or the same one after it was gone. */
  forget(member: string): void {
    this.#reached.delete(member);
  }

  /** The network runs anew: any of its peers may have come less far than the one that told. What was told stays. */
  forgetAll(): void {
    this.#reached.clear();
  }
}
