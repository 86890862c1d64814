/**
 * How far every peer's ledger is. On Fabric each organisation has a ledger of its own: what one has committed another may not have yet, so that
 * a test which acts for several waits until all have seen what it was answered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { enrol, readConnection } from '@onepledge/network';
import { connectAt } from './gateway-client';
import { until } from './wait';

const RETRY_MS = 200;
const REACHED_WITHIN_MS = 30_000;

export class PeerHeights {
  readonly #home: string;
  readonly #heights = new Map<string, bigint>();
  #closed = false;
  readonly #open = new Set<{ close(): void }>();

  /** @param home of a network that is ready */
  constructor(home: string) {
    this.#home = home;
    for (const { name } of readConnection(home).organizations) {
      this.#heights.set(name, 0n);
      void this.#follow(name);
    }
  }

  /** Resolves when every peer has committed the block. @throws Error when one has not in time */
  async reached(block: bigint): Promise<void> {
    const behind = (): boolean => [...this.#heights.values()].some((height) => height <= block);
    if (!behind()) return;
    const all = (): true | undefined => (this.#closed || !behind() ? true : undefined);
    await until(`all peers have block ${block}`, all, { withinMs: REACHED_WITHIN_MS, everyMs: 5 });
  }

  close(): void {
    this.#closed = true;
    for (const one of this.#open) one.close();
  }

  /** Never rejects: a peer that is away is asked again. */
  async #follow(name: string): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#read(name);
      } catch {
        // The network is stopped or starts again.
      }
      await sleep(RETRY_MS);
    }
  }

  async #read(name: string): Promise<void> {
    const connection = readConnection(this.#home);
    const identity = await enrol(this.#home, name, { name: 'watcher', attributes: {} });
    const client = connectAt(connection.organizations, name, identity);
    const startBlock = this.#heights.get(name) ?? 0n;
    const blocks = await client.gateway.getNetwork(connection.channel).getFilteredBlockEvents({ startBlock });
    const streams = {
      close: () => {
        blocks.close();
        client.close();
      },
    };
    this.#open.add(streams);
    try {
      for await (const block of blocks) this.#heights.set(name, BigInt(block.getNumber()) + 1n);
    } finally {
      this.#open.delete(streams);
      streams.close();
    }
  }
}
