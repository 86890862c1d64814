/** What a block is to a client that wants to know of transactions, not of their content: peer.FilteredBlock. */
import { type Block, BlockMetadataIndex } from '../wire/block';
import { decodeChannelHeader, decodeEnvelope, decodePayload, HeaderType } from '../wire/common';
import { WireError, Writer } from '../wire/protobuf';
import {
  decodeChaincodeAction,
  decodeChaincodeActionPayload,
  decodeChaincodeEvent,
  decodeProposalResponsePayload,
  decodeTransaction,
  encodeChaincodeEvent,
} from '../wire/transaction';
import { NO_BYTES } from '../wire/protobuf';

/**
 * The serialised FilteredBlock: of each transaction its identifier, type and validation code, and its event without payload.
 * @throws WireError when a transaction cannot be read as far as that: as in Fabric, the whole block is then not told of
 */
export function encodeFilteredBlock(block: Block): Buffer {
  const codes = block.metadata[BlockMetadataIndex.TRANSACTIONS_FILTER] ?? NO_BYTES;
  let channelId = '';
  const transactions: Buffer[] = [];
  block.data.forEach((bytes, tx) => {
    const payload = payloadOf(bytes);
    if (payload?.header === undefined) return;
    const channelHeader = decodeChannelHeader(payload.header.channelHeader);
    channelId = channelHeader.channelId;
    const transaction = new Writer(256)
      .string(1, channelHeader.txId)
      .integer(2, channelHeader.type)
      .integer(3, codes[tx] ?? 0);
    if (channelHeader.type === HeaderType.ENDORSER_TRANSACTION) transaction.message(4, filteredActions(payload.data));
    transactions.push(transaction.finish());
  });
  const filtered = new Writer(1024).string(1, channelId).integer(2, block.header.number);
  for (const transaction of transactions) filtered.message(4, transaction);
  return filtered.finish();
}

/** Undefined when the bytes are no envelope: such a transaction is passed over. */
function payloadOf(bytes: Buffer): ReturnType<typeof decodePayload> | undefined {
  let envelope;
  try {
    envelope = decodeEnvelope(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
  return decodePayload(envelope.payload);
}

/** FilteredTransactionActions: one action with its event, for each action that has one. */
function filteredActions(transaction: Buffer): Buffer {
  const writer = new Writer(256);
  for (const { payload } of decodeTransaction(transaction)) {
    const { action } = decodeChaincodeActionPayload(payload);
    if (action === undefined) continue;
    const { events } = decodeChaincodeAction(decodeProposalResponsePayload(action.proposalResponsePayload).extension);
    const event = decodeChaincodeEvent(events);
    if (event.chaincodeId === '') continue;
    const withoutPayload = encodeChaincodeEvent({ ...event, payload: NO_BYTES });
    writer.message(1, new Writer(withoutPayload.length + 8).message(1, withoutPayload).finish());
  }
  return writer.finish();
}
