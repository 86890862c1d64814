/** A node of the network: one of Fabric's programs, started again when it ends without having been told to. */
import { NodeProcess } from './node-process';

/** What a node is and where it is found. */
export interface NodePlace {
  /** Its folder's name: the orderer's own, or the peer's organisation. */
  readonly name: string;
  readonly kind: 'orderer' | 'peer';
  readonly mspId: string;
  readonly port: number;
  /** Health and metrics, with mutual TLS. */
  readonly operationsPort: number;
  readonly folder: string;
  readonly logFile: string;
}

/** What runs as the node. */
export interface NodeProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** Beside what tells it its folder and what to log. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface NodeEvents {
  /** It was started, or has ended. */
  readonly onChange: () => void;
  /** It ended by itself. @returns whether it is to be started again */
  readonly onEnd: (error: Error) => boolean;
}

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 10_000;
/** Ends within this time make the next start later. */
const WITHIN_MS = 60_000;

export class FabricNode {
  readonly place: NodePlace;
  readonly #program: NodeProgram;
  readonly #events: NodeEvents;
  #process: NodeProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #crashes: number[] = [];
  #restarts = 0;
  /** Whether it is to run. */
  #wanted = false;

  constructor(place: NodePlace, program: NodeProgram, events: NodeEvents) {
    this.place = place;
    this.#program = program;
    this.#events = events;
  }

  get name(): string {
    return this.place.name;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Starts it, unless it runs. */
  start(): void {
    clearTimeout(this.#timer);
    this.#wanted = true;
    if (this.#process !== undefined) return;
    const { name, folder, logFile } = this.place;
    const { program, args, environment: more } = this.#program;
    const environment = { FABRIC_CFG_PATH: folder, FABRIC_LOGGING_SPEC: 'info:grpc=error', ...more };
    const started = new NodeProcess({
      ...{ name, program, args, environment, logFile },
      onEnd: (error) => {
        this.#ended(error);
      },
    });
    this.#process = started;
    this.#events.onChange();
  }

  /** Ends it; it stays stopped until `start`. */
  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#end();
  }

  /** Ends it and starts it again, as one that has ended by itself; it stays stopped when it is stopped meanwhile. */
  async restart(): Promise<void> {
    await this.#end();
    if (!this.#wanted) return;
    this.#restarts += 1;
    this.start();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#process?.stop();
    this.#process = undefined;
    this.#events.onChange();
  }

  #ended(error: Error): void {
    this.#process = undefined;
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < WITHIN_MS), now];
    const again = this.#events.onEnd(error);
    this.#events.onChange();
    if (!again) return;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (this.#crashes.length - 1), MAX_DELAY_MS);
    this.#timer = setTimeout(() => {
      this.#restarts += 1;
      this.start();
    }, delay);
  }
}
