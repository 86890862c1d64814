/** Puts the gateway together: listens at once, opens its database beside, and says in /readyz when it can work. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { createTokenVerifier } from './auth/tokens';
import { ensureDemoIssuer } from './auth/demo-issuer';
import { DevelopmentWallet } from './auth/wallet';
import { enrolMembers } from './bootstrap';
import type { GatewayConfig } from './config';
import { holdsRecords, RecordsOfAnotherLedger } from './continuity';
import { allRoutes } from './http/routes';
import { createApplication } from './http/server';
import type { Services } from './http/services';
import { ImportService } from './imports/service';
import { Blocks } from './ledger/blocks';
import { NetworkDirectory } from './ledger/directory';
import { FabricLedger } from './ledger/fabric';
import { GroupedReads } from './ledger/reads';
import { LedgerSessions } from './ledger/sessions';
import { createMetrics, timed } from './metrics';
import { type Database, openDatabase } from './outbox/database';
import { backOff } from './outbox/group';
import { Outbox } from './outbox/outbox';
import { pause, withinTime } from './outbox/pause';
import { OutboxStore } from './outbox/store';
import { problem, type ProblemError } from './problem';
import { Readiness } from './readiness';

/** A running gateway. */
export interface Gateway {
  /** Where it listens, e.g. http://127.0.0.1:3000. */
  readonly url: string;
  /** Resolves when the database is open and requests are carried out; rejects when it cannot be opened. */
  readonly opened: Promise<void>;
  /** Resolves with the reason when the gateway must not go on: another one of its name works on the database, or its records are of another ledger. */
  readonly failed: Promise<Error>;
  /** Stops: takes nothing more, ends what is under way within the configured time, closes. What is left is taken up at the next start. */
  close(): Promise<void>;
}

type Storage = Readonly<{ database: Database; store: OutboxStore; outbox: Outbox; imports: ImportService }>;

const READY_DEADLINE_MS = 3000;
// A network that starts beside the gateway is there within seconds, and to ask for it costs little.
const BOOTSTRAP_POLL_MS = 150;

/**
 * Starts a gateway.
 * @throws Error of the server when the address cannot be listened on.
 */
