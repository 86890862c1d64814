/** The keys and certificates of the development network, made once, one folder an organisation. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Consortium, type NodeAddress, type Organization, type OrdererOrganization } from '../consortium';
import { type KeyPair } from './authority';
import { mspAuthorities } from './authorities';
import { MaterialError } from './errors';
import { type HeldPem } from './key-file';
import { MspRegistry } from './msp';
import {
  ensureFolder,
  type FolderContent,
  type FolderNode,
  type FolderOwner,
  removeAbandoned,
} from './organization-folder';
import { createSigner, nodeSigner } from './signer';
import { type Signer } from './types';

/** What one organisation has: its CAs' certificates and the keys of its peer and administrator. */
export interface OrganizationMaterial {
  readonly name: string;
  readonly mspId: string;
  /** Of its CAs, the intermediate ones among them. */
  readonly caPem: string;
  /** Revocation lists, as they were when the material was read. */
  readonly crlPems: readonly string[];
  readonly tlsCaPem: string;
  /** The enrolment identity of the organisation's first peer (role peer): it endorses. */
  readonly peer: Signer;
  readonly peerTls: KeyPair;
  /** All its peers, in the order of the description, with its addresses. The one above is the first. */
  readonly peers: readonly NodeMaterial[];
  readonly admin: Signer;
}

/** What the ordering organisation has. */
export interface OrdererMaterial {
  readonly name: string;
  readonly mspId: string;
  /** Of its CAs, the intermediate ones among them. */
  readonly caPem: string;
  /** Revocation lists, as they were when the material was read. */
  readonly crlPems: readonly string[];
  readonly tlsCaPem: string;
  readonly admin: Signer;
  /** In the order of the description, with its addresses. */
  readonly nodes: readonly NodeMaterial[];
}

export interface NodeMaterial extends NodeAddress {
  /** The enrolment identity: a peer's endorses, an orderer's signs blocks. */
  readonly signer: Signer;
  /** Its key may be in a token, where the CA is the organisation's own. */
  readonly identity: HeldPem;
  /** Server certificate for its hosts, the organisation's domain, localhost and 127.0.0.1. */
  readonly tls: KeyPair;
}

export interface NetworkMaterial {
  /** The members; not the ordering organisation. */
  readonly organizations: readonly OrganizationMaterial[];
  readonly orderer: OrdererMaterial;
  /** All that order: the one organisation. */
  readonly ordering: readonly [OrdererMaterial];
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
    ...consortium.organizations.map(
      async (organization) => (await ensureOrganization(organization, folder, now, false)).organization,
    ),
  ]);
  const byName = new Map(organizations.map((organization) => [organization.name, organization]));
  return {
    organizations,
    orderer,
    ordering: [orderer],
    organization: (name) => {
      const found = byName.get(name);
      if (found === undefined) throw new MaterialError(`no organisation "${name}" in this consortium`);
      return found;
    },
    mspRegistry: (members) => {
      const trusted = organizations.filter(({ mspId }) => members === undefined || members.has(mspId));
      return new MspRegistry(
        new Map(
          [...trusted, orderer].map(({ mspId, caPem, crlPems }) => [mspId, { ...mspAuthorities(caPem), crlPems }]),
        ),
      );
    },
  };
}

/** The folder of all organisations' keys. */
export function cryptoFolder(home: string): string {
  return join(home, 'crypto');
}

/** What an organisation has by itself. */
export interface OwnKeys {
  readonly organization: OrganizationMaterial;
  /** Its own orderers, in the order of the description. */
  readonly orderers: readonly NodeMaterial[];
}

/**
 * One organisation's keys; what is missing is made.
 * @param parent the folder of all organisations' keys
 * @param alone whether its nodes are what one member runs by itself: its own orderers, and the first of its peers. On one machine
 * all peers run, and the ordering organisation runs all orderers
 * @throws MaterialError as `ensureMaterial`
 */
export async function ensureOrganization(
  organization: Organization,
  parent: string,
  now: Date,
  alone: boolean,
): Promise<OwnKeys> {
  const { name, mspId, displayName, domain } = organization;
  const orderers = alone ? (organization.orderers ?? []) : [];
  const peers = alone ? organization.peers.slice(0, 1) : organization.peers;
  const owner: FolderOwner = {
    ...{ name, mspId, displayName, domain, role: 'peer' },
    nodes: [
      ...peers.map((peer, at) => ({ ...folderNode(peer, domain), file: at === 0 ? 'peer' : `peer.${peer.name}` })),
      ...orderers.map((orderer) => ({ ...folderNode(orderer, domain), role: 'orderer' as const })),
    ],
  };
  const { ca, tlsCa, admin, nodes, crlPems } = await ensureFolder(owner, parent, now);
  const peerKeys = withKeys(mspId, peers, nodes);
  const [peer] = peerKeys;
  if (peer === undefined) throw new MaterialError(`no peer of ${name}`);
  return {
    organization: {
      name,
      mspId,
      caPem: ca.certPem,
      tlsCaPem: tlsCa.certPem,
      crlPems,
      peer: peer.signer,
      peerTls: peer.tls,
      peers: peerKeys,
      admin: createSigner(mspId, admin.certPem, admin.keyPem ?? ''),
    },
    orderers: withKeys(mspId, orderers, nodes.slice(peers.length)),
  };
}

async function ensureOrderer(
  { name, mspId, displayName, domain, orderers }: OrdererOrganization,
  parent: string,
  now: Date,
): Promise<OrdererMaterial> {
  const nodes = orderers.map((node) => folderNode(node, domain));
  const content = await ensureFolder({ name, mspId, displayName, domain, role: 'orderer', nodes }, parent, now);
  return {
    name,
    mspId,
    caPem: content.ca.certPem,
    tlsCaPem: content.tlsCa.certPem,
    crlPems: content.crlPems,
    admin: createSigner(mspId, content.admin.certPem, content.admin.keyPem ?? ''),
    nodes: withKeys(mspId, orderers, content.nodes),
  };
}

function folderNode({ name, host }: NodeAddress, domain: string): FolderNode {
  return { file: name, name, hosts: [host, `${name}.${domain}`] };
}

function withKeys(
  mspId: string,
  described: readonly NodeAddress[],
  nodes: FolderContent['nodes'],
): readonly NodeMaterial[] {
  return described.flatMap((node, at) => {
    const keys = nodes[at];
    if (keys === undefined) return [];
    return [{ ...node, ...keys, signer: nodeSigner(mspId, keys.identity) }];
  });
}
