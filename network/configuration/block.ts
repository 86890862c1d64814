/** Block 0: the configuration as the channel's first transaction, in the form in which orderers and peers join by it. */
import { createHash, randomBytes } from 'node:crypto';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as configtx from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';

const METADATA_ENTRIES = 5;

/**
 * The block that a channel begins with. Nobody signs it: whoever joins by it trusts it.
 * @param at the channel header's timestamp
 * @param nonce 24 bytes; random ones where the block is made once and handed on
 */
export function firstBlock(
  channel: string,
  channelGroup: configtx.ConfigGroup,
  at: Date,
  nonce: Uint8Array = randomBytes(24),
): common.Block {
  const config = new configtx.Config();
  config.setChannelGroup(channelGroup);
  const content = new configtx.ConfigEnvelope();
  content.setConfig(config);
  const payload = new common.Payload();
  payload.setHeader(header(channel, at, nonce));
  payload.setData(content.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  const data = envelope.serializeBinary();

  const blockHeader = new common.BlockHeader();
  blockHeader.setDataHash(createHash('sha256').update(data).digest());
  const blockData = new common.BlockData();
  blockData.setDataList([data]);
  const block = new common.Block();
  block.setHeader(blockHeader);
  block.setData(blockData);
  block.setMetadata(metadata());
  return block;
}

function header(channel: string, at: Date, nonce: Uint8Array): common.Header {
  const timestamp = new Timestamp();
  timestamp.fromDate(at);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setVersion(1);
  channelHeader.setTimestamp(timestamp);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(createHash('sha256').update(nonce).digest('hex'));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setNonce(nonce);
  const message = new common.Header();
  message.setChannelHeader(channelHeader.serializeBinary());
  message.setSignatureHeader(signatureHeader.serializeBinary());
  return message;
}

/** It is its own last configuration block. */
function metadata(): common.BlockMetadata {
  const lastConfig = new common.LastConfig();
  const ofOrderer = new common.OrdererBlockMetadata();
  ofOrderer.setLastConfig(lastConfig);
  const entry = (value: Uint8Array): Uint8Array => {
    const message = new common.Metadata();
    message.setValue(value);
    return message.serializeBinary();
  };
  const entries: Uint8Array[] = Array.from({ length: METADATA_ENTRIES }, () => new Uint8Array());
  entries[common.BlockMetadataIndex.SIGNATURES] = entry(ofOrderer.serializeBinary());
  entries[common.BlockMetadataIndex.LAST_CONFIG] = entry(lastConfig.serializeBinary());
  const message = new common.BlockMetadata();
  message.setMetadataList(entries);
  return message;
}
