/** Block 0 of a channel as a peer keeps it: the configuration, found valid. */
import { type ChannelSpec, type Consortium } from '../../consortium';
import { type NetworkMaterial } from '../../identity/material';
import { BlockMetadataIndex, decodeBlock } from '../wire/block';
import { decodeChannelHeader, decodeEnvelope, decodePayload } from '../wire/common';
import { asBuffer } from '../wire/protobuf';
import { type Genesis } from './ledger';

/** Makes block 0. The network has one orderer, which is what Raft with a single consenter is. */
export async function makeGenesis(
  consortium: Consortium,
  channel: ChannelSpec,
  material: NetworkMaterial,
  at: Date,
): Promise<Genesis> {
  // Loaded only when a channel is made: the generated messages of a configuration take longer than the rest of a start.
  const { configurationBlock } = await import('../../configuration/genesis.js');
  const block = decodeBlock(asBuffer(configurationBlock(consortium, channel, material, 'etcdraft', at)));
  const metadata = [...block.metadata];
  metadata[BlockMetadataIndex.TRANSACTIONS_FILTER] = Buffer.alloc(block.data.length);
  const [envelope] = block.data;
  const header = envelope === undefined ? undefined : decodePayload(decodeEnvelope(envelope).payload).header;
  if (header === undefined) throw new Error('block 0 has no configuration');
  return { block: { ...block, metadata }, txId: decodeChannelHeader(header.channelHeader).txId };
}
