/** The program: starts a gateway from its environment and runs until told to stop. */
import { REFUSED } from '@onepledge/network/exit-code';
import { ConfigError, readConfig } from './config';
import { RecordsOfAnotherLedger } from './continuity';
import { startGateway } from './gateway';

async function main(): Promise<void> {
  const gateway = await startGateway(readConfig(process.env));
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`gateway: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Without its database a gateway can do nothing: whoever started it decides whether to try again.
  gateway.opened.catch(() => process.exit(1));
  const error = await gateway.failed;
  if (!(error instanceof RecordsOfAnotherLedger)) process.exit(1);
  // Whoever started it tells this, and does not try again: it cannot work as things are.
  process.stderr.write(`OTHER_LEDGER: ${error.message}\n`);
  process.exit(REFUSED);
}

main().catch((error: unknown) => {
  const message = error instanceof ConfigError || error instanceof Error ? error.message : String(error);
  process.stderr.write(`gateway: ${message}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
});
