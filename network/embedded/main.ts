/** The program: starts the embedded network from its environment and runs until told to stop. */
import { resolve } from 'node:path';
import { readEnvironment, runProgram, UsageError } from '../environment';
import {
  ConfigError,
  DeployError,
  type EmbeddedNetwork,
  ExecutionError,
  LedgerError,
  ListenError,
  PackageError,
  startEmbeddedNetwork,
} from './index';

const NOTICE = 'This is the embedded network: for development, tests, demos and small pilots, not for production.';

async function main(): Promise<void> {
  const { logger, home, ports, chaincodeAddress, ordererAdminPort, loadConsortium } = readEnvironment(process.env);
  if (chaincodeAddress === undefined) {
    throw new UsageError(
      'ONEPLEDGE_CHAINCODE_ADDRESS is not set: host:port or unix:/path of the chaincode, or name=address,…',
    );
  }
  logger.info(NOTICE);
  let network: EmbeddedNetwork | undefined = undefined;
  // Before it starts: who reads its connection may tell it to stop in the same instant.
  process.once('SIGTERM', () => {
    stop('SIGTERM');
  });
  process.once('SIGINT', () => {
    stop('SIGINT');
  });
  const started = performance.now();
  network = await startEmbeddedNetwork({
    home,
    consortium: loadConsortium(),
    chaincodeAddress,
    peerPorts: ports,
    ordererAdminPort,
    logger,
    onFailure: () => {
      process.exitCode = 1;
      stop('failure');
    },
  });
  const { channel, organizations } = network.connection;
  const peers = Object.fromEntries(
    organizations.map(({ mspId, peers: theirs }) => [mspId, theirs.map(({ endpoint }) => endpoint).join(' ')]),
  );
  const ms = Math.round(performance.now() - started);
  logger.info({ home: resolve(home), channel, height: network.height(channel), peers, ms }, 'ready');
  const running = network;
  let following = Promise.resolve();
  process.on('SIGHUP', () => {
    logger.info('reading the description again');
    following = following
      .then(() => running.follow(loadConsortium()))
      .catch((error: unknown) => {
        logger.error({ err: error }, 'the network cannot follow the description; it goes on as it was');
      });
  });

  function stop(reason: string): void {
    logger.info({ reason }, 'stopping');
    // A start that is cut short is like one that a crash ended: the next start goes on from what is on disk.
    if (network === undefined) process.exit();
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
}

runProgram(main, [ConfigError, LedgerError, ListenError, PackageError], [DeployError, ExecutionError]);
