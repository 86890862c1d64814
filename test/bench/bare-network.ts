/** The embedded network by itself, with a chaincode that reads and writes single keys: no gateway, no rules. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectionFile, enrol, readConnection } from '@onepledge/network';
import { type ChaincodeProcess, startChaincodes } from '../conformance/chaincodes/process';
import { connectAt, type GatewayClient } from '../support/gateway-client';
import { Program } from '../support/program';
import { until } from '../support/wait';
import { type ProcessMemory, memoryOf, usageOf } from './processes';
import { ROOT } from './system';

const MEMBER = 'platform';
const CHAINCODE = 'onepledge';
const READY_WITHIN_MS = 60_000;

/** What a start took until peers and chaincode answered. */
export type Start = Readonly<{ seconds: number; processorSeconds: number; memory: ProcessMemory }>;

export class BareNetwork {
  readonly home: string;
  readonly #chaincode: ChaincodeProcess;
  readonly #program: Program;

  private constructor(home: string, chaincode: ChaincodeProcess, program: Program) {
    this.home = home;
    this.#chaincode = chaincode;
    this.#program = program;
  }

  /** Starts the chaincode; the network waits for `start`. */
  static async prepare(home: string): Promise<BareNetwork> {
    const socket = join(home, 'chaincode.sock');
    rmSync(socket, { force: true });
    const chaincode = await startChaincodes([{ id: `${CHAINCODE}:1.0`, address: `unix:${socket}` }]);
    const environment = {
      ONEPLEDGE_HOME: home,
      ONEPLEDGE_CONSORTIUM: join(ROOT, 'network', 'consortium.yaml'),
      ONEPLEDGE_CHAINCODE_ADDRESS: `unix:${socket}`,
      ONEPLEDGE_PEER_PORTS: 'ephemeral',
    };
    const file = join('network', 'dist', 'embedded', 'main.js');
    return new BareNetwork(
      home,
      chaincode,
      new Program({ name: 'network', file, environment, logFile: join(home, 'network.log') }),
    );
  }

  /** Starts the network; resolves when it serves. @throws Error with the end of its log when it does not in time */
  async start(): Promise<Start> {
    // One that was killed leaves its own behind.
    rmSync(connectionFile(this.home), { force: true });
    const started = performance.now();
    this.#program.start();
    await until(
      `the network serves\n${this.#program.tail()}`,
      () => {
        if (this.#program.crash !== undefined) throw new Error(this.#program.tail());
        return existsSync(connectionFile(this.home)) ? true : undefined;
      },
      { withinMs: READY_WITHIN_MS, everyMs: 5 },
    );
    const seconds = (performance.now() - started) / 1000;
    return { seconds, processorSeconds: this.processorSeconds(), memory: this.memory() };
  }

  /** Seconds of processor time that the network has used since its start. */
  processorSeconds(): number {
    return usageOf(this.#program.pid)?.cpuSeconds ?? Number.NaN;
  }

  memory(): ProcessMemory {
    return memoryOf(this.#program.pid);
  }

  /** A client of one member at its own peer. */
  async client(): Promise<BareClient> {
    const { channel, organizations } = readConnection(this.home);
    const identity = await enrol(this.home, MEMBER, { name: 'reader', attributes: {} });
    return new BareClient(connectAt(organizations, MEMBER, identity), channel);
  }

  /** Stops the network only. */
  async stop(): Promise<void> {
    await this.#program.stop();
  }

  /** Ends all of it and removes the home. */
  async remove(): Promise<void> {
    await this.#program.stop();
    await this.#chaincode.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

export class BareClient {
  readonly #client: GatewayClient;
  readonly #channel: string;

  constructor(client: GatewayClient, channel: string) {
    this.#client = client;
    this.#channel = channel;
  }

  /** The value of a key, by evaluating a transaction. @throws Error when there is none */
  async read(key: string): Promise<Uint8Array> {
    const value = await this.#client.gateway
      .getNetwork(this.#channel)
      .getContract(CHAINCODE)
      .evaluateTransaction('get', key);
    if (value.length === 0) throw new Error(`${key} is not there`);
    return value;
  }

  close(): void {
    this.#client.close();
  }
}
