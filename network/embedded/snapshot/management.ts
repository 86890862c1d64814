/** One peer's snapshots of one channel: takes requests, and makes each when its block has been committed, as Fabric's kvledger does. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger } from 'pino';
import { type Channel } from '../channel';
import { type Committer } from '../committer/committer';
import { SnapshotError } from './errors';
import { generateSnapshot } from './generate';
import { SnapshotRequests } from './requests';

export class SnapshotManagement {
  readonly #requests: SnapshotRequests;
  #inProgress: number | undefined;

  /** @param folder the peer's, with the snapshots in `completed/<channel>/<block>` */
  constructor(
    private readonly folder: string,
    private readonly channel: Channel,
    private readonly committer: Committer,
    private readonly logger: Logger,
  ) {
    this.#requests = new SnapshotRequests(join(folder, 'pending', channel.name));
    // What a crash has left.
    rmSync(this.#temporary, { recursive: true, force: true });
    committer.afterBlock(async (block) => {
      if (this.#requests.has(block)) await this.#generate(block);
    });
    // A crash may have come between the block and its snapshot.
    const last = this.#last;
    if (this.#requests.has(last) && !this.#exists(last)) committer.betweenBlocks(() => this.#generate(last));
  }

  /**
   * Asks for a snapshot at a block that is the last one, or is still to come.
   * @param block 0: the last one
   * @throws SnapshotError
   */
  submit(block: number): void {
    const least = this.committer.isIdle ? this.#last : this.#last + 1;
    const wanted = block === 0 ? least : block;
    if (wanted < least) {
      throw new SnapshotError(
        `requested snapshot for block number ${wanted} cannot be less than the last committed block number ${least}`,
      );
    }
    if (wanted === this.#last && this.#exists(wanted)) {
      throw new SnapshotError(`snapshot already generated for block number ${wanted}`);
    }
    this.#requests.add(wanted);
    if (this.committer.isIdle && wanted === this.#last) {
      this.#inProgress = wanted;
      this.committer.betweenBlocks(() => this.#generate(wanted));
    }
  }

  /** @throws SnapshotError */
  cancel(block: number): void {
    if (this.#inProgress === block) {
      throw new SnapshotError('cannot cancel the snapshot request because it is under processing');
    }
    this.#requests.delete(block);
  }

  pending(): readonly number[] {
    return this.#requests.list();
  }

  get #last(): number {
    return this.channel.ledger.height - 1;
  }

  get #temporary(): string {
    return join(this.folder, 'temp', this.channel.name);
  }

  #exists(block: number): boolean {
    return existsSync(this.#completed(block));
  }

  #completed(block: number): string {
    return join(this.folder, 'completed', this.channel.name, String(block));
  }

  /** As in Fabric a snapshot that cannot be made is reported, and its request is gone. */
  async #generate(block: number): Promise<void> {
    this.#inProgress = block;
    const about = { channel: this.channel.name, block };
    try {
      await generateSnapshot(this.channel, this.#completed(block), this.#temporary);
      this.logger.info(about, 'snapshot generated');
    } catch (error) {
      this.logger.error({ ...about, err: error }, 'a snapshot cannot be generated');
    }
    this.#inProgress = undefined;
    try {
      this.#requests.delete(block);
    } catch (error) {
      this.logger.error({ ...about, err: error }, 'a request for a snapshot cannot be deleted');
    }
  }
}
