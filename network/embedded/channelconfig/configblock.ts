/** The configuration that a block brings. */
import { decodeChannelHeader, decodeEnvelope, decodePayload, HeaderType } from '../wire/common';
import { decodeConfigEnvelope } from '../wire/configtx';
import { WireError } from '../wire/protobuf';
import { ConfigError } from './errors';

/**
 * The bytes of the Config in a configuration transaction.
 * @param envelope the first of its block
 * @throws ConfigError when it is no such transaction
 */
export function configOfBlock(envelope: Buffer | undefined): Buffer {
  try {
    const payload = envelope === undefined ? undefined : decodePayload(decodeEnvelope(envelope).payload);
    const type = payload?.header === undefined ? 0 : decodeChannelHeader(payload.header.channelHeader).type;
    const config =
      payload !== undefined && type === HeaderType.CONFIG ? decodeConfigEnvelope(payload.data).config : undefined;
    if (config !== undefined) return config;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ConfigError(`the configuration block cannot be read: ${error.message}`);
  }
  throw new ConfigError('the block holds no configuration');
}
