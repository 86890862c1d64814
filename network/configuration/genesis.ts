/** A channel's first configuration, made from the consortium's description and its organisations' certificates. */
import { createHash } from 'node:crypto';
import * as configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import { type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as orderer from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import { type ChannelSpec, type Consortium } from '../consortium';
import { batchSize, batchTimeout } from './batch';
import { firstBlock } from './block';
import { accessControl, capabilities, CAPABILITIES } from './capabilities';
import { blockValidation, type Consensus, consensusValues } from './consensus';
import { configGroup, implicitMeta } from './group';
import { type MspMaterial } from './msp';
import { type HostPort, memberGroup, orderingOrganizationGroup } from './organization';

/** An organisation that orders, with its orderers in the order in which they are numbered. */
export interface OrderingMaterial extends MspMaterial {
  readonly nodes: readonly (HostPort & {
    readonly identity: { readonly certPem: string };
    readonly tls: { readonly certPem: string };
  })[];
}

/** The certificates that a first configuration names. */
export interface ChannelMaterial {
  organization(name: string): MspMaterial;
  readonly ordering: readonly OrderingMaterial[];
}

/**
 * Block 0 of a channel as a serialised common.Block, with which orderers and peers of Fabric join.
 * @param consensusType the protocol of the description's orderers
 */
export function configurationBlock(
  consortium: Consortium,
  channel: ChannelSpec,
  material: ChannelMaterial,
  consensusType: Consensus['type'],
  at: Date,
): Uint8Array {
  return firstBlock(channel.name, channelGroup(consortium, channel, material, consensusType), at).serializeBinary();
}

/**
 * As `configurationBlock`, for BFT, and the same for everybody who makes it from the same description and certificates: members of
 * different machines each make it by themselves, compare its hash, and need not trust one of them to have made it.
 */
export function sharedConfigurationBlock(
  consortium: Consortium,
  channel: ChannelSpec,
  material: ChannelMaterial,
): Uint8Array {
  const group = channelGroup(consortium, channel, material, 'BFT');
  const nonce = createHash('sha256').update(channel.name).update(group.serializeBinary()).digest().subarray(0, 24);
  return firstBlock(channel.name, group, new Date(0), nonce).serializeBinary();
}

function channelGroup(
  consortium: Consortium,
  channel: ChannelSpec,
  material: ChannelMaterial,
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
      Orderer: ordererGroup(channel, material, consensusType),
    },
  });
}

function applicationGroup({ organizations }: Consortium, channel: ChannelSpec, material: ChannelMaterial): ConfigGroup {
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
  { blocks }: ChannelSpec,
  { ordering }: ChannelMaterial,
  consensusType: Consensus['type'],
): ConfigGroup {
  const consensus: Consensus = {
    type: consensusType,
    consenters: ordering.flatMap(({ mspId, nodes }) =>
      nodes.map(({ host, port, identity, tls }) => ({
        ...{ mspId, host, port },
        certPem: identity.certPem,
        tlsCertPem: tls.certPem,
      })),
    ),
  };
  return configGroup({
    values: {
      BatchSize: batchSize(blocks),
      BatchTimeout: batchTimeout(blocks.batchTimeoutMs),
      ChannelRestrictions: new orderer.ChannelRestrictions(),
      Capabilities: capabilities(CAPABILITIES.orderer),
      ...consensusValues(consensus, blocks.batchTimeoutMs),
    },
    policies: { ...overSubGroups(), BlockValidation: blockValidation(consensus) },
    groups: Object.fromEntries(
      ordering.map((organization) => [
        organization.mspId,
        orderingOrganizationGroup({
          ...organization,
          endpoints: organization.nodes.map(({ host, port }) => `${host}:${port}`),
        }),
      ]),
    ),
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
