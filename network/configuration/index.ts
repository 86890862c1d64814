/**
 * A channel's configuration, made from the consortium's description and its organisations' certificates: one program for the
 * embedded network and for real Fabric.
 */
import * as configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import { type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as orderer from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import * as peer from '@hyperledger/fabric-protos/lib/peer/configuration_pb';
import { type ChannelSpec, type Consortium, type NodeAddress } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { firstBlock } from './block';
import { accessControl, capabilities, CAPABILITIES } from './capabilities';
import { blockValidation, type Consensus, consensusValues } from './consensus';
import { configGroup, implicitMeta, signaturePolicy } from './group';
import { mspConfig, type MspMaterial } from './msp';

export { type Consenter, type Consensus } from './consensus';

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
      members.map(({ name, mspId, peers }) => [mspId, memberGroup(material.organization(name), peers.slice(0, 1))]),
    ),
  });
}

function memberGroup(member: MspMaterial, anchors: readonly NodeAddress[]): ConfigGroup {
  const anchorPeers = new peer.AnchorPeers();
  anchorPeers.setAnchorPeersList(
    anchors.map(({ host, port }) => {
      const anchor = new peer.AnchorPeer();
      anchor.setHost(host);
      anchor.setPort(port);
      return anchor;
    }),
  );
  const { mspId } = member;
  return configGroup({
    values: { MSP: mspConfig(member), AnchorPeers: anchorPeers },
    policies: {
      Readers: signaturePolicy(`OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`),
      Writers: signaturePolicy(`OR('${mspId}.admin', '${mspId}.client')`),
      Admins: signaturePolicy(`OR('${mspId}.admin')`),
      Endorsement: signaturePolicy(`OR('${mspId}.peer')`),
    },
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
  const batchSize = new orderer.BatchSize();
  batchSize.setMaxMessageCount(blocks.maxMessageCount);
  batchSize.setAbsoluteMaxBytes(blocks.absoluteMaxBytes);
  batchSize.setPreferredMaxBytes(blocks.preferredMaxBytes);
  const batchTimeout = new orderer.BatchTimeout();
  batchTimeout.setTimeout(`${blocks.batchTimeoutMs}ms`);
  const endpoints = new configuration.OrdererAddresses();
  endpoints.setAddressesList(ordering.orderers.map(({ host, port }) => `${host}:${port}`));
  return configGroup({
    values: {
      BatchSize: batchSize,
      BatchTimeout: batchTimeout,
      ChannelRestrictions: new orderer.ChannelRestrictions(),
      Capabilities: capabilities(CAPABILITIES.orderer),
      ...consensusValues(consensus),
    },
    policies: { ...overSubGroups(), BlockValidation: blockValidation(consensus) },
    groups: {
      [mspId]: configGroup({
        values: { MSP: mspConfig(material.orderer), Endpoints: endpoints },
        policies: {
          Readers: signaturePolicy(`OR('${mspId}.member')`),
          Writers: signaturePolicy(`OR('${mspId}.member')`),
          Admins: signaturePolicy(`OR('${mspId}.admin')`),
        },
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
