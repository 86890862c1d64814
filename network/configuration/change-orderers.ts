/** Changes of a channel's orderers, for BFT and Raft: consenters, the addresses that clients find them by, whose signatures make a block good. */
import * as configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import { type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as orderer from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import * as raft from '@hyperledger/fabric-protos/lib/orderer/etcdraft/configuration_pb';
import { bftConsenter, type Consenter, quorumOf, raftConsenter } from './consensus';
import { groupIn, organizationIn, organizationsIn, setPolicyIn, setValue, valueIn } from './element';
import { ConfigurationError } from './errors';
import { type HostPort, ordererEndpoints } from './organization';
import { type ConfigurationChange } from './update';

/**
 * Takes an orderer in. Fabric takes one more, or one less, in an update.
 * @param consenter of an ordering organisation of the channel
 * @param endpoint where clients reach it, if that is not where the other orderers do
 */
export function addOrderer(consenter: Consenter, endpoint = address(consenter)): ConfigurationChange {
  return (channelGroup) => {
    const ordering = groupIn(channelGroup, 'Orderer');
    const consenters = readConsenters(ordering);
    if (consenters.all.some((one) => address(one) === address(consenter))) {
      throw new ConfigurationError(`${address(consenter)} is an orderer of the channel already`);
    }
    const endpoints = endpointsOf(channelGroup, consenter.mspId);
    consenters.add(consenter);
    endpoints.set([...new Set([...endpoints.all, endpoint])]);
  };
}

/**
 * Takes an orderer away.
 * @param endpoint where clients reached it, if that is not where the other orderers did
 */
export function removeOrderer(where: HostPort, endpoint = address(where)): ConfigurationChange {
  return (channelGroup) => {
    const consenters = readConsenters(groupIn(channelGroup, 'Orderer'));
    if (consenters.all.length === 1)
      throw new ConfigurationError(`${address(where)} is the last orderer of the channel`);
    consenters.remove(where);
    for (const { msp } of organizationsIn(channelGroup, 'Orderer')) {
      const endpoints = endpointsOf(channelGroup, msp.getName());
      const rest = endpoints.all.filter((one) => one !== endpoint);
      if (rest.length === endpoints.all.length) continue;
      if (rest.length === 0) {
        throw new ConfigurationError(
          `${endpoint} is the only endpoint of ${msp.getName()}: take the organisation away with it, or name another first`,
        );
      }
      endpoints.set(rest);
    }
  };
}

/** Gives an orderer's new certificates in place of those of the one at the same address, as when they are about to expire. */
export function replaceOrdererCertificates(consenter: Consenter): ConfigurationChange {
  return (channelGroup) => {
    readConsenters(groupIn(channelGroup, 'Orderer')).replace(consenter, consenter);
  };
}

/**
 * Gives an orderer another address, and the certificates that it has there: it is the same consenter still, of the same number.
 * @param from where the channel has it now
 */
export function moveOrderer(from: HostPort, consenter: Consenter): ConfigurationChange {
  return (channelGroup) => {
    const consenters = readConsenters(groupIn(channelGroup, 'Orderer'));
    if (address(from) !== address(consenter) && consenters.all.some((one) => address(one) === address(consenter))) {
      throw new ConfigurationError(`${address(consenter)} is another orderer of the channel`);
    }
    consenters.replace(from, consenter);
    const endpoints = endpointsOf(channelGroup, consenter.mspId);
    endpoints.set(endpoints.all.map((one) => (one === address(from) ? address(consenter) : one)));
  };
}

/** Names where clients and peers reach an ordering organisation's orderers, as `host:port`. */
export function setOrdererEndpoints(mspId: string, endpoints: readonly string[]): ConfigurationChange {
  return (channelGroup) => {
    if (endpoints.length === 0) throw new ConfigurationError(`${mspId} needs an endpoint`);
    endpointsOf(channelGroup, mspId).set(endpoints);
  };
}

/** The consenters as the channel's consensus keeps them; each change is written into the group. */
interface Consenters {
  readonly all: readonly HostPort[];
  add(consenter: Consenter): void;
  remove(where: HostPort): void;
  replace(from: HostPort, consenter: Consenter): void;
}

function readConsenters(ordering: ConfigGroup): Consenters {
  const type = orderer.ConsensusType.deserializeBinary(valueIn(ordering, 'ConsensusType'));
  switch (type.getType()) {
    case 'BFT':
      return bftConsenters(ordering);
    case 'etcdraft':
      return raftConsenters(ordering, type);
    default:
      throw new ConfigurationError(`the channel's consensus is ${type.getType()}: its orderers cannot be changed so`);
  }
}

function bftConsenters(ordering: ConfigGroup): Consenters {
  const value = configuration.Orderers.deserializeBinary(valueIn(ordering, 'Orderers'));
  const list = value.getConsenterMappingList();
  const all = list.map((one) => ({ host: one.getHost(), port: one.getPort() }));
  const write = (consenters: configuration.Consenter[]): void => {
    value.setConsenterMappingList(consenters);
    setValue(ordering, 'Orderers', value);
    const signers = consenters.map((one) => ({
      mspId: one.getMspId(),
      certPem: Buffer.from(one.getIdentity_asU8()).toString('utf8'),
    }));
    setPolicyIn(ordering, 'BlockValidation', quorumOf(signers));
  };
  return {
    all,
    add: (consenter) => {
      // Numbers are never used again as long as the channel knows a higher one: the protocol tells nodes apart by them.
      write([...list, bftConsenter(consenter, Math.max(0, ...list.map((one) => one.getId())) + 1)]);
    },
    remove: (where) => {
      write(without(list, indexOf(all, where)));
    },
    replace: (from, consenter) => {
      const index = indexOf(all, from);
      write(list.map((one, at) => (at === index ? bftConsenter(consenter, one.getId()) : one)));
    },
  };
}

function raftConsenters(ordering: ConfigGroup, type: orderer.ConsensusType): Consenters {
  const metadata = raft.ConfigMetadata.deserializeBinary(type.getMetadata_asU8());
  const list = metadata.getConsentersList();
  const all = list.map((one) => ({ host: one.getHost(), port: one.getPort() }));
  const write = (consenters: raft.Consenter[]): void => {
    metadata.setConsentersList(consenters);
    type.setMetadata(metadata.serializeBinary());
    setValue(ordering, 'ConsensusType', type);
  };
  return {
    all,
    add: (consenter) => {
      write([...list, raftConsenter(consenter)]);
    },
    remove: (where) => {
      write(without(list, indexOf(all, where)));
    },
    replace: (from, consenter) => {
      const index = indexOf(all, from);
      write(list.map((one, at) => (at === index ? raftConsenter(consenter) : one)));
    },
  };
}

interface Endpoints {
  readonly all: readonly string[];
  set(addresses: readonly string[]): void;
}

function endpointsOf(channelGroup: ConfigGroup, mspId: string): Endpoints {
  const { group } = organizationIn(channelGroup, 'Orderer', mspId);
  const value = configuration.OrdererAddresses.deserializeBinary(valueIn(group, 'Endpoints'));
  return {
    all: value.getAddressesList(),
    set: (addresses) => {
      setValue(group, 'Endpoints', ordererEndpoints(addresses));
    },
  };
}

function address({ host, port }: HostPort): string {
  return `${host}:${port}`;
}

function indexOf(all: readonly HostPort[], where: HostPort): number {
  const index = all.findIndex((one) => address(one) === address(where));
  if (index < 0) throw new ConfigurationError(`${address(where)} is no orderer of the channel`);
  return index;
}

function without<T>(list: readonly T[], index: number): T[] {
  return list.filter((_one, at) => at !== index);
}
