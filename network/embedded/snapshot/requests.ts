/** The snapshots that are asked for and not made yet: an empty file each, so that a restart forgets none. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SnapshotError } from './errors';

export class SnapshotRequests {
  readonly #folder: string;
  readonly #blocks: Set<number>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#blocks = new Set(namesIn(folder).map(Number));
  }

  /** Block numbers, the smallest first. */
  list(): readonly number[] {
    return [...this.#blocks].sort((a, b) => a - b);
  }

  has(block: number): boolean {
    return this.#blocks.has(block);
  }

  /** @throws SnapshotError when it has been asked for already */
  add(block: number): void {
    if (this.has(block)) throw new SnapshotError(`duplicate snapshot request for block number ${block}`);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.#file(block), '', { mode: 0o600, flush: true });
    this.#blocks.add(block);
  }

  /** @throws SnapshotError when nobody has asked for it */
  delete(block: number): void {
    if (!this.has(block)) throw new SnapshotError(`no snapshot request exists for block number ${block}`);
    rmSync(this.#file(block), { force: true });
    this.#blocks.delete(block);
  }

  #file(block: number): string {
    return join(this.#folder, String(block));
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