export async function startGateway(config: GatewayConfig, logger?: Logger): Promise<Gateway> {
  const log = logger ?? pino({ name: 'gateway', level: config.logLevel }, pino.destination(2));
  const metrics = createMetrics();
  const directory = new NetworkDirectory(config.home, config.members);
  const sessions = new LedgerSessions(directory, new DevelopmentWallet(config.home));
  const ledger = new FabricLedger(sessions, config.timeouts);
  const blocks = new Blocks(ledger);
  let tell: (known: true) => void = () => undefined;
  /** What the records know to be committed is known. */
  const told = new Promise<true>((resolve) => {
    tell = resolve;
  });
  const reads = new GroupedReads(
    {
      evaluate: (principal, queries) => timed(metrics, 'evaluate', () => ledger.evaluate(principal, queries)),
    },
    async () => {
      if ((await withinTime(told, config.timeouts.evaluate)) !== true) throw starting();
    },
  );
  const readiness = new Readiness(READY_DEADLINE_MS);
  const stop = new AbortController();

  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    fail = (error) => {
      log.fatal({ err: error }, 'the gateway must not go on');
      resolve(error);
    };
  });
  let storage: Storage | undefined;
  const opened = openStorage().then(
    (made) => {
      storage = made;
    },
    (error: unknown) => {
      // Before `opened` rejects: whoever hears of it may end the process at once.
      log.fatal({ err: error }, 'the gateway cannot open its database');
      throw error;
    },
  );
  // Whoever starts the gateway hears of it through `opened`; until then it must not count as unheard.
  opened.catch(() => undefined);
  const needStorage = (): Storage => {
    if (storage === undefined) throw starting();
    return storage;
  };

  const services: Services = {
    tokens: createTokenVerifier(config.issuer, config.home),
    directory,
    reads,
    blocks,
    metrics,
    log,
    readiness,
    outbox: () => needStorage().outbox,
    store: () => needStorage().store,
    imports: () => needStorage().imports,
  };
  let enrolled = false;
  readiness.add('outbox', async () => {
    await needStorage().store.ping();
  });
  readiness.add('ledger', async () => {
    const probe = directory.members().find(({ name }) => directory.serves(name));
    if (probe === undefined) throw new Error('no member to act for');
    await reads.query({ member: probe.name, role: 'auditor' }, { type: 'member.list' });
    if (!enrolled) throw new Error('the members are not on the ledger yet');
  });

  const routes = allRoutes(services, { bytes: config.importLimit, files: config.importFiles });
  const server = createServer(createApplication(services, routes, config));
  // Longer than clients keep idle connections, so that none is closed under a request on its way.
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 120_000;
  const url = await listen(server, config);
  if (config.issuer.kind === 'demo') await ensureDemoIssuer(config.home);
  log.info({ url, home: config.home, name: config.name }, 'listening');
  const bootstrap = opened.then(followMembers, () => undefined);

  return {
    url,
    opened,
    failed,
    close: async () => {
      const ended = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeIdleConnections();
      stop.abort();
      await opened.catch(() => undefined);
      await storage?.outbox.close(config.timeouts.stop);
      await bootstrap;
      await Promise.race([ended, pause(500, new AbortController().signal)]);
      server.closeAllConnections();
      sessions.close();
      await storage?.database.close();
      log.info('stopped');
    },
  };

  async function openStorage(): Promise<Storage> {
    const { databaseUrl: url, name: gateway } = config;
    const folder = join(config.home, 'gateway', gateway);
    const database = await openDatabase({ url, folder, gateway, onLost: fail });
    const store = new OutboxStore(database.kysely, config.name);
    // Before anything is read: a peer that is behind it would tell of what was before what this gateway has answered.
    const newest = await store.newestCommit();
    if (newest !== undefined) sessions.remember({ transactionId: newest.id, block: BigInt(newest.block) });
    tell(true);
    const outbox = new Outbox({
      store,
      ledger,
      limits: config.group,
      commitTimeout: config.timeouts.commit,
      metrics,
      log,
      onOvertaken: fail,
      onBlock: (block) => {
        blocks.noteBlock(block);
      },
    });
    await outbox.resume();
    return { database, store, outbox, imports: new ImportService(database.kysely, store, outbox) };
  }

  /** Members that come later are written down, and served, without another start. */
  async function followMembers(): Promise<void> {
    for (;;) {
      await bootstrapMembers();
      await directory.changed(stop.signal);
      if (stop.signal.aborted) return;
      sessions.renew();
    }
  }

  async function holdsOurRecords(): Promise<boolean> {
    const probe = directory.members().find(({ name }) => directory.serves(name));
    if (probe === undefined) return true;
    const { oneLedger } = directory.connection();
    return holdsRecords(needStorage().store, blocks, { member: probe.name, role: 'auditor' }, oneLedger);
  }

  async function bootstrapMembers(): Promise<void> {
    for (let failures = 0; !stop.signal.aborted; failures += 1) {
      try {
        if (!(await holdsOurRecords())) throw new Error('the ledger has not come to what is on record here');
        const done = await enrolMembers(directory, reads, needStorage().outbox, log);
        enrolled ||= done;
        if (done) return;
      } catch (error) {
        if (error instanceof RecordsOfAnotherLedger) {
          fail(error);
          return;
        }
        log.debug({ err: error }, 'the ledger is not there yet');
      }
      await pause(Math.min(BOOTSTRAP_POLL_MS, backOff(failures, Math.random())), stop.signal);
    }
  }
}

function starting(): ProblemError {
  return problem('LEDGER_UNAVAILABLE', 'the gateway is starting');
}

async function listen(server: Server, { port, host }: GatewayConfig): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, port: actual, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`;
}
