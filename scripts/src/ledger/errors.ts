/** What goes wrong with ledgers on disk, in the command line's words. */
import { UserError } from '../cli/errors';

/**
 * Runs something on a ledger.
 * @throws UserError in place of the network's own errors.
 */
export async function onLedger<T>(act: () => Promise<T>): Promise<T> {
  const { BackupError, LedgerError } = await import('@onepledge/network/embedded/backup');
  try {
    return await act();
  } catch (error) {
    if (error instanceof BackupError)
      throw new UserError(error.message, { code: `BACKUP_${error.reason}`, cause: error });
    if (error instanceof LedgerError) throw new UserError(error.message, { code: 'LEDGER_UNREADABLE', cause: error });
    throw error;
  }
}
