/** The program of the operator's container: `prepare`, `deploy` and `exporter`, from its environment. */
import { resolve } from 'node:path';
import { pino } from 'pino';
import { loadConsortium } from '../consortium';
import { runProgram, UsageError } from '../environment';
import { deployNetwork } from './deploy';
import { startExporter } from './exporter';
import { layoutOf, PORTS, type Size, SIZES } from './layout';
import { type Owner, prepareVolumes } from './prepare';

async function main(): Promise<void> {
  const { env } = process;
  const folders = {
    home: resolve(env['ONEPLEDGE_HOME'] ?? '/var/lib/onepledge'),
    volumes: resolve(env['ONEPLEDGE_VOLUMES'] ?? '/volumes'),
  };
  const logger = pino({ name: 'operator', level: env['ONEPLEDGE_LOG_LEVEL'] ?? 'info' }, pino.destination(2));
  const layout = () =>
    layoutOf(
      loadConsortium(env['ONEPLEDGE_CONSORTIUM'] ?? '/etc/onepledge/consortium.yaml'),
      sizeOf(env['ONEPLEDGE_SIZE']),
    );
  const [, , job = ''] = process.argv;
  switch (job) {
    case 'prepare':
      await prepareVolumes(layout(), folders, ownerOf(env['ONEPLEDGE_OWNER']));
      logger.info('keys, certificates and configurations are in their volumes');
      return;
    case 'deploy':
      await deployNetwork(layout(), folders, logger);
      logger.info('the network is ready');
      return;
    case 'exporter':
      exporter(env['ONEPLEDGE_CERTIFICATES'] ?? '/certificates');
      return;
    default:
      throw new UsageError(`"${job}" is none of prepare, deploy, exporter`);
  }
}

function sizeOf(text = 'full'): Size {
  const size = SIZES.find((one) => one === text);
  if (size === undefined) throw new UsageError(`ONEPLEDGE_SIZE is ${SIZES.join(' or ')}, not "${text}"`);
  return size;
}

function ownerOf(text: string | undefined): Owner {
  if (text === undefined || text === '') return undefined;
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (uid === undefined || gid === undefined) throw new UsageError(`ONEPLEDGE_OWNER is uid:gid, not "${text}"`);
  return { uid: Number(uid), gid: Number(gid) };
}

function exporter(folder: string): void {
  const server = startExporter(folder, PORTS.exporter, '0.0.0.0');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => server.close(() => process.exit(0)));
}

runProgram(main, []);
