/** The lanes beside a lane: what needs the endorsement of members whose peers are away waits there, and holds nothing else up. */
import type { Queued } from './intent';

/** What takes commands. */
type Lane = Readonly<{ add(items: readonly Queued[]): void }>;

export class SideLanes {
  readonly #open: (claimants: readonly string[], done: () => void) => Lane;
  /** By the names of the claimants. */
  readonly #lanes = new Map<string, Lane>();
  /** The lane that an asset's commands go to, while it is there: so they keep their order. */
  readonly #places = new Map<string, string>();

  /** @param open makes a lane for commands on assets of these claimants; it calls `done` when nothing is left in it */
  constructor(open: (claimants: readonly string[], done: () => void) => Lane) {
    this.#open = open;
  }

  get empty(): boolean {
    return this.#lanes.size === 0;
  }

  /** Takes those of the commands whose assets others wait for already. @returns the others */
  route(items: readonly Queued[]): readonly Queued[] {
    if (this.empty) return items;
    return items.filter((item) => {
      const lane = this.#lanes.get(this.#places.get(item.asset ?? '') ?? '');
      lane?.add([held(item)]);
      return lane === undefined;
    });
  }

  /** Takes those of the commands on whose assets somebody has a claim. @returns the others */
  hold(items: readonly Queued[], claimants: ReadonlyMap<string, readonly string[]>): readonly Queued[] {
    return items.filter((item) => {
      const names = claimants.get(item.asset ?? '') ?? [];
      if (item.asset === undefined || names.length === 0) return true;
      const place = names.join();
      this.#places.set(item.asset, place);
      this.#lane(place, names).add([held(item)]);
      return false;
    });
  }

  #lane(place: string, claimants: readonly string[]): Lane {
    const known = this.#lanes.get(place);
    if (known !== undefined) return known;
    const made = this.#open(claimants, () => {
      this.#lanes.delete(place);
      for (const [asset, at] of this.#places) if (at === place) this.#places.delete(asset);
    });
    this.#lanes.set(place, made);
    return made;
  }
}

function held(item: Queued): Queued {
  return { ...item, heldSince: item.heldSince ?? performance.now() };
}
