/** What both programs, of the embedded network and of real Fabric, are told by their environment, and how they end when it is wrong. */
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import { readChaincodeAddresses } from './chaincode-addresses';
import { ConsortiumError, loadConsortium, type Consortium } from './consortium';
import { REFUSED } from './exit-code';
import { MaterialError } from './identity/errors';

/** The program was started wrongly. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface ProgramEnvironment {
  readonly logger: Logger;
  /** The folder that the network keeps everything in. */
  readonly home: string;
  readonly ports: 'fixed' | 'ephemeral';
  /** Where the embedded network's orderer's administrators call; undefined: any free port. */
  readonly ordererAdminPort: number | undefined;
  /** Undefined where each organisation runs the chaincodes itself. */
  readonly chaincodeAddress: ReturnType<typeof readChaincodeAddresses> | undefined;
  /** @throws ConsortiumError */
  readonly loadConsortium: () => Consortium;
}

/** @throws UsageError when a variable is missing or cannot be used. */
export function readEnvironment(environment: NodeJS.ProcessEnv): ProgramEnvironment {
  const chaincodeAddress = environment['ONEPLEDGE_CHAINCODE_ADDRESS'] ?? '';
  const ports = environment['ONEPLEDGE_PEER_PORTS'] ?? 'fixed';
  if (ports !== 'fixed' && ports !== 'ephemeral') {
    throw new UsageError(`ONEPLEDGE_PEER_PORTS is fixed or ephemeral, not "${ports}"`);
  }
  const adminPort = environment['ONEPLEDGE_ORDERER_ADMIN_PORT'] ?? '';
  if (!/^\d{0,5}$/.test(adminPort) || Number(adminPort) > 65_535) {
    throw new UsageError(`ONEPLEDGE_ORDERER_ADMIN_PORT is a port, not "${adminPort}"`);
  }
  return {
    ordererAdminPort: adminPort === '' ? undefined : Number(adminPort),
    logger: pino({ name: 'network', level: environment['ONEPLEDGE_LOG_LEVEL'] ?? 'info' }, pino.destination(2)),
    home: environment['ONEPLEDGE_HOME'] ?? '.onepledge',
    ports,
    chaincodeAddress: chaincodeAddress === '' ? undefined : readChaincodeAddresses(chaincodeAddress),
    loadConsortium: () => loadConsortium(environment['ONEPLEDGE_CONSORTIUM'] ?? resolve('network', 'consortium.yaml')),
  };
}

/** What a start may throw through no fault of the program. */
type Expected = abstract new (...parameters: never[]) => Error;

/**
 * Runs a program; what it throws is told, with a stack only where it is a fault of the program, and ends the process.
 * @param refusals errors that another start would meet again: `CODE: message`, exit code 78; as are wrong settings, descriptions and keys
 * @param expected others that are no fault of the program: the message alone, exit code 1
 */
export function runProgram(
  program: () => Promise<void>,
  refusals: readonly Expected[],
  expected: readonly Expected[] = [],
): void {
  program().catch((error: unknown) => {
    const codes: readonly (readonly [Expected, string])[] = [
      [UsageError, 'INVALID_SETTING'],
      [ConsortiumError, 'INVALID_CONSORTIUM'],
      [MaterialError, 'INVALID_KEYS'],
      ...refusals.map((kind) => [kind, 'NOT_POSSIBLE'] as const),
    ];
    const [, code] = codes.find(([kind]) => error instanceof kind) ?? [];
    const isExpected = code !== undefined || expected.some((kind) => error instanceof kind);
    const text = isExpected && error instanceof Error ? error.message : String((error as Error).stack);
    process.stderr.write(`${code === undefined ? '' : `${code}: `}${text}\n`);
    process.exit(code === undefined ? 1 : REFUSED);
  });
}
