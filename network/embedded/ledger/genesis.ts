/**
 * Block 0: the channel's configuration as a real CONFIG transaction. It holds the members with their MSPs (root
 * certificates), the orderer's batch settings, and nothing that this network does not use (no policies, no consenters).
 */
// The modules by themselves: the package's index loads ten times as much at every start.
import * as configtx from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as msp from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import * as orderer from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import { type Block, blockMetadata, dataHash } from '../wire/block';
import { encodeEnvelope, encodePayload, HeaderType } from '../wire/common';
import { NO_BYTES, Writer } from '../wire/protobuf';
import { type BlockLimits } from '../orderer/blockcutter';

export interface GenesisMember {
  readonly mspId: string;
  readonly caPem: string;
  readonly tlsCaPem: string;
}

/** Makes block 0 of a channel. */
export function genesisBlock(channel: string, members: readonly GenesisMember[], limits: BlockLimits, at: Date): Block {
  const config = new configtx.Config();
  config.setChannelGroup(channelGroup(members, limits));
  const configEnvelope = new configtx.ConfigEnvelope();
  configEnvelope.setConfig(config);
  const ms = at.getTime();
  const timestamp = new Writer(24)
    .integer(1, Math.floor(ms / 1000))
    .integer(2, (ms % 1000) * 1_000_000)
    .finish();
  const channelHeader = new Writer(256)
    .integer(1, HeaderType.CONFIG)
    .integer(2, 1)
    .message(3, timestamp)
    .string(4, channel)
    .finish();
  const headers = new Writer(512).bytes(1, channelHeader).finish();
  const payload = encodePayload(headers, configEnvelope.serializeBinary());
  const data = [encodeEnvelope({ payload, signature: NO_BYTES })];
  return {
    header: { number: 0, previousHash: NO_BYTES, dataHash: dataHash(data) },
    data,
    metadata: blockMetadata(new Uint8Array(1)),
  };
}

function channelGroup(members: readonly GenesisMember[], limits: BlockLimits): configtx.ConfigGroup {
  const application = new configtx.ConfigGroup();
  for (const member of members) {
    const organization = new configtx.ConfigGroup();
    organization.getValuesMap().set('MSP', value(mspConfig(member)));
    application.getGroupsMap().set(member.mspId, organization);
  }
  const batchSize = new orderer.BatchSize();
  batchSize.setMaxMessageCount(limits.maxMessageCount);
  batchSize.setAbsoluteMaxBytes(limits.absoluteMaxBytes);
  batchSize.setPreferredMaxBytes(limits.preferredMaxBytes);
  const batchTimeout = new orderer.BatchTimeout();
  batchTimeout.setTimeout(`${limits.batchTimeoutMs}ms`);
  const ordering = new configtx.ConfigGroup();
  ordering.getValuesMap().set('BatchSize', value(batchSize.serializeBinary()));
  ordering.getValuesMap().set('BatchTimeout', value(batchTimeout.serializeBinary()));
  const root = new configtx.ConfigGroup();
  root.getGroupsMap().set('Application', application);
  root.getGroupsMap().set('Orderer', ordering);
  return root;
}

function mspConfig(member: GenesisMember): Uint8Array {
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(member.mspId);
  fabric.setRootCertsList([Buffer.from(member.caPem, 'utf8')]);
  fabric.setTlsRootCertsList([Buffer.from(member.tlsCaPem, 'utf8')]);
  const config = new msp.MSPConfig();
  config.setConfig(fabric.serializeBinary());
  return config.serializeBinary();
}

function value(bytes: Uint8Array): configtx.ConfigValue {
  const config = new configtx.ConfigValue();
  config.setValue(bytes);
  config.setModPolicy('Admins');
  return config;
}
