/** Ids made from the command that creates: the same command cannot make two things. */
import { createHash } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

function digestText(parts: readonly string[], length: number): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  let text = '';
  let bits = 0;
  let count = 0;
  for (const byte of digest) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 5 && text.length < length; count -= 5) text += ALPHABET[(bits >> (count - 5)) & 31] ?? '';
    bits &= (1 << count) - 1;
  }
  return text;
}

/** The id of the receivable that a member's command registers. */
export function receivableId(mspId: string, commandId: string): string {
  return `rcv_${digestText(['receivable', mspId, commandId], 26)}`;
}

/** The id of the pledge that a member's command proposes on an asset. */
export function pledgeId(assetId: string, mspId: string, commandId: string): string {
  return `${assetId}.${digestText(['pledge', assetId, mspId, commandId], 13)}`;
}
