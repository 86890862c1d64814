/** The program: starts the consortium on real Fabric from its environment and runs until told to stop. */
import { resolve } from 'node:path';
import { readEnvironment, runProgram, UsageError } from '../environment';
import { ownMember } from '../identity/member-card';
import { MachineError, ProgramError, startFabricNetwork } from './index';

const NOTICE =
  "All organisations' nodes run on this machine: for tests, benchmarks and pilots. In production each member runs its own.";

async function main(): Promise<void> {
  const { logger, home, ports, chaincodeAddress, loadConsortium } = readEnvironment(process.env);
  const consensus = process.env['ONEPLEDGE_CONSENSUS'] ?? 'BFT';
  if (consensus !== 'BFT' && consensus !== 'etcdraft') {
    throw new UsageError(`ONEPLEDGE_CONSENSUS is BFT or etcdraft, not "${consensus}"`);
  }
  const member = ownMember(resolve(home));
  logger.info(member === undefined ? NOTICE : `The nodes of ${member} run on this machine.`);
  const started = performance.now();
  const starting = startFabricNetwork({
    ...{ home, consortium: loadConsortium(), chaincodeAddress, consensus, ports, logger },
  });
  process.once('SIGTERM', () => {
    stop('SIGTERM');
  });
  process.once('SIGINT', () => {
    stop('SIGINT');
  });
  const network = await starting;
  const { connection, programs } = network;
  let following = Promise.resolve();
  process.on('SIGHUP', () => {
    logger.info('reading the description again');
    following = following
      .then(() => network.follow(loadConsortium()))
      .catch((error: unknown) => {
        logger.error({ err: error }, 'the network cannot follow the description; it goes on as it was');
      });
  });
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

// Ports may come free, and room: those are tried again.
runProgram(main, [ProgramError], [MachineError]);
