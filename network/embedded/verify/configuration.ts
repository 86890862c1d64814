/** What block 0 says about a channel: its name, its members and orderers, and the certificates by which all of these are known. */
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as configtx from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as msp from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import { type MspRoot } from '../../identity/msp';
import { type Block } from '../wire/block';

export interface ChannelConfiguration {
  readonly channel: string;
  /** Of the configuration transaction. */
  readonly txId: string;
  readonly members: ReadonlyMap<string, MspRoot>;
  readonly orderers: ReadonlyMap<string, MspRoot>;
}

/** @throws Error when the block is no configuration. */
export function readConfiguration(block: Block): ChannelConfiguration {
  const [envelope] = block.data;
  if (envelope === undefined) throw new Error('block 0 is empty');
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const header = common.ChannelHeader.deserializeBinary(
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
  );
  const root = configtx.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getChannelGroup();
  if (header.getType() !== common.HeaderType.CONFIG || root === undefined) {
    throw new Error('block 0 is no configuration');
  }
  const groups = root.getGroupsMap();
  return {
    channel: header.getChannelId(),
    txId: header.getTxId(),
    members: organizations(groups.get('Application')),
    orderers: organizations(groups.get('Orderer')),
  };
}

function organizations(group: configtx.ConfigGroup | undefined): ReadonlyMap<string, MspRoot> {
  const roots = new Map<string, MspRoot>();
  group?.getGroupsMap().forEach((organization) => {
    const value = organization.getValuesMap().get('MSP');
    if (value === undefined) return;
    const config = msp.MSPConfig.deserializeBinary(value.getValue_asU8());
    const fabric = msp.FabricMSPConfig.deserializeBinary(config.getConfig_asU8());
    const caPem = fabric
      .getRootCertsList_asU8()
      .map((pem) => Buffer.from(pem).toString('utf8'))
      .join('\n');
    roots.set(fabric.getName(), { caPem });
  });
  return roots;
}
