/** `ledger snapshot` */
import { resolve } from 'node:path';
import type { CommandSpec } from '../cli/command';
import { startProgress } from '../cli/progress';
import { onLedger } from './errors';
import { requireOwnLedger } from './folders';
import { inMebibytes } from './size';

export const snapshot: CommandSpec = {
  verb: 'snapshot',
  summary: 'copy the ledger while the network runs, or when it is stopped',
  details:
    'Copies every channel as of one moment (private data included, so keep it as safe as the home) and the installed chaincode packages into a new ' +
    'folder, with a manifest of all hashes. Note the digest that is printed: with it a restore tells whether anybody changed the snapshot since. Keys ' +
    '(crypto/, secrets/) and what gateways keep are not in it: back these up apart.',
  arguments: [{ name: 'folder', summary: 'a folder that is not there yet' }],
  options: [{ flags: '--dry-run', summary: 'say what would be copied, and leave nothing behind' }],
  examples: ['/backup/2026-11-23', '/backup/2026-11-23 --dry-run --json'],
  async run({ home, output }, input) {
    const folder = resolve(input.argument(0));
    requireOwnLedger(home);
    const dryRun = input.has('dryRun');
    const { takeSnapshot } = await import('@onepledge/network/embedded/backup');
    const progress = await startProgress(output, 'copying', 'MiB');
    try {
      const onBytes = (done: number, total: number): void => {
        progress.update(inMebibytes(done), inMebibytes(total));
      };
      const taken = await onLedger(() => takeSnapshot(home, folder, { dryRun, onBytes }));
      output.show({ folder, dryRun, ...taken }, () =>
        [
          ...taken.channels.map(
            ({ name, height, lastHash }) => `${name}: ${height} blocks; the last one's hash is ${lastHash}`,
          ),
          `${taken.files} files, ${inMebibytes(taken.bytes)} MiB ${dryRun ? 'would go' : 'are'} in ${folder}`,
          ...(taken.digest === undefined ? [] : [`digest: ${taken.digest}`]),
        ].join('\n'),
      );
    } finally {
      progress.stop();
    }
  },
};
