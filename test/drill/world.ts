/** The system that drills are held on: real Fabric with four BFT orderers in this process, a chaincode process an organisation, a gateway. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueToken } from '@onepledge/gateway/demo-issuer';
import { type Consortium, loadConsortium } from '@onepledge/network';
import {
  type ChaincodeService,
  ensureChaincodeServices,
  type FabricNetwork,
  type FabricNode,
  freePort,
  prepare,
  startFabricNetwork,
} from '@onepledge/network/fabric';
import { onepledge } from '../support/cli';
import { Client } from '../support/client';
import { http } from '../support/http';
import { Program } from '../support/program';
import { ROOT } from '../support/root';
import { cleanUpAfterUs } from '../support/system';
import { until } from '../support/wait';
import { PeerLedger } from './peer-ledger';

const READY_WITHIN_MS = 180_000;
const CAUGHT_UP_WITHIN_MS = 120_000;

export class World {
  readonly home: string;
  readonly consortium: Consortium;
  readonly note: (line: string) => void;
  #network: FabricNetwork | undefined;
  #gateway: Program | undefined;
  #gatewayUrl = '';
  readonly #chaincodes = new Map<string, Program>();
  readonly #ledgers = new Map<string, PeerLedger>();
  readonly #endCleaner: () => void;

  constructor(note: (line: string) => void) {
    this.home = mkdtempSync(join(tmpdir(), 'op-drill-'));
    this.#endCleaner = cleanUpAfterUs(this.home);
    this.consortium = loadConsortium(join(ROOT, 'network', 'consortium.yaml'));
    this.note = note;
  }

  /** @throws Error before the network was started */
  get network(): FabricNetwork {
    if (this.#network === undefined) throw new Error('the network does not run');
    return this.#network;
  }

  /** Starts all; resolves when the gateway is ready. */
  async start(): Promise<void> {
    const { home, consortium } = this;
    for (const folder of ['run', 'secrets']) mkdirSync(join(home, folder), { mode: 0o700 });
    writeFileSync(this.#evidenceKey, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    await prepare({ home, consortium, consensus: 'BFT', ports: 'ephemeral' });
    for (const service of await ensureChaincodeServices(consortium, home)) this.startChaincode(service);
    this.#network = await startFabricNetwork({ home, consortium, consensus: 'BFT', ports: 'ephemeral' });
    const port = await freePort();
    this.#gatewayUrl = `http://127.0.0.1:${port}`;
    this.#gateway = this.#program('gateway', 'gateway/dist/main.js', { PORT: String(port), RATE_LIMIT: '0' });
    this.#gateway.start();
    await until('the gateway is ready', () => this.#isReady(), { withinMs: READY_WITHIN_MS });
  }

  /** Starts an organisation's process of a chaincode. */
  startChaincode(service: ChaincodeService): Program {
    const {
      address,
      package: { id },
      tls,
    } = service;
    const program = this.#program(nameOf(service), 'chaincode/dist/main.js', {
      CHAINCODE_SERVER_ADDRESS: address,
      CHAINCODE_ID: id,
      CHAINCODE_TLS_CERT: tls.certificate,
      CHAINCODE_TLS_KEY: tls.key,
      CHAINCODE_CLIENT_CA_CERT: tls.clientCa,
      ONEPLEDGE_EVIDENCE_KEY_FILE: this.#evidenceKey,
    });
    program.start();
    this.#chaincodes.set(nameOf(service), program);
    return program;
  }

  /** Starts the processes of versions that are to be served, as `network up` does. @returns ends the watch */
  watchChaincodes(): () => void {
    const { home, consortium } = this;
    let ended = false;
    const watch = async (): Promise<void> => {
      while (!ended) {
        for (const service of await ensureChaincodeServices(consortium, home)) {
          const known = this.#chaincodes.get(nameOf(service));
          if (known === undefined) this.startChaincode(service);
          else if (known.crash !== undefined) {
            this.note(`  ${known.crash}\n${known.tail(5)}`);
            this.startChaincode(service);
          }
        }
        await sleep(300);
      }
    };
    watch().catch((error: unknown) => {
      this.note(`the chaincodes are not watched any more: ${String(error)}`);
    });
    return () => {
      ended = true;
    };
  }

  /** Runs `onepledge` as an operator does. @returns what it printed @throws Error with its words when it fails */
  async operate(...words: readonly string[]): Promise<string> {
    this.note(`  onepledge ${words.join(' ')}`);
    const { code, stdout, stderr } = await onepledge(this, words, { timeoutMs: 180_000 });
    if (code !== 0) throw new Error(`onepledge ${words.join(' ')} ended with ${code ?? 0}: ${stderr}`);
    return stdout;
  }

  /** The gateway's URL. */
  url(): string {
    return this.#gatewayUrl;
  }

  /** A client of the gateway. */
  async as(member: string, roles: readonly string[] = []): Promise<Client> {
    return new Client(this.#gatewayUrl, await issueToken(this.home, { member, roles: [...roles] }));
  }

  /** A node by its name: an orderer's own, or the peer's organisation. */
  node(name: string): FabricNode {
    const node = this.network.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  get orderers(): readonly FabricNode[] {
    return this.network.nodes.filter(({ place }) => place.kind === 'orderer');
  }

  /** What an organisation's peer has on its ledger. */
  ledger(organization: string): PeerLedger {
    const known = this.#ledgers.get(organization) ?? new PeerLedger(this.home, organization);
    this.#ledgers.set(organization, known);
    return known;
  }

  /**
   * Waits until all peers have the same chain and the same state.
   * @returns the number of its blocks
   * @throws Error when they do not come to that in time
   */
  async agreement(): Promise<bigint> {
    const organizations = this.network.connection.organizations.map(({ name }) => name);
    return until(
      'all peers have the same ledger',
      async () => {
        const tips = await Promise.all(
          organizations.map((name) =>
            this.ledger(name)
              .tip()
              .catch(() => undefined),
          ),
        );
        const [first] = tips;
        const same =
          first !== undefined && tips.every((tip) => tip?.height === first.height && tip.hash === first.hash);
        if (!same) return undefined;
        const states = await Promise.all(organizations.map((name) => this.ledger(name).commitHash(first.height - 1n)));
        if (new Set(states).size === 1) return first.height;
        throw new Error('the peers have one chain, and not one state');
      },
      { withinMs: CAUGHT_UP_WITHIN_MS, everyMs: 200 },
    );
  }

  /** Waits until an organisation's peer has what the regulator's has now. @returns the number of blocks @throws Error when it does not come to that */
  async caughtUp(organization: string): Promise<bigint> {
    const { height } = await this.ledger('regulator').tip();
    const reached = async (): Promise<bigint | undefined> => {
      const tip = await this.ledger(organization)
        .tip()
        .catch(() => undefined);
      return tip !== undefined && tip.height >= height ? tip.height : undefined;
    };
    return until(`the peer of ${organization} has block ${height - 1n}`, reached, {
      withinMs: CAUGHT_UP_WITHIN_MS,
      everyMs: 200,
    });
  }

  /** Ends all processes and removes the home. */
  async stop(): Promise<void> {
    for (const ledger of this.#ledgers.values()) ledger.close();
    await this.#gateway?.stop();
    await Promise.all([this.#network?.close(), ...[...this.#chaincodes.values()].map((program) => program.stop())]);
    rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
    this.#endCleaner();
  }

  /** Ends of the gateway's log. */
  log(): string {
    return this.#gateway?.tail(20) ?? '';
  }

  get #evidenceKey(): string {
    return join(this.home, 'secrets', 'evidence.key');
  }

  #program(name: string, file: string, environment: Readonly<Record<string, string>>): Program {
    const logFile = join(this.home, 'run', `${name}.log`);
    return new Program({ name, file, environment: { ONEPLEDGE_HOME: this.home, ...environment }, logFile });
  }

  async #isReady(): Promise<true | undefined> {
    if (this.#gateway?.crash !== undefined) throw new Error(`${this.#gateway.crash}\n${this.#gateway.tail()}`);
    try {
      const { status } = await http({ method: 'GET', url: `${this.#gatewayUrl}/readyz`, timeoutMs: 5_000 });
      return status === 200 ? true : undefined;
    } catch {
      return undefined;
    }
  }
}

function nameOf({ organization, version }: ChaincodeService): string {
  return `chaincode-${organization}-${version}`;
}
