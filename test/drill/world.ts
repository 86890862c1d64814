/** The system that drills are held on: real Fabric with four BFT orderers in this process, a chaincode process an organisation, a gateway. */
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  type Stats,
  unwatchFile,
  watchFile,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueToken } from '@onepledge/gateway/demo-issuer';
import { type Consortium, loadConsortium, registrarsOf } from '@onepledge/network';
import {
  CCAAS_BUILDER_VARIABLE,
  type ChaincodeService,
  ensureChaincodeServices,
  type FabricNetwork,
  type FabricNode,
  freePort,
  prepare,
  servedFile,
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
  /** The consortium's description: a copy, which a drill may change as an operator does. */
  readonly description: string;
  readonly note: (line: string) => void;
  #network: FabricNetwork | undefined;
  #gateway: Program | undefined;
  #gatewayUrl = '';
  readonly #chaincodes = new Map<string, Program>();
  readonly #ledgers = new Map<string, PeerLedger>();
  readonly #endCleaner: () => void;
  readonly #follow = (): void => {
    this.#network?.follow(this.consortium).catch((error: unknown) => {
      this.note(`  the network cannot follow the description: ${String(error)}`);
    });
  };

  constructor(note: (line: string) => void) {
    this.home = mkdtempSync(join(tmpdir(), 'op-drill-'));
    this.#endCleaner = cleanUpAfterUs(this.home);
    this.description = join(this.home, 'consortium.yaml');
    copyFileSync(join(ROOT, 'network', 'consortium.yaml'), this.description);
    this.note = note;
  }

  /** The description as it is now. */
  get consortium(): Consortium {
    return loadConsortium(this.description);
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
    // As the program of `network up` does, which this process stands for.
    process.on('SIGHUP', this.#follow);
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
      ONEPLEDGE_REGISTRARS: registrarsOf(this.consortium).join(),
    });
    program.start();
    this.#chaincodes.set(nameOf(service), program);
    return program;
  }

  /** Starts the processes that are wanted, whenever the file that names them has changed, as `network up` does. @returns ends the watch */
  watchChaincodes(): () => void {
    const file = servedFile(this.home);
    const look = ({ mtimeMs }: Stats): void => {
      if (mtimeMs === 0) return; // It is not there yet.
      this.#startMissing().catch((error: unknown) => {
        this.note(`  chaincodes: ${String(error)}`);
      });
    };
    watchFile(file, { interval: 300 }, look);
    return () => {
      unwatchFile(file, look);
    };
  }

  /** Runs `onepledge` as an operator does. @returns what it printed @throws Error with its words when it fails */
  async operate(...words: readonly string[]): Promise<string> {
    this.note(`  onepledge ${words.join(' ')}`);
    const builder = process.env[CCAAS_BUILDER_VARIABLE];
    const environment = {
      ONEPLEDGE_CONSORTIUM: this.description,
      ...(builder === undefined ? {} : { [CCAAS_BUILDER_VARIABLE]: builder }),
    };
    const { code, stdout, stderr } = await onepledge(this, words, { timeoutMs: 180_000, environment });
    if (code !== 0) throw new Error(`onepledge ${words.join(' ')} ended with ${code ?? 0}: ${stderr}`);
    return stdout;
  }

  /** The gateway's URL. */
  url(): string {
    return this.#gatewayUrl;
  }

  /** A client of the gateway. */
  async as(member: string, roles: readonly string[] = [], party?: string): Promise<Client> {
    const acting = { member, roles: [...roles], ...(party === undefined ? {} : { party }) };
    return new Client(this.#gatewayUrl, await issueToken(this.home, acting));
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

  /**
   * Waits until an organisation's peer has so many blocks.
   * @param wanted left out, as many as the regulator's has now
   * @returns how many it has
   * @throws Error when it does not come to that
   */
  async caughtUp(organization: string, wanted?: bigint): Promise<bigint> {
    const height = wanted ?? (await this.ledger('regulator').tip()).height;
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
    process.off('SIGHUP', this.#follow);
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

  async #startMissing(): Promise<void> {
    for (const service of await ensureChaincodeServices(this.consortium, this.home)) {
      const known = this.#chaincodes.get(nameOf(service));
      if (known?.crash !== undefined) this.note(`  ${known.crash}\n${known.tail(5)}`);
      if (known === undefined || known.crash !== undefined) this.startChaincode(service);
    }
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
