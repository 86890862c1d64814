/**
 * Orderers that run, are healthy by their own word, and take no part any more. Fabric 3.1.5 has such: one that was away for a while, and
 * that meets a decision of before while it fetches what it has missed, may wait for itself for good. Another one away then, and
 * nothing is ordered. Started again it goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FabricNode } from './node';
import { askOperations } from './operations';

/** The height of each channel's chain by the channel's name. */
export type Heights = ReadonlyMap<string, number>;

/** What a node says of its chains; no heights where it does not answer. */
export type Look = Readonly<{ name: string; orderer: boolean; heights: Heights | undefined }>;

// A look at ten nodes costs some 80 ms of processor time.
const EVERY_MS = 5000;
/** Followers of a leader that is idle look around every ten seconds: who is still behind after that will stay so. */
const FIRST_PATIENCE_MS = 15_000;
/** For one that is not helped by a start, such as an orderer that the channel has no more. */
const MOST_PATIENCE_MS = 600_000;

type Stand = Readonly<{ height: number; since: number; ahead: boolean }>;

/** Tells from looks at all nodes which orderers stand still behind others. */
export class StuckOrderers {
  readonly #stands = new Map<string, Stand>();
  readonly #patience = new Map<string, number>();

  /**
   * @param at of a clock that only goes forward, in milliseconds
   * @returns the names of the orderers that are to be started again
   */
  look(nodes: readonly Look[], at: number): readonly string[] {
    return nodes.filter((node) => node.orderer && this.#isStuck(node, nodes, at)).map(({ name }) => name);
  }

  #isStuck({ name, heights }: Look, nodes: readonly Look[], at: number): boolean {
    const stuck = [...(heights ?? [])].filter(([channel, height]) => {
      const key = `${name} ${channel}`;
      const before = this.#stands.get(key);
      const ahead = nodes.some((other) => (other.heights?.get(channel) ?? 0) > height);
      // Behind all the time, and at the same block.
      const same = before?.height === height && before.ahead && ahead;
      const since = same ? before.since : at;
      this.#stands.set(key, { height, since, ahead });
      if (before !== undefined && before.height < height) this.#patience.delete(name);
      return at - since >= (this.#patience.get(name) ?? FIRST_PATIENCE_MS);
    });
    if (heights === undefined || stuck.length > 0) this.#forget(name);
    if (stuck.length === 0) return false;
    this.#patience.set(name, Math.min((this.#patience.get(name) ?? FIRST_PATIENCE_MS) * 2, MOST_PATIENCE_MS));
    return true;
  }

  #forget(name: string): void {
    for (const key of this.#stands.keys()) if (key.startsWith(`${name} `)) this.#stands.delete(key);
  }
}

/**
 * Looks until told to end, and starts those again that are stuck. Never rejects.
 * @param nodes asked anew each time
 */
export async function watchOrderers(
  nodes: () => readonly FabricNode[],
  restart: (node: FabricNode) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const stuck = new StuckOrderers();
  for (;;) {
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    const looks = await Promise.all(nodes().map(lookAt));
    const names = stuck.look(looks, performance.now());
    const running = nodes().filter(({ name, pid }) => names.includes(name) && pid !== undefined);
    for (const node of running) await restart(node).catch(() => undefined);
  }
}

async function lookAt({ name, pid, place }: FabricNode): Promise<Look> {
  const orderer = place.kind === 'orderer';
  if (pid === undefined) return { name, orderer, heights: undefined };
  try {
    const { status, text } = await askOperations(place, '/metrics');
    return { name, orderer, heights: status === 200 ? heightsOf(text) : undefined };
  } catch {
    return { name, orderer, heights: undefined };
  }
}

/** The heights in a node's metrics. */
export function heightsOf(metrics: string): Heights {
  const lines = metrics.matchAll(/^ledger_blockchain_height\{channel="([^"]+)"\} ([0-9.e+]+)$/gm);
  return new Map([...lines].map(([, channel = '', height]) => [channel, Number(height)]));
}
