/** The keys and certificates of the development network, made once, one folder an organisation. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Consortium, type NodeAddress, type Organization, type OrdererOrganization } from '../consortium';
import { type KeyPair } from './authority';
import { MaterialError } from './errors';
import { MspRegistry } from './msp';
import { ensureFolder, type FolderOwner, removeAbandoned } from './organization-folder';
import { createSigner } from './signer';
import { type Signer } from './types';

/** What one organisation has: its CAs' certificates and the keys of its peer and administrator. */
export interface OrganizationMaterial {
  readonly name: string;
  readonly mspId: string;
  readonly caPem: string;
  /** Revocation lists, as they were when the material was read. */
  readonly crlPems: readonly string[];
  readonly tlsCaPem: string;
  /** The enrolment identity of the organisation's peer (role peer): it endorses. */
  readonly peer: Signer;
  /** Server certificate for every peer host of the organisation, its domain, localhost and 127.0.0.1. */
  readonly peerTls: KeyPair;
  readonly admin: Signer;
}

/** What the ordering organisation has. */
export interface OrdererMaterial {
  readonly name: string;
  readonly mspId: string;
  readonly caPem: string;
  /** Revocation lists, as they were when the material was read. */
  readonly crlPems: readonly string[];
  readonly tlsCaPem: string;
  readonly admin: Signer;
  /** In the order of the description, with its addresses. */
  readonly nodes: readonly OrdererNodeMaterial[];
}

export interface OrdererNodeMaterial extends NodeAddress {
  /** The enrolment identity (role orderer), which signs blocks. */
  readonly signer: Signer;
  readonly identity: KeyPair;
  readonly tls: KeyPair;
}

export interface NetworkMaterial {
  /** The members; not the ordering organisation. */
  readonly organizations: readonly OrganizationMaterial[];
  readonly orderer: OrdererMaterial;
  /** @throws MaterialError when there is no organisation of this name. */
  organization(name: string): OrganizationMaterial;
  /** A new registry of these members' MSPs, or all members', and the ordering organisation's. */
  mspRegistry(members?: ReadonlySet<string>): MspRegistry;
}

/**
 * The material of all organisations; what is missing is made, what expires within 30 days or no longer fits the nodes' hosts
 * is issued anew by the same CA. Any number of processes may call it at once, and be interrupted: an organisation's folder is
 * there whole or not at all.
 * @param home the folder that the network keeps its things in
 * @throws MaterialError when what is there is damaged or another consortium's.
 */
export async function ensureMaterial(consortium: Consortium, home: string, now = new Date()): Promise<NetworkMaterial> {
  const folder = cryptoFolder(home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeAbandoned(folder);
  const [orderer, ...organizations] = await Promise.all([
    ensureOrderer(consortium.orderer, folder, now),
    ...consortium.organizations.map((organization) => ensureOrganization(organization, folder, now)),
  ]);
  const byName = new Map(organizations.map((organization) => [organization.name, organization]));
  return {
    organizations,
    orderer,
    organization: (name) => {
      const found = byName.get(name);
      if (found === undefined) throw new MaterialError(`no organisation "${name}" in this consortium`);
      return found;
    },
    mspRegistry: (members) => {
      const trusted = organizations.filter(({ mspId }) => members === undefined || members.has(mspId));
      return new MspRegistry(
        new Map([...trusted, orderer].map(({ mspId, caPem, crlPems }) => [mspId, { caPem, crlPems }])),
      );
    },
  };
}

/** The folder of all organisations' keys. */
export function cryptoFolder(home: string): string {
  return join(home, 'crypto');
}

async function ensureOrganization(
  organization: Organization,
  parent: string,
  now: Date,
): Promise<OrganizationMaterial> {
  const { name, mspId, displayName, domain, peers } = organization;
  // All peers of an organisation have one identity and one certificate: it has one peer here, whatever is described.
  const hosts = peers.flatMap((peer) => [peer.host, `${peer.name}.${domain}`]);
  const node = { file: 'peer', name: peers[0]?.name ?? 'peer0', hosts };
  const owner: FolderOwner = { name, mspId, displayName, domain, role: 'peer', nodes: [node] };
  const { ca, tlsCa, admin, nodes, crlPems } = await ensureFolder(owner, parent, now);
  const [peer] = nodes;
  if (peer === undefined) throw new MaterialError(`no peer of ${name}`);
  return {
    name,
    mspId,
    caPem: ca.certPem,
    tlsCaPem: tlsCa.certPem,
    crlPems,
    peer: createSigner(mspId, peer.identity.certPem, peer.identity.keyPem),
    peerTls: peer.tls,
    admin: createSigner(mspId, admin.certPem, admin.keyPem),
  };
}

async function ensureOrderer(
  { name, mspId, displayName, domain, orderers }: OrdererOrganization,
  parent: string,
  now: Date,
): Promise<OrdererMaterial> {
  const nodes = orderers.map((node) => ({
    file: node.name,
    name: node.name,
    hosts: [node.host, `${node.name}.${domain}`],
  }));
  const content = await ensureFolder({ name, mspId, displayName, domain, role: 'orderer', nodes }, parent, now);
  return {
    name,
    mspId,
    caPem: content.ca.certPem,
    tlsCaPem: content.tlsCa.certPem,
    crlPems: content.crlPems,
    admin: createSigner(mspId, content.admin.certPem, content.admin.keyPem),
    nodes: orderers.flatMap((node, at) => {
      const keys = content.nodes[at];
      if (keys === undefined) return [];
      return [{ ...node, ...keys, signer: createSigner(mspId, keys.identity.certPem, keys.identity.keyPem) }];
    }),
  };
}
