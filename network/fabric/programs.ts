/** Fabric's own programs, as its release has them: on PATH, of the version that the project is made for. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Where the programs are. */
export interface FabricPrograms {
  readonly peer: string;
  readonly orderer: string;
  /** The folder of the builder for chaincode as a service: its `bin` holds detect, build and release. */
  readonly ccaasBuilder: string;
  /** As `peer` says, such as v3.1.5. */
  readonly version: string;
}

/** A program of Fabric is missing, or is not of the right version. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** Names the folder of the builder where it is not beside the programs. */
export const CCAAS_BUILDER_VARIABLE = 'ONEPLEDGE_CCAAS_BUILDER';

const LINE = 'v3.1';
const INSTALL_PAGE = 'https://hyperledger-fabric.readthedocs.io/en/release-3.1/install.html';

/**
 * Finds the programs. Fabric's release is one folder with `bin` and `builders/ccaas`: the builder is looked for there, beside
 * `peer`, unless ONEPLEDGE_CCAAS_BUILDER says where it is.
 * @throws ProgramError saying what is missing, and where it was looked for
 */
export async function findPrograms(environment: NodeJS.ProcessEnv = process.env): Promise<FabricPrograms> {
  const path = environment['PATH'] ?? '';
  // One after the other: when both are missing, it is always the first that is named.
  const peer = await find('peer', path);
  const orderer = await find('orderer', path);
  const version = await versionOf(peer);
  for (const [name, found] of [
    ['peer', version],
    ['orderer', await versionOf(orderer)],
  ] as const) {
    if (!found.startsWith(`${LINE}.`)) {
      throw new ProgramError(
        `the ${name} on PATH is of Hyperledger Fabric ${found}: ${LINE} is needed (${INSTALL_PAGE})`,
      );
    }
  }
  const ccaasBuilder =
    environment[CCAAS_BUILDER_VARIABLE] ?? join(dirname(await realpath(peer)), '..', 'builders', 'ccaas');
  for (const name of ['detect', 'build', 'release']) {
    if (await isExecutable(join(ccaasBuilder, 'bin', name))) continue;
    throw new ProgramError(
      `Fabric's builder for chaincode as a service is not in ${ccaasBuilder} (bin/${name} is missing): ` +
        `set ${CCAAS_BUILDER_VARIABLE} to builders/ccaas of Fabric's release`,
    );
  }
  return { peer, orderer, ccaasBuilder, version };
}

async function find(name: string, path: string): Promise<string> {
  for (const folder of path.split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  throw new ProgramError(
    `Hyperledger Fabric's program "${name}" is not on PATH: install Fabric ${LINE} and add its bin (${INSTALL_PAGE})`,
  );
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const VERSION_WITHIN_MS = 10_000;

async function versionOf(program: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, ['version'], { timeout: VERSION_WITHIN_MS });
    return /Version: (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  } catch (error) {
    throw new ProgramError(`"${program} version" failed: it may not be a program of Hyperledger Fabric`, {
      cause: error,
    });
  }
}
