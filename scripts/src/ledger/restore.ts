/** `ledger restore` */
import { resolve } from 'node:path';
import type { CommandSpec } from '../cli/command';
import { UsageError } from '../cli/errors';
import { startProgress } from '../cli/progress';
import { claimHome } from '../network/claim';
import { onLedger } from './errors';
import { requireOwnLedger } from './folders';
import { inMebibytes } from './size';

export const restore: CommandSpec = {
  verb: 'restore',
  summary: 'put a snapshot in the place of the ledger, when the network is stopped',
  details:
    'Refused before anything changes: a snapshot with a file missing, changed or too many, one whose ledger does not open with the height and hash that its ' +
    'manifest tells, a home whose keys are not those that the ledger knows its members by, a home with a ledger (unless --replace). What was committed after ' +
    'the snapshot is not on the ledger any more, whatever gateways remember. Then: onepledge ledger verify.',
  arguments: [{ name: 'folder', summary: 'the snapshot' }],
  options: [
    { flags: '--digest <sha256>', summary: 'what the snapshot printed: refuse another one' },
    { flags: '--replace', summary: 'remove the ledger that is there' },
    { flags: '--dry-run', summary: 'check all of it, and change nothing' },
  ],
  examples: [
    '/backup/2026-11-23 --dry-run',
    '/backup/2026-11-23 --replace --digest 6f2c8b0f5d3e4a1997c0de5b8a7f6e5d4c3b2a19081726354a5b6c7d8e9fa0b1',
  ],
  async run({ home, output }, input) {
    const folder = resolve(input.argument(0));
    requireOwnLedger(home);
    const digest = input.optional('digest');
    if (digest !== undefined && !/^[0-9a-f]{64}$/.test(digest)) throw new UsageError('--digest: 64 hexadecimal digits');
    const dryRun = input.has('dryRun');
    const { restoreSnapshot } = await import('@onepledge/network/embedded/backup');
    const giveBack = claimHome(home);
    const progress = await startProgress(output, 'restoring', 'MiB');
    try {
      const onBytes = (done: number, total: number): void => {
        progress.update(inMebibytes(done), inMebibytes(total));
      };
      const given = digest === undefined ? {} : { digest };
      const { takenAt, channels } = await onLedger(() =>
        restoreSnapshot(folder, home, { ...given, replace: input.has('replace'), dryRun, onBytes }),
      );
      output.show({ home, dryRun, takenAt, channels }, () =>
        [
          ...channels.map(
            ({ name, height, lastHash }) => `${name}: ${height} blocks; the last one's hash is ${lastHash}`,
          ),
          `the snapshot of ${takenAt} is whole${dryRun ? '; nothing was changed' : ` and is the ledger in ${home} now`}`,
        ].join('\n'),
      );
    } finally {
      progress.stop();
      giveBack();
    }
  },
};
