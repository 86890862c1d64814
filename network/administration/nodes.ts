/** What a channel's configuration needs to know of a node that comes in, from the keys that the development CA makes for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consenter, type MemberDefinition } from '../configuration';
import { type Consortium } from '../consortium';
import { type Placement, place } from '../fabric/placement';
import { prepare } from '../fabric/prepare';
import { ensureMaterial, type NetworkMaterial } from '../identity/material';
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
  const { placement, material } = await prepared(home, described, dryRun);
  const organization = placement.consortium.organizations.find((one) => one.name === name);
  if (organization === undefined) throw new AdministrationError(`the consortium describes no organisation "${name}"`);
  const { mspId, caPem, tlsCaPem } = material.organization(name);
  return { mspId, caPem, tlsCaPem, anchorPeers: organization.peers.slice(0, 1) };
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
  const { material } = await prepared(home, described, dryRun);
  const found = material.orderer.nodes.find((one) => one.name === name);
  if (found === undefined) throw new AdministrationError(`the consortium describes no orderer "${name}"`);
  const { host, port, identity, tls } = found;
  return { mspId: material.orderer.mspId, host, port, certPem: identity.certPem, tlsCertPem: tls.certPem };
}

async function prepared(
  home: string,
  consortium: Consortium,
  dryRun: boolean,
): Promise<{ readonly placement: Placement; readonly material: NetworkMaterial }> {
  if (!dryRun && isFabric(home)) return prepare({ home, consortium, consensus: 'BFT', ports: 'fixed', running: true });
  const placement = await place(consortium, home, 'BFT', 'fixed');
  if (!dryRun) return { placement, material: await ensureMaterial(placement.consortium, home) };
  const folder = await mkdtemp(join(tmpdir(), 'onepledge-dry-run-'));
  try {
    return { placement, material: await ensureMaterial(placement.consortium, folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
