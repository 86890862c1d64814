/** Which nodes run here, and what each is told: its folder's content and where it listens. */
import { type MemberMaterial } from '../identity/member-material';
import { type NetworkMaterial, type NodeMaterial, type OrganizationMaterial } from '../identity/material';
import { cryptoProvider } from './crypto-provider';
import { type NodeIdentity, type NodePaths } from './node-folder';
import { ordererConfiguration } from './orderer-configuration';
import { peerConfiguration } from './peer-configuration';
import { peerNodeName, type Placement } from './placement';

/** A node that is to run. */
export interface NodePlan {
  /** Its folder's name: the orderer's own, or the peer's organisation, with the peer's own name for all but the first. */
  readonly name: string;
  readonly kind: 'orderer' | 'peer';
  readonly port: number;
  readonly operationsPort: number;
  readonly identity: NodeIdentity;
  /** orderer.yaml or core.yaml. @param ccaasBuilder where the peer's builder is */
  configuration(paths: NodePaths, ccaasBuilder: string): object;
}

/** All nodes of a consortium, on one machine. */
export function allNodes(placement: Placement, material: NetworkMaterial): readonly NodePlan[] {
  const { orderer } = material;
  return [
    ...orderer.nodes.map((node) => ordererPlan(placement, node, orderer, undefined)),
    ...placement.consortium.organizations.flatMap(({ name }) => {
      const organization = material.organization(name);
      return organization.peers.map((peer) => peerPlan(placement, peer, organization, undefined));
    }),
  ];
}

/** A member's own nodes: where the description says an address to listen on, others' machines can reach them. */
export function memberNodes(placement: Placement, material: MemberMaterial): readonly NodePlan[] {
  const { organization, orderers } = material;
  return [
    ...orderers.map((node) => ordererPlan(placement, node, organization, node.listen)),
    ...organization.peers.map((peer) => peerPlan(placement, peer, organization, peer.listen)),
  ];
}

type Owner = Pick<NodeIdentity, 'mspId' | 'caPem' | 'tlsCaPem'>;

function ordererPlan(
  { adminPorts, operationsPorts }: Placement,
  { name, port, identity, tls }: NodeMaterial,
  { mspId, caPem, tlsCaPem }: Owner,
  listen: string | undefined,
): NodePlan {
  const operationsPort = operationsPorts[name] ?? 0;
  return {
    ...{ name, kind: 'orderer', port, operationsPort, identity: { mspId, caPem, tlsCaPem, identity, tls } },
    configuration: (paths) =>
      ordererConfiguration({
        ...{ mspId, port, listen, adminPort: adminPorts[name] ?? 0, operationsPort, paths },
        bccsp: cryptoProvider(identity),
      }),
  };
}

function peerPlan(
  { operationsPorts }: Placement,
  { name: peer, host, port, identity, tls }: NodeMaterial,
  { name: organization, mspId, caPem, tlsCaPem, peers }: OrganizationMaterial,
  listen: string | undefined,
): NodePlan {
  const name = peerNodeName({ name: organization, peers }, { name: peer, host, port });
  const operationsPort = operationsPorts[name] ?? 0;
  const address = `${host}:${port}`;
  const [first = { host, port }] = peers;
  const bootstrap = `${first.host}:${first.port}`;
  return {
    ...{ name, kind: 'peer', port, operationsPort },
    identity: { mspId, caPem, tlsCaPem, identity, tls },
    configuration: (paths, ccaasBuilder) =>
      peerConfiguration({
        ...{ id: `${peer}.${organization}`, mspId, address, port, listen, bootstrap },
        ...{ operationsPort, paths, ccaasBuilder, bccsp: cryptoProvider(identity) },
      }),
  };
}
