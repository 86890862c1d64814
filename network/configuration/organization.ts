/** An organisation's group in a channel's configuration: its MSP, its policies, and where it is found. */
import * as configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import { type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import * as peer from '@hyperledger/fabric-protos/lib/peer/configuration_pb';
import { configGroup, signaturePolicy } from './group';
import { mspConfig, type MspMaterial } from './msp';

/** Where a node is reached. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A member of a channel: it proposes, endorses and reads. */
export interface MemberDefinition extends MspMaterial {
  /** The peers that other organisations' peers find its own by; may be none. */
  readonly anchorPeers: readonly HostPort[];
}

/** An organisation that runs orderers of a channel. */
export interface OrderingDefinition extends MspMaterial {
  /** Where clients and peers reach its orderers, as `host:port`; at least one. */
  readonly endpoints: readonly string[];
}

/** A member's group under Application, with the policies of Fabric's sample configuration for NodeOUs. */
export function memberGroup(member: MemberDefinition): ConfigGroup {
  const { mspId } = member;
  return configGroup({
    values: { MSP: mspConfig(member), AnchorPeers: anchorPeers(member.anchorPeers) },
    policies: {
      Readers: signaturePolicy(`OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`),
      Writers: signaturePolicy(`OR('${mspId}.admin', '${mspId}.client')`),
      Admins: signaturePolicy(`OR('${mspId}.admin')`),
      Endorsement: signaturePolicy(`OR('${mspId}.peer')`),
    },
  });
}

/** An ordering organisation's group under Orderer. */
export function orderingOrganizationGroup(organization: OrderingDefinition): ConfigGroup {
  const { mspId } = organization;
  return configGroup({
    values: { MSP: mspConfig(organization), Endpoints: ordererEndpoints(organization.endpoints) },
    policies: {
      Readers: signaturePolicy(`OR('${mspId}.member')`),
      Writers: signaturePolicy(`OR('${mspId}.member')`),
      Admins: signaturePolicy(`OR('${mspId}.admin')`),
    },
  });
}

/** The value AnchorPeers. */
export function anchorPeers(peers: readonly HostPort[]): peer.AnchorPeers {
  const message = new peer.AnchorPeers();
  message.setAnchorPeersList(
    peers.map(({ host, port }) => {
      const anchor = new peer.AnchorPeer();
      anchor.setHost(host);
      anchor.setPort(port);
      return anchor;
    }),
  );
  return message;
}

/** The value Endpoints. */
export function ordererEndpoints(addresses: readonly string[]): configuration.OrdererAddresses {
  const message = new configuration.OrdererAddresses();
  message.setAddressesList([...addresses]);
  return message;
}
