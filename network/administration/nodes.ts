/** What a channel's configuration needs to know of a node that comes in, from the keys that the development CA makes for it. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consenter, type HostPort, type MemberDefinition } from '../configuration';
import { type Consortium } from '../consortium';
import { type Placement, place } from '../fabric/placement';
import { prepare } from '../fabric/prepare';
import { cryptoFolder, ensureMaterial, type NetworkMaterial, type NodeMaterial } from '../identity/material';
import { ownMember } from '../identity/member-card';
import { ensureMemberMaterial, ensureOwnMaterial } from '../identity/member-material';
import { AdministrationError } from './errors';
import { isFabric } from './packages';

/**
 * An organisation's certificates, and the peer that others find its own by.
 * @param dryRun its keys are thrown away and its ports not kept: only what the change looks like is true
 * @throws MachineError when a port of its nodes is taken; AdministrationError when the description has no such organisation
 */
export async function memberDefinition(
  home: string,
  described: Consortium,
  name: string,
  dryRun: boolean,
): Promise<MemberDefinition> {
  const own = ownMember(home);
  if (own !== undefined) {
    const { channel } = await ensureMemberMaterial(described, home, own);
    return { ...channel.organization(name), anchorPeers: peersOf(described, name).slice(0, 1) };
  }
  const { placement, material } = await prepared(home, described, dryRun);
  const anchorPeers = peersOf(placement.consortium, name).slice(0, 1);
  const { mspId, caPem, tlsCaPem } = material.organization(name);
  return { mspId, caPem, tlsCaPem, anchorPeers };
}

function peersOf({ organizations }: Consortium, name: string): readonly HostPort[] {
  const organization = organizations.find((one) => one.name === name);
  if (organization === undefined) throw new AdministrationError(`the consortium describes no organisation "${name}"`);
  return organization.peers;
}

/**
 * An orderer's certificates and address.
 * @param dryRun as for `memberDefinition`
 * @throws MachineError; AdministrationError when the description has no such orderer
 */
export async function consenterOf(
  home: string,
  described: Consortium,
  name: string,
  dryRun: boolean,
): Promise<Consenter> {
  const { mspId, nodes } = await orderersOf(home, described, dryRun);
  const found = nodes.find((one) => one.name === name);
  if (found === undefined) throw new AdministrationError(`the consortium describes no orderer "${name}"`);
  const { host, port, identity, tls } = found;
  return { mspId, host, port, certPem: identity.certPem, tlsCertPem: tls.certPem };
}

/** Those whose keys are in the home: a member's own, or all. */
async function orderersOf(
  home: string,
  described: Consortium,
  dryRun: boolean,
): Promise<{ readonly mspId: string; readonly nodes: readonly NodeMaterial[] }> {
  const own = ownMember(home);
  if (own === undefined) return (await prepared(home, described, dryRun)).material.orderer;
  const ordersIn = async (folder: string): Promise<Awaited<ReturnType<typeof orderersOf>>> => {
    const { organization, orderers } = await ensureOwnMaterial(described, folder, own);
    return { mspId: organization.mspId, nodes: orderers };
  };
  if (!dryRun) return ordersIn(home);
  return withThrowaway(async (folder) => {
    // Its keys as they are, and certificates that a new name asks for: only the copies are changed.
    await cp(cryptoFolder(home), cryptoFolder(folder), { recursive: true });
    return ordersIn(folder);
  });
}

async function prepared(
  home: string,
  consortium: Consortium,
  dryRun: boolean,
): Promise<{ readonly placement: Placement; readonly material: NetworkMaterial }> {
  if (!dryRun && isFabric(home)) return prepare({ home, consortium, consensus: 'BFT', ports: 'fixed', running: true });
  const placement = await place(consortium, home, 'BFT', 'fixed');
  if (!dryRun) return { placement, material: await ensureMaterial(placement.consortium, home) };
  return withThrowaway(async (folder) => ({
    placement,
    material: await ensureMaterial(placement.consortium, folder),
  }));
}

async function withThrowaway<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'onepledge-dry-run-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
