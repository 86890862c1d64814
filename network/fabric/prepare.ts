/** What has to be right before a network starts; what is wrong is told before anything is made. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type Consensus } from '../configuration';
import { type Consortium, consortiumError, type Organization } from '../consortium';
import { ensureMaterial, type NetworkMaterial } from '../identity/material';
import { ensureMemberMaterial, type MemberMaterial } from '../identity/member-material';
import { lackOfSpace } from '../space';
import { firstBlockFile } from './channels';
import { keepPlacement, keptPorts, type Placement, place, placeMember } from './placement';
import { isFree } from './ports';
import { type FabricPrograms, findPrograms } from './programs';
import { Patience } from './wait';

export interface PrepareOptions {
  readonly home: string;
  readonly consortium: Consortium;
  readonly consensus: Consensus['type'];
  /** Of a new network, `fixed`: the description's ports; `ephemeral`: free ones. */
  readonly ports: 'fixed' | 'ephemeral';
  /** Whether the network runs: then the ports that it has are its own. */
  readonly running?: boolean;
}

/** A network that may start. */
export interface Prepared {
  readonly programs: FabricPrograms;
  readonly placement: Placement;
  readonly material: NetworkMaterial;
}

/** This machine cannot run the network now: a port is taken, the disk is full. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}

/**
 * Finds the programs, places the nodes, and makes the keys that are missing.
 * @throws ProgramError, ConsortiumError, MachineError, MaterialError; nothing has been made then
 */
export async function prepare({
  home,
  consortium,
  consensus,
  ports,
  running = false,
}: PrepareOptions): Promise<Prepared> {
  const programs = await findPrograms();
  requireFirstSequences(home, consortium);
  await mkdir(home, { recursive: true, mode: 0o700 });
  requireSpace(home);
  const placement = await place(consortium, home, consensus, ports);
  await requireFreePorts(placement, running ? keptPorts(home) : new Set());
  keepPlacement(home, placement);
  return { programs, placement, material: await ensureMaterial(placement.consortium, home) };
}

/** A member's part of a network that may start. */
export interface PreparedMember {
  readonly programs: FabricPrograms;
  readonly placement: Placement;
  readonly material: MemberMaterial;
}

/**
 * As `prepare`, for the nodes of one member on its own machine.
 * @throws as `prepare`; MaterialError also when another member has not handed over its certificates
 */
export async function prepareMember({
  home,
  consortium,
  member,
  running = false,
}: Pick<PrepareOptions, 'home' | 'consortium' | 'running'> & { readonly member: string }): Promise<PreparedMember> {
  const programs = await findPrograms();
  requireFirstSequences(home, consortium);
  requireSpace(home);
  const kept = keptPorts(home);
  const placement = await placeMember(consortium, home, member);
  const own = placement.consortium.organizations.filter(({ name }) => name === member);
  const [first] = own;
  const orderer = { ...consortium.orderer, orderers: first?.orderers ?? [] };
  await requireFreePorts(
    { ...placement, consortium: { ...consortium, organizations: own, orderer } },
    running ? new Set([...kept, ...ownPorts(own)]) : new Set(),
  );
  const material = await ensureMemberMaterial(placement.consortium, home, member);
  // Whoever is asked for the certificates of all finds out now who has not handed over, not in the middle.
  for (const { name } of consortium.organizations) material.known(name);
  return { programs, placement, material };
}

function ownPorts(organizations: readonly Organization[]): readonly number[] {
  return organizations.flatMap(({ peers, orderers = [] }) => [...peers, ...orderers].map(({ port }) => port));
}

/** On a new channel Fabric takes a first definition at sequence 1 only: after minutes, and in its own words. */
function requireFirstSequences(home: string, consortium: Consortium): void {
  consortium.channels.forEach(({ name, chaincodes }, channel) => {
    if (existsSync(firstBlockFile(home, name))) return;
    chaincodes.forEach(({ sequence }, chaincode) => {
      if (sequence === 1) return;
      const path = ['channels', channel, 'chaincodes', chaincode, 'sequence'];
      throw consortiumError(consortium, path, `must be 1: channel ${name} is new`);
    });
  });
}

/** A node's ledger and log grow; with less than this a start would end in the middle. */
const LEAST_BYTES = 512 * 1024 * 1024;

function requireSpace(home: string): void {
  const lack = lackOfSpace(home, LEAST_BYTES);
  if (lack !== undefined) throw new MachineError(lack);
}

/** Nodes that a killed program has left are gone by then: their guards end them at once. */
const PORTS_FREE_WITHIN_MS = 5_000;

async function requireFreePorts(
  { consortium, adminPorts, operationsPorts }: Placement,
  own: ReadonlySet<number>,
): Promise<void> {
  const ports = [
    ...consortium.orderer.orderers.map(({ name, port }) => [name, port] as const),
    ...consortium.organizations.flatMap(({ name, peers }) =>
      peers.map(({ port }) => [`the peer of ${name}`, port] as const),
    ),
    ...Object.entries(adminPorts).map(([name, port]) => [`${name}'s administrators`, port] as const),
    ...Object.entries(operationsPorts).map(([name, port]) => [`${name}'s operations endpoint`, port] as const),
  ];
  const patience = new Patience(PORTS_FREE_WITHIN_MS);
  for (const [name, port] of ports) {
    if (own.has(port)) continue;
    try {
      await patience.until('', async () => {
        if (!(await isFree(port))) throw new Error('another program listens there');
      });
    } catch (error) {
      throw new MachineError(`port ${port}, of ${name}, is in use: stop the program that listens there`, {
        cause: error,
      });
    }
  }
}
