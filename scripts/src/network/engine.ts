/** The two networks that a home can hold: which it is, and the programs of each. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OptionSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { chaincodeAddress } from './chaincode-address';
import type { ProgramSpec } from './managed-process';
import { peerPortsFree } from './ports';
import { fabricPrograms, networkPrograms } from './programs';
import { ensureEvidenceKey, requireEvidenceKey } from './secrets';
import type { ChangingPrograms } from './supervisor';

/** `embedded`: all in one process; `fabric`: Hyperledger Fabric's own programs. */
export type EngineName = 'embedded' | 'fabric';

/** For all verbs of the network: refused where the home holds the other one. */
export const ENGINE_OPTION: OptionSpec = {
  flags: '--engine <engine>',
  summary: 'which network is meant: refused where the home holds the other one',
  choices: ['embedded', 'fabric'],
};

/** What a network's programs are started from. */
export type EngineSettings = Readonly<{
  home: string;
  /** The consortium's description. */
  consortium: string;
  note: (line: string) => void;
}>;

/** How long each may take to be ready. */
export const READY_WITHIN_SECONDS: Readonly<Record<EngineName, number>> = { embedded: 60, fabric: 180 };

/** The network that the home holds a ledger of; undefined when it holds none. */
export function engineOf(home: string): EngineName | undefined {
  // A member's own home is Fabric's always, also where it is in no channel.
  if (existsSync(join(home, 'member.json')) || holds(join(home, 'fabric', 'blocks'))) return 'fabric';
  return holds(join(home, 'network', 'ledger')) ? 'embedded' : undefined;
}

/**
 * The network to start: the one that is asked for, else the home's; a member's own nodes are Fabric's always.
 * @throws UserError when the home holds the other one's ledger
 */
export function chooseEngine(home: string, asked: string | undefined): EngineName {
  const held = engineOf(home);
  const engine: EngineName = asked === 'fabric' ? 'fabric' : asked === 'embedded' ? 'embedded' : (held ?? 'embedded');
  if (held === undefined || held === engine) return engine;
  throw new UserError(
    `${home} holds a ledger of the ${held} network: set ONEPLEDGE_HOME to another folder, or remove it with "onepledge network reset"`,
    { code: 'OTHER_ENGINE' },
  );
}

/** The programs beside the gateway, in the order of starting; those that come and go as a file says are told anew. */
export type EnginePrograms = Readonly<{
  programs: readonly ProgramSpec[];
  changing?: ChangingPrograms;
  /** Whose part of the network it is; undefined for all of it. */
  member?: string | undefined;
}>;

/** What a network consists of. @throws UserError when it cannot be started */
export const ENGINE_PROGRAMS: Readonly<Record<EngineName, (settings: EngineSettings) => Promise<EnginePrograms>>> = {
  embedded: embeddedEngine,
  fabric: fabricEngine,
};

async function embeddedEngine({ home, consortium, note }: EngineSettings): Promise<EnginePrograms> {
  const chaincode = await chaincodeAddress(home);
  const peerPorts = await choosePeerPorts(consortium, note);
  const evidenceKey = ensureEvidenceKey(home, engineOf(home) !== undefined);
  return { programs: networkPrograms({ home, consortium, chaincode, evidenceKey, peerPorts }) };
}

async function fabricEngine({ home, consortium: file }: EngineSettings): Promise<EnginePrograms> {
  const { ConsortiumError, loadConsortium, MaterialError, ownMember, registrarsOf } =
    await import('@onepledge/network');
  const { ensureChaincodeServices, MachineError, prepare, prepareMember, ProgramError, servedFile } =
    await import('@onepledge/network/fabric');
  try {
    const peerPorts = givenPeerPorts() ?? 'fixed';
    const consortium = loadConsortium(file);
    const member = ownMember(home);
    const begun = engineOf(home) !== undefined;
    if (member === undefined) await prepare({ home, consortium, consensus: 'BFT', ports: peerPorts });
    else await prepareMember({ home, consortium, member });
    const evidenceKey = member === undefined ? ensureEvidenceKey(home, begun) : requireEvidenceKey(home);
    const programs = async (): Promise<readonly ProgramSpec[]> => {
      const newest = loadConsortium(file);
      const chaincodes = await ensureChaincodeServices(newest, home);
      const registrars = registrarsOf(newest);
      return fabricPrograms({ home, consortium: file, peerPorts, chaincodes, registrars, evidenceKey });
    };
    return { programs: await programs(), member, changing: { file: servedFile(home), programs } };
  } catch (error) {
    for (const [kind, code] of [
      [ProgramError, 'NOT_AVAILABLE'],
      [MachineError, 'NOT_POSSIBLE'],
      [ConsortiumError, 'INVALID_CONSORTIUM'],
      [MaterialError, 'INVALID_KEYS'],
    ] as const) {
      if (error instanceof kind) throw new UserError(error.message, { code, cause: error });
    }
    throw error;
  }
}

/** The consortium's ports, unless another network of this machine has them: clients learn the ports from a file anyway. */
async function choosePeerPorts(consortium: string, note: (line: string) => void): Promise<'fixed' | 'ephemeral'> {
  const given = givenPeerPorts();
  if (given !== undefined) return given;
  if (await peerPortsFree(consortium, '127.0.0.1')) return 'fixed';
  note('ports of the peers are in use, by another network perhaps; taking free ones');
  return 'ephemeral';
}

function givenPeerPorts(): 'fixed' | 'ephemeral' | undefined {
  const given = process.env['ONEPLEDGE_PEER_PORTS'];
  return given === 'fixed' || given === 'ephemeral' ? given : undefined;
}

function holds(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
