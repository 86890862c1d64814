/** Where the ledgers are that a command is about. */
import { basename, join, resolve } from 'node:path';
import { UserError } from '../cli/errors';
import { engineOf } from '../network/engine';

/**
 * The folder that the option names, or those of all channels of the network in the home.
 * @throws UserError when there is none.
 */
export async function ledgersOf(home: string, option: string | undefined): Promise<readonly string[]> {
  if (option !== undefined) return [resolve(option)];
  requireOwnLedger(home);
  const { channelsOf, ledgersFolder } = await import('@onepledge/network/embedded/backup');
  const channels = channelsOf(home);
  if (channels.length === 0) throw new UserError(`there is no ledger in ${home}`, { code: 'NO_LEDGER' });
  return channels.map((channel) => join(ledgersFolder(home), channel));
}

/** @throws UserError in a home of real Fabric: the peers keep the ledgers there, each its own */
export function requireOwnLedger(home: string): void {
  if (engineOf(home) !== 'fabric') return;
  throw new UserError(
    `${home} holds real Fabric, whose peers keep their ledgers themselves: "onepledge channel info" compares them, docs/guides/backing-up.md says how to copy them`,
    { code: 'OTHER_ENGINE' },
  );
}

/**
 * The one ledger that is meant.
 * @param channel which of the home's; may be left out where it has one
 * @throws UserError when it is not clear which.
 */
export async function ledgerOf(home: string, option: string | undefined, channel: string | undefined): Promise<string> {
  const all = await ledgersOf(home, option);
  const [only, ...others] = channel === undefined ? all : all.filter((folder) => basename(folder) === channel);
  if (only === undefined)
    throw new UserError(`there is no ledger of channel ${channel ?? ''} in ${home}`, { code: 'NO_LEDGER' });
  if (others.length === 0) return only;
  throw new UserError(`${home} has several channels: name one with --channel`, { code: 'SEVERAL_CHANNELS' });
}
