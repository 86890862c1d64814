/** What operators' commands work with: the consortium's description, and administrators at the running network's peers. */
import { join } from 'node:path';
import type { Consortium } from '@onepledge/network';
import type { Administration } from '@onepledge/network/administration';
import type { Context } from '../cli/context';
import { UserError } from '../cli/errors';
import { ROOT } from '../root';

/** ONEPLEDGE_CONSORTIUM, or the project's own description. */
export function consortiumFile(): string {
  return process.env['ONEPLEDGE_CONSORTIUM'] ?? join(ROOT, 'network', 'consortium.yaml');
}

/** An operator at work. */
export type Session = Readonly<{ consortium: Consortium; administration: Administration }>;

/**
 * Does something as administrator: of the organisation that --as names, else of all whose keys are in the home.
 * @throws UserError in one line, where the network, the description or the keys are the reason
 */
export async function administer(context: Context, work: (session: Session) => Promise<void>): Promise<void> {
  await explained(async () => {
    const { loadConsortium } = await import('@onepledge/network');
    const { openAdministration } = await import('@onepledge/network/administration');
    const consortium = loadConsortium(consortiumFile());
    const { member } = context.acting;
    const administration = await openAdministration(context.home, member === undefined ? undefined : [member]);
    try {
      await work({ consortium, administration });
    } finally {
      administration.close();
    }
  });
}

/** Turns what operators can do something about into one line. */
export async function explained(work: () => Promise<void>): Promise<void> {
  const network = await import('@onepledge/network');
  const administration = await import('@onepledge/network/administration');
  const { LateError, MachineError, ProgramError } = await import('@onepledge/network/fabric');
  const { ConfigurationError } = await import('@onepledge/network/configuration');
  try {
    await work();
  } catch (error) {
    const refusal = administration.refusalOf(error);
    if (refusal !== undefined) throw new UserError(refusal, { code: 'REFUSED_BY_NETWORK', cause: error });
    for (const [kind, code] of [
      [administration.AdministrationError, 'NOT_POSSIBLE'],
      [ConfigurationError, 'NOT_POSSIBLE'],
      [MachineError, 'NOT_POSSIBLE'],
      [LateError, 'NOT_READY'],
      [ProgramError, 'NOT_AVAILABLE'],
      [network.ConnectionError, 'NOT_RUNNING'],
      [network.ConsortiumError, 'INVALID_CONSORTIUM'],
      [network.MaterialError, 'INVALID_KEYS'],
    ] as const) {
      if (error instanceof kind) throw new UserError(error.message, { code, cause: error });
    }
    throw error;
  }
}
