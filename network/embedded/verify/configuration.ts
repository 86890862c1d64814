/** What block 0 says of a channel: its name, and the transaction that its configuration is. */
import { LedgerError } from '../ledger/ledger';
import { type Block } from '../wire/block';
import { type ChannelHeader, decodeChannelHeader, decodeEnvelope, decodePayload, HeaderType } from '../wire/common';
import { NO_BYTES, WireError } from '../wire/protobuf';

/** @throws LedgerError when the block is no configuration. */
export function readGenesis({ data: [envelope] }: Block): { readonly name: string; readonly txId: string } {
  const header = readHeader(envelope ?? NO_BYTES);
  if (header?.type !== HeaderType.CONFIG) throw new LedgerError('block 0 is no configuration');
  return { name: header.channelId, txId: header.txId };
}

function readHeader(envelope: Buffer): ChannelHeader | undefined {
  try {
    const { header } = decodePayload(decodeEnvelope(envelope).payload);
    return header === undefined ? undefined : decodeChannelHeader(header.channelHeader);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
