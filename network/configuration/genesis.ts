/** A channel's first configuration, made from the consortium's description and its organisations' certificates. */
import * as configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import { type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as orderer from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import { type ChannelSpec, type Consortium } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { batchSize, batchTimeout } from './batch';
import { firstBlock } from './block';
import { accessControl, capabilities, CAPABILITIES } from './capabilities';
import { blockValidation, type Consensus, consensusValues } from './consensus';
import { configGroup, implicitMeta } from './group';
import { memberGroup, orderingOrganizationGroup } from './organization';

/**
 * Block 0 of a channel as a serialised common.Block, with which orderers and peers of Fabric join.
 * @param consensusType the protocol of the description's orderers
 */
export function configurationBlock(
  consortium: Consortium,
  channel: ChannelSpec,
  material: NetworkMaterial,
  consensusType: Consensus['type'],
  at: Date,
): Uint8Array {
  return firstBlock(channel.name, channelGroup(consortium, channel, material, consensusType), at).serializeBinary();
}

function channelGroup(
  consortium: Consortium,
  channel: ChannelSpec,
  material: NetworkMaterial,
  consensusType: Consensus['type'],
): ConfigGroup {
  const hashing = new configuration.HashingAlgorithm();
  hashing.setName('SHA256');
  // One hash over all envelopes, no tree of hashes: the only form that Fabric knows.
  const hashingStructure = new configuration.BlockDataHashingStructure();
  hashingStructure.setWidth(0xffffffff);
  return configGroup({
    values: {
      HashingAlgorithm: hashing,
      BlockDataHashingStructure: hashingStructure,
      Capabilities: capabilities(CAPABILITIES.channel),
    },
    policies: overSubGroups(),
    groups: {
      Application: applicationGroup(consortium, channel, material),
      Orderer: ordererGroup(consortium, channel, material, consensusType),
    },
  });
}

function applicationGroup({ organizations }: Consortium, channel: ChannelSpec, material: NetworkMaterial): ConfigGroup {
  const members = organizations.filter(({ name }) => channel.members.includes(name));
  return configGroup({
    values: { ACLs: accessControl(), Capabilities: capabilities(CAPABILITIES.application) },
    policies: {
      ...overSubGroups(),
      LifecycleEndorsement: implicitMeta('MAJORITY', 'Endorsement'),
      Endorsement: implicitMeta('MAJORITY', 'Endorsement'),
    },
    groups: Object.fromEntries(
      members.map(({ name, mspId, peers }) => [
        mspId,
        memberGroup({ ...material.organization(name), anchorPeers: peers.slice(0, 1) }),
      ]),
    ),
  });
}

function ordererGroup(
  { orderer: ordering }: Consortium,
  { blocks }: ChannelSpec,
  material: NetworkMaterial,
  consensusType: Consensus['type'],
): ConfigGroup {
  const { mspId } = ordering;
  const consensus: Consensus = {
    type: consensusType,
    consenters: material.orderer.nodes.map(({ host, port, identity, tls }) => ({
      mspId,
      host,
      port,
      certPem: identity.certPem,
      tlsCertPem: tls.certPem,
    })),
  };
  return configGroup({
    values: {
      BatchSize: batchSize(blocks),
      BatchTimeout: batchTimeout(blocks.batchTimeoutMs),
      ChannelRestrictions: new orderer.ChannelRestrictions(),
      Capabilities: capabilities(CAPABILITIES.orderer),
      ...consensusValues(consensus),
    },
    policies: { ...overSubGroups(), BlockValidation: blockValidation(consensus) },
    groups: {
      [mspId]: orderingOrganizationGroup({
        ...material.orderer,
        endpoints: ordering.orderers.map(({ host, port }) => `${host}:${port}`),
      }),
    },
  });
}

function overSubGroups(): { Readers: Policy; Writers: Policy; Admins: Policy } {
  return {
    Readers: implicitMeta('ANY', 'Readers'),
    Writers: implicitMeta('ANY', 'Writers'),
    Admins: implicitMeta('MAJORITY', 'Admins'),
  };
}

type Policy = ReturnType<typeof implicitMeta>;
