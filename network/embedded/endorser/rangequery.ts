/** What a range read has seen, kept as Fabric keeps it: the reads themselves, or their Merkle summary when many. */
import { createHash } from 'node:crypto';
import { encodeQueryReads, type KVRead, type MerkleSummary } from '../wire/rwset';

/** Fabric's degree of the tree: up to so many reads are listed, more are hashed. */
const MAX_DEGREE = 50;

/** Collects the reads of one range query, in order. */
export class RangeQueryResults {
  readonly #maxDegree: number;
  #pending: KVRead[] = [];
  readonly #levels = new Map<number, Buffer[]>();
  #maxLevel = 1;

  constructor(maxDegree = MAX_DEGREE) {
    this.#maxDegree = maxDegree;
  }

  add(read: KVRead): void {
    this.#pending.push(read);
    if (this.#pending.length > this.#maxDegree) this.#hashPending();
  }

  /** All reads, or their summary; call it once. */
  done(): readonly KVRead[] | MerkleSummary {
    if (this.#levels.size === 0) return this.#pending;
    if (this.#pending.length > 0) this.#hashPending();
    for (let level = 1; level < this.#maxLevel; level += 1) {
      const hashes = this.#levels.get(level) ?? [];
      const [only] = hashes;
      if (only === undefined) continue;
      this.#levels.delete(level);
      this.#append(level + 1, hashes.length === 1 ? only : hashOf(...hashes));
    }
    const top = this.#levels.get(this.#maxLevel) ?? [];
    if (top.length > this.#maxDegree) {
      this.#levels.delete(this.#maxLevel);
      this.#append(this.#maxLevel + 1, hashOf(...top));
    }
    return {
      maxDegree: this.#maxDegree,
      maxLevel: this.#maxLevel,
      maxLevelHashes: this.#levels.get(this.#maxLevel) ?? [],
    };
  }

  #hashPending(): void {
    this.#append(1, hashOf(encodeQueryReads(this.#pending)));
    this.#pending = [];
    for (let level = 1; ; level += 1) {
      const hashes = this.#levels.get(level) ?? [];
      if (hashes.length <= this.#maxDegree) return;
      this.#levels.delete(level);
      this.#append(level + 1, hashOf(...hashes));
    }
  }

  #append(level: number, hash: Buffer): void {
    const hashes = this.#levels.get(level);
    if (hashes === undefined) this.#levels.set(level, [hash]);
    else hashes.push(hash);
    this.#maxLevel = Math.max(this.#maxLevel, level);
  }
}

function hashOf(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
