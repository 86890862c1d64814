/** A channel's configuration as its blocks hold it. */
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import { type Config, ConfigEnvelope } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { ConfigurationError } from './errors';

/** A configuration, and the channel that it is for. */
export interface ChannelConfiguration {
  readonly channel: string;
  readonly config: Config;
}

/**
 * The configuration that a block brings.
 * @param bytes of common.Block
 * @throws ConfigurationError when it brings none
 */
export function configurationOf(bytes: Uint8Array): ChannelConfiguration {
  try {
    const [data] = common.Block.deserializeBinary(bytes).getData()?.getDataList_asU8() ?? [];
    const payload = common.Payload.deserializeBinary(
      common.Envelope.deserializeBinary(data ?? new Uint8Array()).getPayload_asU8(),
    );
    const header = common.ChannelHeader.deserializeBinary(
      payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
    );
    if (header.getType() === common.HeaderType.CONFIG) {
      const config = ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
      if (config !== undefined) return { channel: header.getChannelId(), config };
    }
  } catch (error) {
    throw new ConfigurationError('this is no block of a channel', { cause: error });
  }
  throw new ConfigurationError('this block brings no configuration');
}

/**
 * The number of the configuration block that counts after a block, which its orderers have put into its metadata.
 * @param bytes of common.Block
 * @throws ConfigurationError when the metadata do not say so
 */
export function lastConfigurationBlock(bytes: Uint8Array): number {
  try {
    const metadata = common.Block.deserializeBinary(bytes).getMetadata()?.getMetadataList_asU8() ?? [];
    const entry = metadata[common.BlockMetadataIndex.SIGNATURES] ?? new Uint8Array();
    const signed = common.OrdererBlockMetadata.deserializeBinary(
      common.Metadata.deserializeBinary(entry).getValue_asU8(),
    );
    return signed.getLastConfig()?.getIndex() ?? 0;
  } catch (error) {
    throw new ConfigurationError("the block's metadata cannot be read", { cause: error });
  }
}
