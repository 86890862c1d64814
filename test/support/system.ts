/** A whole system as separate processes in a temporary home: network, chaincode and any number of gateways. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CCAAS_BUILDER_VARIABLE, freePort, packageChaincode } from '@onepledge/network/fabric';
import { issueToken, type TokenRequest } from '@onepledge/gateway/demo-issuer';
import { parse, stringify } from 'yaml';
import { http } from './http';
import { createTestDatabase, type TestDatabase, testServer } from './postgres-database';
import { Program } from './program';
import { ROOT } from './root';
import { until } from './wait';

export type SystemOptions = Readonly<{
  /** How many gateways serve the network; 1 when left out. */
  gateways?: number;
  /** Added to the environment of every gateway. */
  gatewayEnvironment?: Readonly<Record<string, string>>;
  /** Arguments of node for a program, by its name. */
  nodeArguments?: Readonly<Record<string, readonly string[]>>;
  readyWithinMs?: number;
  /** The same program once more under another name, in a process of its own. */
  secondChaincode?: Readonly<{ name: string; environment: Readonly<Record<string, string>> }>;
  /** ONEPLEDGE_ENGINE when left out, and the embedded network without it. */
  engine?: EngineName;
}>;

/** The network that a system runs on; Fabric's programs must then be on PATH. */
export type EngineName = 'embedded' | 'fabric';

/** The engine that the environment names. @throws Error when it is none */
export function engineFromEnvironment(): EngineName {
  const named = process.env['ONEPLEDGE_ENGINE'] ?? 'embedded';
  if (named !== 'embedded' && named !== 'fabric')
    throw new Error(`ONEPLEDGE_ENGINE is embedded or fabric, not ${named}`);
  return named;
}

/** How long a system may take to be ready, in milliseconds. */
export const READY_WITHIN_MS: Readonly<Record<EngineName, number>> = { embedded: 60_000, fabric: 180_000 };

/** A gateway of the system; its URL stays the same when it is started again. */
export type GatewayProgram = Readonly<{ name: string; url: string; program: Program }>;

export interface System {
  /** Folder of all state. */
  readonly home: string;
  /** The consortium's description: a copy, which a test may change. */
  readonly description: string;
  readonly network: Program;
  readonly chaincode: Program;
  readonly gateways: readonly GatewayProgram[];
  readonly programs: readonly Program[];
  /** The URL of a gateway. @param index 0 when left out */
  url(index?: number): string;
  /** A token of the demo issuer. */
  token(request: TokenRequest): Promise<string>;
  /** Resolves when every gateway says that it is ready. @throws Error with the logs when the time is over */
  ready(): Promise<void>;
  /** Ends of all logs, for the message of a failed test. */
  logs(lines?: number): string;
  /** Ends all processes and removes the home. */
  stop(): Promise<void>;
}

/**
 * Starts a system and waits until it is ready.
 * @throws Error with the ends of the logs when it is not ready in time
 */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const home = mkdtempSync(join(tmpdir(), 'op-'));
  if (process.env['ONEPLEDGE_KEEP_HOME'] !== undefined) process.stderr.write(`ONEPLEDGE_HOME=${home}\n`);
  const server = testServer();
  const database = server === undefined ? undefined : await createTestDatabase(server);
  const system = new RunningSystem(home, await gatewayPorts(options.gateways ?? 1), options, database);
  try {
    for (const program of system.programs) program.start();
    await system.ready();
    return system;
  } catch (error) {
    await system.stop();
    throw error;
  }
}

const CONSORTIUM = join(ROOT, 'network', 'consortium.yaml');

type Served = Readonly<{ name: string; address: string; program: Program }>;

/** The consortium's description in a file of the home, with its chaincode once more where another name is given. */
function describeIn(home: string, second: string | undefined): string {
  const consortium = parse(readFileSync(CONSORTIUM, 'utf8')) as { channels: { chaincodes: object[] }[] };
  if (second !== undefined) {
    for (const { chaincodes } of consortium.channels) chaincodes.push({ ...chaincodes[0], name: second });
  }
  const file = join(home, 'consortium.yaml');
  writeFileSync(file, stringify(consortium));
  return file;
}

async function gatewayPorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

class RunningSystem implements System {
  readonly home: string;
  readonly description: string;
  readonly network: Program;
  readonly chaincode: Program;
  readonly gateways: readonly GatewayProgram[];
  readonly programs: readonly Program[];
  readonly #readyWithinMs: number;
  readonly #endCleaner: () => void;
  readonly #database: TestDatabase | undefined;

