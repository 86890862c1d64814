/** The program: starts the consortium on real Fabric from its environment and runs until told to stop. */
import { resolve } from 'node:path';
import { pino } from 'pino';
import { readChaincodeAddresses } from '../chaincode-addresses';
import { ConsortiumError, loadConsortium } from '../consortium';
import { MaterialError } from '../identity/errors';
import { ProgramError, startFabricNetwork } from './index';

const NOTICE =
  "All organisations' nodes run on this machine: for tests, benchmarks and pilots. In production each member runs its own.";

async function main(): Promise<void> {
  const logger = pino({ name: 'network', level: process.env['ONEPLEDGE_LOG_LEVEL'] ?? 'info' }, pino.destination(2));
  const home = process.env['ONEPLEDGE_HOME'] ?? '.onepledge';
  const consortiumFile = process.env['ONEPLEDGE_CONSORTIUM'] ?? resolve('network', 'consortium.yaml');
  const chaincodeAddress = process.env['ONEPLEDGE_CHAINCODE_ADDRESS'];
  const ports = process.env['ONEPLEDGE_PEER_PORTS'] ?? 'fixed';
  const consensus = process.env['ONEPLEDGE_CONSENSUS'] ?? 'BFT';
  if (chaincodeAddress === undefined || chaincodeAddress === '') {
    throw new UsageError(
      'ONEPLEDGE_CHAINCODE_ADDRESS is not set: host:port or unix:/path of the chaincode, or name=address,…',
    );
  }
  if (ports !== 'fixed' && ports !== 'ephemeral') {
    throw new UsageError(`ONEPLEDGE_PEER_PORTS is fixed or ephemeral, not "${ports}"`);
  }
  if (consensus !== 'BFT' && consensus !== 'etcdraft') {
    throw new UsageError(`ONEPLEDGE_CONSENSUS is BFT or etcdraft, not "${consensus}"`);
  }
  logger.info(NOTICE);
  const started = performance.now();
  const starting = startFabricNetwork({
    ...{ home, consortium: loadConsortium(consortiumFile), consensus, ports, logger },
    chaincodeAddress: readChaincodeAddresses(chaincodeAddress),
    onFailure: (error) => {
      logger.fatal({ err: error }, 'a node has ended');
      process.exitCode = 1;
      stop('failure');
    },
  });
  process.once('SIGTERM', () => {
    stop('SIGTERM');
  });
  process.once('SIGINT', () => {
    stop('SIGINT');
  });
  const { connection, programs } = await starting;
  const peers = Object.fromEntries(connection.organizations.map(({ mspId, peers: [peer] }) => [mspId, peer?.endpoint]));
  const ms = Math.round(performance.now() - started);
  logger.info({ home: resolve(home), consensus, version: programs.version, peers, ms }, 'ready');

  function stop(reason: string): void {
    logger.info({ reason }, 'stopping');
    starting
      .then((network) => network.close())
      .then(
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

/** The program was started wrongly. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

main().catch((error: unknown) => {
  const expected = [UsageError, ConsortiumError, MaterialError, ProgramError];
  const isExpected = expected.some((kind) => error instanceof kind);
  process.stderr.write(`${isExpected && error instanceof Error ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
});
