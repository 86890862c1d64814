/**
 * Commits block after block to a ledger until it is killed or the disk is full: `ledger-writer <folder>`. It writes a line to
 * stdout for each block that is committed, `failed` for one that cannot be, and then ends.
 */
import { writeSync } from 'node:fs';
import { Ledger } from '../ledger/ledger';
import { commitOf, firstBlock } from './ledger-blocks';

async function main(folder: string): Promise<void> {
  const ledger = await Ledger.open(folder, () => Promise.resolve(firstBlock()));
  for (;;) {
    const number = ledger.height;
    await ledger.commit(commitOf(number, ledger.lastHash));
    writeSync(1, `${number}\n`);
  }
}

// Opening writes too: what the last process left in the store's log becomes a file of its own.
main(process.argv[2] ?? '').catch(() => {
  writeSync(1, 'failed\n');
  process.exit();
});
