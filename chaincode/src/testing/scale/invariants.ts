/** What must be true over all channels together, checked on what is committed and not by the rules themselves. */
import type { EvidenceToken } from '../../model/evidence';
import type { EvidenceRecord } from '../../domain/records';
import { key } from './cross-channel';
import type { Partitions } from './registration';

function must(holds: boolean, rule: string, subject: string): void {
  if (!holds) throw new Error(`not always true: ${rule}: ${subject}`);
}

/**
 * never-twice 1 over all channels: a document stands in one channel, backs no more than its value, and counts every asset that it backs.
 * @param settled whether all reservations have ended: then nothing counts but what backs an asset.
 * @throws Error naming the rule
 */
export function expectUnique({ channels }: Partitions, settled: boolean): void {
  const records = new Map<EvidenceToken, EvidenceRecord>();
  for (const channel of channels) {
    for (const record of channel.all(key.evidence(''))) {
      must(!records.has(record.token), 'a document stands in one channel', record.token);
      records.set(record.token, record);
    }
  }
  const backed = new Map<EvidenceToken, bigint>();
  for (const [index, channel] of channels.entries()) {
    for (const receivable of channel.all(key.receivable(''))) {
      must(channel.at(key.decision(receivable.id)) === 'REGISTERED', 'an asset was decided', receivable.id);
      for (const use of receivable.evidence) {
        const record = records.get(use.token);
        const listed = record?.uses.find(({ assetId }) => assetId === receivable.id);
        must(listed?.amount === use.used, 'a document lists what it backs', `${receivable.id} in channel ${index}`);
        must(record?.value === use.amount, 'a document has one value', receivable.id);
        backed.set(use.token, (backed.get(use.token) ?? 0n) + use.used);
      }
    }
  }
  for (const [token, { value, used }] of records) {
    const counted = backed.get(token) ?? 0n;
    must(counted <= value && used <= value, 'uses of a document never exceed its value', token);
    must(settled ? counted === used : counted <= used, 'no value is held for nobody', token);
  }
}