  constructor(
    home: string,
    ports: readonly number[],
    options: SystemOptions,
    /** That all gateways share; undefined: one each, in the home. */
    database: TestDatabase | undefined,
  ) {
    this.home = home;
    this.#database = database;
    const engine = options.engine ?? engineFromEnvironment();
    this.#readyWithinMs = options.readyWithinMs ?? READY_WITHIN_MS[engine];
    this.#endCleaner = cleanUpAfterUs(home);
    for (const folder of ['run', 'secrets']) mkdirSync(join(home, folder), { mode: 0o700 });
    const keyFile = join(home, 'secrets', 'evidence.key');
    writeFileSync(keyFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    const program = (
      name: string,
      file: string,
      environment: Record<string, string>,
      beforeStart?: () => void,
    ): Program =>
      new Program({
        name,
        file,
        environment: { ONEPLEDGE_HOME: home, ...environment },
        logFile: join(home, 'run', `${name}.log`),
        nodeArguments: options.nodeArguments?.[name] ?? [],
        ...(beforeStart === undefined ? {} : { beforeStart }),
      });
    const chaincode = (label: string, name: string, more: Readonly<Record<string, string>> = {}): Served => {
      const socket = join(home, `${label}.sock`);
      const address = `unix:${socket}`;
      const environment = {
        CHAINCODE_SERVER_ADDRESS: address,
        CHAINCODE_ID: packageChaincode(name, '1.0', address).id,
        ONEPLEDGE_CHAINCODE_NAME: name,
        ONEPLEDGE_EVIDENCE_KEY_FILE: keyFile,
        ONEPLEDGE_REGISTRARS: 'PlatformMSP',
        ...more,
      };
      const removeSocket = (): void => {
        // A socket that a killed process left behind would end the next one at its start.
        rmSync(socket, { force: true });
      };
      return { name, address, program: program(label, 'chaincode/dist/main.js', environment, removeSocket) };
    };
    const second = options.secondChaincode;
    this.description = describeIn(home, second?.name);
    const served = [
      chaincode('chaincode', 'onepledge'),
      ...(second === undefined ? [] : [chaincode('chaincode-2', second.name, second.environment)]),
    ];
    const builder = process.env[CCAAS_BUILDER_VARIABLE];
    this.network = program('network', `network/dist/${engine}/main.js`, {
      ONEPLEDGE_CONSORTIUM: this.description,
      ONEPLEDGE_CHAINCODE_ADDRESS: served.map(({ name, address }) => `${name}=${address}`).join(),
      ONEPLEDGE_PEER_PORTS: 'ephemeral',
      ...(builder === undefined ? {} : { [CCAAS_BUILDER_VARIABLE]: builder }),
    });
    this.gateways = ports.map((port, i) => {
      const name = `gateway-${i}`;
      return {
        name,
        url: `http://127.0.0.1:${port}`,
        program: program(name, 'gateway/dist/main.js', {
          PORT: String(port),
          ONEPLEDGE_GATEWAY_NAME: name,
          // Load tests are not about the limit; the test that is sets its own.
          RATE_LIMIT: '0',
          ...(database === undefined ? {} : { DATABASE_URL: database.url }),
          ...options.gatewayEnvironment,
        }),
      };
    });
    const chaincodes = served.map((one) => one.program);
    [this.chaincode] = chaincodes as [Program, ...Program[]];
    this.programs = [...chaincodes, this.network, ...this.gateways.map((gateway) => gateway.program)];
  }

  url(index = 0): string {
    const gateway = this.gateways[index];
    if (gateway === undefined) throw new Error(`there is no gateway ${index}`);
    return gateway.url;
  }

  token(request: TokenRequest): Promise<string> {
    return issueToken(this.home, request);
  }

  async ready(): Promise<void> {
    try {
      await Promise.all(
        this.gateways.map(({ name, url }) =>
          until(`${name} is ready`, () => this.#isReady(url), { withinMs: this.#readyWithinMs }),
        ),
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.logs()}`, { cause: error });
    }
  }

  logs(lines = 20): string {
    return this.programs.map((program) => `--- ${program.name}\n${program.tail(lines)}`).join('\n');
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map(({ program }) => program.stop()));
    await Promise.all(this.programs.map((program) => program.stop()));
    await this.#database?.drop();
    if (process.env['ONEPLEDGE_KEEP_HOME'] === undefined)
      rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
    this.#endCleaner();
  }

  async #isReady(url: string): Promise<true | undefined> {
    const crash = this.programs.find((program) => program.crash !== undefined)?.crash;
    if (crash !== undefined) throw new Error(crash);
    try {
      const { status } = await http({ method: 'GET', url: `${url}/readyz`, timeoutMs: 5_000 });
      return status === 200 ? true : undefined;
    } catch {
      return undefined;
    }
  }
}

/**
 * Removes the home when this process ends without having done so, whatever ends it: the other end of the pipe is closed by the system.
 * @returns ends the watch
 */
export function cleanUpAfterUs(home: string): () => void {
  if (process.env['ONEPLEDGE_KEEP_HOME'] !== undefined) return () => undefined;
  // The programs end by their own lifelines; what they write while they do so is waited for.
  const script = 'cat >/dev/null; for i in 1 2 3 4 5 6; do rm -rf "$0" 2>/dev/null; sleep 2; done';
  const watch = spawn('/bin/sh', ['-c', script, home], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watch.on('error', () => undefined);
  watch.stdin.on('error', () => undefined);
  watch.unref();
  return () => {
    watch.kill('SIGKILL');
  };
}
