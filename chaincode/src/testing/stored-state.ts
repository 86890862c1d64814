/** The ledger's values, decoded from the world state itself and not through the views that clients get. */
import type { EvidenceRecord, PartyRecord, Pledge, Receivable } from '../domain/records';
import { evidenceCodec, partyCodec, pledgeCodec, receivableCodec, type Codec } from '../ledger/codec';
import { decodeStored } from '../ledger/stored';
import type { WorldState } from './world-state';

function all<T>(world: WorldState, objectType: string, codec: Codec<T>): readonly T[] {
  const start = `\u0000${objectType}\u0000`;
  return world.range(start, `${start}\u{10ffff}`).map((key) => {
    const value = world.value(key);
    if (value === undefined) throw new Error(`no value under ${key}`);
    return decodeStored(codec, value).record;
  });
}

/** Everything that stands on a ledger. */
export type StoredState = Readonly<{
  receivables: readonly Receivable[];
  pledges: readonly Pledge[];
  evidence: readonly EvidenceRecord[];
  parties: readonly PartyRecord[];
}>;

/** Decodes all that is committed. */
export function storedState(world: WorldState): StoredState {
  return {
    receivables: all(world, 'receivable', receivableCodec),
    pledges: all(world, 'claim', pledgeCodec),
    evidence: all(world, 'evidence', evidenceCodec),
    parties: all(world, 'party', partyCodec),
  };
}
