/** The program: starts the embedded network from its environment and runs until told to stop. */
import { resolve } from 'node:path';
import { pino } from 'pino';
import { readChaincodeAddresses } from '../chaincode-addresses';
import { ConsortiumError, loadConsortium } from '../consortium';
import { MaterialError } from '../identity/errors';
import { DeployError, ExecutionError, LedgerError, ListenError, PackageError, startEmbeddedNetwork } from './index';

const NOTICE = 'This is the embedded network: for development, tests, demos and small pilots, not for production.';

async function main(): Promise<void> {
  const logger = pino({ name: 'network', level: process.env['ONEPLEDGE_LOG_LEVEL'] ?? 'info' }, pino.destination(2));
  const home = process.env['ONEPLEDGE_HOME'] ?? '.onepledge';
  const consortiumFile = process.env['ONEPLEDGE_CONSORTIUM'] ?? resolve('network', 'consortium.yaml');
  const chaincodeAddress = process.env['ONEPLEDGE_CHAINCODE_ADDRESS'];
  const peerPorts = process.env['ONEPLEDGE_PEER_PORTS'] ?? 'fixed';
  if (chaincodeAddress === undefined || chaincodeAddress === '') {
    throw new UsageError(
      'ONEPLEDGE_CHAINCODE_ADDRESS is not set: host:port or unix:/path of the chaincode, or name=address,…',
    );
  }
  if (peerPorts !== 'fixed' && peerPorts !== 'ephemeral') {
    throw new UsageError(`ONEPLEDGE_PEER_PORTS is fixed or ephemeral, not "${peerPorts}"`);
  }
  logger.info(NOTICE);
  const started = performance.now();
  const network = await startEmbeddedNetwork({
    home,
    consortium: loadConsortium(consortiumFile),
    chaincodeAddress: readChaincodeAddresses(chaincodeAddress),
    peerPorts,
    logger,
    onFailure: () => {
      process.exitCode = 1;
      stop('failure');
    },
  });
  const { channel, organizations } = network.connection;
  const peers = Object.fromEntries(organizations.map(({ mspId, peers: [peer] }) => [mspId, peer?.endpoint]));
  const ms = Math.round(performance.now() - started);
  logger.info({ home: resolve(home), channel, height: network.height(channel), peers, ms }, 'ready');

  function stop(reason: string): void {
    logger.info({ reason }, 'stopping');
    network.close().then(
      () => {
        logger.info('stopped');
        process.exit();
      },
      (error: unknown) => {
        logger.fatal({ err: error }, 'the network did not stop cleanly');
        process.exit(1);
      },
    );
  }
  process.once('SIGTERM', () => {
    stop('SIGTERM');
  });
  process.once('SIGINT', () => {
    stop('SIGINT');
  });
}

/** The program was started wrongly. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

main().catch((error: unknown) => {
  const expected = [
    UsageError,
    LedgerError,
    ConsortiumError,
    ExecutionError,
    ListenError,
    MaterialError,
    DeployError,
    PackageError,
  ];
  const isExpected = expected.some((kind) => error instanceof kind);
  process.stderr.write(`${isExpected && error instanceof Error ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
});
