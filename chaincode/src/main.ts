/** The chaincode as a program: one service for the streams of all peers that run it. */
import { unlinkSync } from 'node:fs';
import { quietShim } from './server/quiet-shim';

// WARNING is the level's name for the shim; others, WARN too, mean info.
process.env['CORE_CHAINCODE_LOGGING_LEVEL'] ??= 'WARNING';
process.env['CORE_CHAINCODE_LOGGING_SHIM'] ??= 'WARNING';

async function main(): Promise<void> {
  quietShim();
  const [{ serveChaincode }, { readSettings }] = await Promise.all([
    import('./server/chaincode-server.js'),
    import('./server/settings.js'),
  ]);
  const settings = readSettings(process.env);
  if (settings.address.startsWith('unix:')) removeStaleSocket(settings.address.slice('unix:'.length));
  const stop = await serveChaincode(settings, '1.0');
  process.stdout.write(`chaincode ${settings.ccid} serves at ${settings.address}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stop();
      process.exit(0);
    });
  }
}

// A socket file that a killed process left behind keeps the next one from listening.
function removeStaleSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`chaincode: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
