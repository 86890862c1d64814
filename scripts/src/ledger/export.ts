/** `ledger export` */
import { resolve } from 'node:path';
import type { CommandSpec } from '../cli/command';
import { startProgress } from '../cli/progress';
import { onLedger } from './errors';
import { ledgerOf } from './folders';

const LAST_BLOCK = 999_999_999;

export const exportCommand: CommandSpec = {
  verb: 'export',
  summary: "write the blocks as files in Fabric's format",
  details:
    'One file a block, such as onepledge_0.block, as "peer channel fetch" saves it from a peer, for Fabric’s own tools (configtxlator proto_decode --type ' +
    'common.Block), with a manifest of all hashes. While the network runs, or when it is stopped. Private data are not in blocks.',
  arguments: [{ name: 'folder', summary: 'a folder that is not there yet' }],
  options: [
    { flags: '--channel <name>', summary: 'which channel; may be left out where there is one' },
    { flags: '--ledger <folder>', summary: "a channel's ledger elsewhere, such as in a snapshot" },
    { flags: '--from <n>', summary: 'the first block', default: '0' },
    { flags: '--to <n>', summary: 'the last block; left out, the newest' },
    { flags: '--dry-run', summary: 'say what would be written, and leave nothing behind' },
  ],
  examples: ['/audit/blocks', '/audit/november --from 41200 --to 58799 --json'],
  async run({ home, output }, input) {
    const folder = resolve(input.argument(0));
    const dryRun = input.has('dryRun');
    const [from, to] = [input.integer('from', 0, LAST_BLOCK) ?? 0, input.integer('to', 0, LAST_BLOCK)];
    const { exportBlocks } = await import('@onepledge/network/embedded/backup');
    const ledger = await ledgerOf(home, input.optional('ledger'), input.optional('channel'));
    const progress = await startProgress(output, 'exporting', 'blocks');
    try {
      const last = to === undefined ? {} : { to };
      const exported = await onLedger(() =>
        exportBlocks(ledger, folder, { from, ...last, dryRun, onBlock: progress.update }),
      );
      output.show({ folder, dryRun, ...exported }, () => {
        const { channel, first, last: newest, height, digest } = exported;
        const what = `${channel}: blocks ${first} to ${newest} of ${height} ${dryRun ? 'would go' : 'are'} in ${folder}`;
        return digest === undefined ? what : `${what}\ndigest: ${digest}`;
      });
    } finally {
      progress.stop();
    }
  },
};
