/** A channel's MSPs and orderers, out of its configuration. */
import { Config, type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as discovery from '@hyperledger/fabric-protos/lib/discovery/protocol_pb';
import { FabricMSPConfig, MSPConfig } from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import { type Channel } from '../channel';

/** Where an orderer listens now, whatever the configuration says: ports may be other ones at each start. */
export interface OrdererEndpoint {
  readonly mspId: string;
  readonly host: string;
  readonly port: number;
}

export function configResult(channel: Channel, orderer: OrdererEndpoint): discovery.ConfigResult {
  const result = new discovery.ConfigResult();
  const root = channelGroup(channel);
  for (const part of ['Orderer', 'Application']) {
    root
      .getGroupsMap()
      .get(part)
      ?.getGroupsMap()
      .forEach((organization) => {
        const msp = mspOf(organization);
        result.getMspsMap().set(msp.getName(), msp);
      });
  }
  const endpoint = new discovery.Endpoint();
  endpoint.setHost(orderer.host);
  endpoint.setPort(orderer.port);
  const endpoints = new discovery.Endpoints();
  endpoints.setEndpointList([endpoint]);
  result.getOrderersMap().set(orderer.mspId, endpoints);
  return result;
}

function channelGroup({ name, bundle }: Channel): ConfigGroup {
  const group = Config.deserializeBinary(bundle.bytes).getChannelGroup();
  if (group === undefined) throw new Error(`channel ${name} has no configuration`);
  return group;
}

function mspOf(organization: ConfigGroup): FabricMSPConfig {
  const value = organization.getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array();
  return FabricMSPConfig.deserializeBinary(MSPConfig.deserializeBinary(value).getConfig_asU8());
}
