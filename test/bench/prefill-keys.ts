/** Fills a stopped network's ledger with keys. Run as `node prefill-keys.js <home> <count>`. */
import { keyOf, valueOf } from './keys';
import { WrittenLedger, type Writes } from './written-blocks';

const KEYS_A_TRANSACTION = 500;
const TRANSACTIONS_A_BLOCK = 10;

async function fill(home: string, count: number): Promise<void> {
  const ledger = await WrittenLedger.open(home);
  for (let serial = 0; serial < count;) {
    const transactions: Writes[] = [];
    for (let tx = 0; tx < TRANSACTIONS_A_BLOCK && serial < count; tx += 1) {
      const size = Math.min(KEYS_A_TRANSACTION, count - serial);
      const first = serial;
      transactions.push(Array.from({ length: size }, (_, i) => [keyOf(first + i, count), valueOf(first + i)]));
      serial += size;
    }
    await ledger.write(transactions);
    process.send?.(serial);
  }
  await ledger.close();
}

if (require.main === module) {
  const [home, count] = process.argv.slice(2);
  if (home === undefined || count === undefined) {
    process.stderr.write('usage: prefill-keys.js <home> <count>\n');
    process.exit(2);
  }
  fill(home, Number(count)).then(
    // With the channel to its parent open it would not end by itself.
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(
        `prefill-keys: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exit(1);
    },
  );
}
