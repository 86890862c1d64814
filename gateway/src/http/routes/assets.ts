/** /v1/assets: the history of an asset, with the blocks that hold it. */
import { type HistoryEntry, HistoryEntrySchema } from '@onepledge/chaincode/model';
import { z } from 'zod';
import type { Principal } from '../../auth/principal';
import type { Blocks, Place } from '../../ledger/blocks';
import { readRoute, type Route } from '../route';
import { AssetParams } from '../schemas';
import type { Services } from '../services';

const HistorySchema = z.strictObject({ items: z.array(HistoryEntrySchema), next: z.null() }).meta({ id: 'History' });

export function assetRoutes({ reads, blocks }: Services): readonly Route[] {
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
        const entries = entriesOf(await reads.query(principal, { type: 'asset.history', id: params.id }));
        return { status: 200, body: { items: await withBlocks(blocks, principal, entries), next: null } };
      },
    }),
  ];
}

function entriesOf(value: unknown): readonly HistoryEntry[] {
  if (Array.isArray(value)) return value as readonly HistoryEntry[];
  return (value as { items: readonly HistoryEntry[] }).items;
}

/**
 * Adds the block to each entry and puts entries in the order of the chain: the contract knows no order between transactions of different
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
  return placed.map(({ entry, place }) => (place === undefined ? entry : { ...entry, block: place.block.toString() }));
}

function compare(a: Place | undefined, b: Place | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.block !== b.block) return a.block < b.block ? -1 : 1;
  return a.position - b.position;
}
