/** /v1/assets: the history of an asset, with the blocks that hold it. */
import { type HistoryEntry, HistoryEntrySchema, type Member, NOBODY, UNEXPLAINED } from '@onepledge/chaincode/model';
import { z } from 'zod';
import type { Principal } from '../../auth/principal';
import type { Blocks, Place } from '../../ledger/blocks';
import { readRoute, type Route } from '../route';
import { AssetParams } from '../schemas';
import type { Services } from '../services';

const HistorySchema = z
  .strictObject({
    items: z.array(HistoryEntrySchema),
    next: z.null(),
    whole: z
      .boolean()
      .describe(
        "Whether it begins with the asset's first change. The peer of a member that joined by a snapshot has nothing from before that; another member's has",
      ),
    leftOut: z
      .literal(true)
      .optional()
      .describe('Where there are very many proposals that nobody accepted: it does not tell of all of them'),
  })
  .meta({ id: 'History' });

export function assetRoutes({ reads, blocks, directory }: Services): readonly Route[] {
  return [
    readRoute({
      path: '/v1/assets/:id/history',
      operationId: 'getAssetHistory',
      tag: 'assets',
      summary: 'Every change of an asset and its claims, oldest first',
      params: AssetParams,
      answers: { 200: { description: 'The history', schema: HistorySchema } },
      errors: ['NOT_FOUND'],
      handle: async ({ principal, params }) => {
        const [{ items, whole, leftOut }, { items: members }] = await Promise.all([
          reads.query(principal, { type: 'asset.history', id: params.id }) as Promise<History>,
          reads.query(principal, { type: 'member.list' }) as Promise<Readonly<{ items: readonly Member[] }>>,
        ]);
        // Of members that have left the records alone tell; of the others what nobody can write on the ledger counts.
        const mspIds = new Map([...members, ...directory.members()].map(({ name, mspId }) => [name, mspId]));
        const placed = await withBlocks(blocks, principal, items);
        const signed = placed.map((entry) => asSigned(entry, mspIds));
        const rest = leftOut === undefined ? {} : { leftOut };
        return { status: 200, body: { items: signed, next: null, whole: whole === true, ...rest } };
      },
    }),
  ];
}

/** @property whole missing in the answers of earlier versions of the contract */
type History = Readonly<{ items: readonly HistoryEntry[]; whole?: boolean; leftOut?: true }>;

/**
 * An event says who acted, and enough members for the chaincode's policy can write one where no claim guards the key. Who signed the transaction they
 * cannot forge: every command acts for the member of its signer, so an event of another member's is none of a command.
 */
function asSigned(entry: HistoryEntry, mspIds: ReadonlyMap<string, string>): HistoryEntry {
  const { actor, signer, event } = entry;
  // Before members are enrolled they are known by their MSP id.
  const own = signer === undefined || (mspIds.get(actor.member) ?? actor.member) === signer.mspId;
  if (own || event === UNEXPLAINED) return entry;
  const { data: _, ...rest } = entry;
  return { ...rest, event: UNEXPLAINED, actor: NOBODY };
}

/**
 * Adds the block and the signer to each entry and puts entries in the order of the chain: the contract knows no order between transactions of different
 * keys, and the clock of a transaction is its client's.
 */
async function withBlocks(
  blocks: Blocks,
  principal: Principal,
  entries: readonly HistoryEntry[],
): Promise<readonly HistoryEntry[]> {
  const ids = [...new Set(entries.map(({ transactionId }) => transactionId))];
  const places = new Map<string, Place>();
  for (const id of ids) {
    const place = await blocks.placeOf(principal, id);
    if (place !== undefined) places.set(id, place);
  }
  const placed = entries.map((entry) => ({ entry, place: places.get(entry.transactionId) }));
  // The sort keeps the order of entries of one transaction.
  placed.sort((a, b) => compare(a.place, b.place));
  return placed.map(({ entry, place }) =>
    place === undefined ? entry : { ...entry, block: place.block.toString(), signer: place.signer },
  );
}

function compare(a: Place | undefined, b: Place | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.block !== b.block) return a.block < b.block ? -1 : 1;
  return a.position - b.position;
}
