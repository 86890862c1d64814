/** The network as its connection file describes it: members, and where their peers listen. Read again when it may have changed. */
import { statSync } from 'node:fs';
import { type Connection, ConnectionError, connectionFile, readConnection } from '@onepledge/network';
import { pause } from '../outbox/pause';
import { problem } from '../problem';
import { LedgerUnavailable } from './errors';

export type NetworkMember = Connection['organizations'][number];

const RETRY_MS = 200;
const LOOK_MS = 1_000;

/** Members by name and MSP id. What was read last is kept while the network is away, so that names still resolve. */
export class NetworkDirectory {
  readonly #home: string;
  readonly #served: ReadonlySet<string> | undefined;
  #connection: Connection | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  /** The file that was read last, to tell it from a newer one. */
  #stamp = '';

  /** @param served members that the gateway acts for; undefined for all */
  constructor(home: string, served: readonly string[] | undefined) {
    this.#home = home;
    this.#served = served === undefined ? undefined : new Set(served);
  }

  /**
   * The connection, read now when it was never read.
   * @throws LedgerUnavailable when no network ever published one.
   */
  connection(): Connection {
    return this.#connection ?? this.refresh();
  }

  /**
   * Reads the file again, at most a few times a second.
   * @throws LedgerUnavailable when it cannot be read and never was.
   */
  refresh(): Connection {
    const now = performance.now();
    if (this.#connection !== undefined && now - this.#readAt < RETRY_MS) return this.#connection;
    this.#readAt = now;
    this.#stamp = this.#fileStamp();
    try {
      this.#connection = readConnection(this.#home);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      if (this.#connection === undefined) throw new LedgerUnavailable(error.message, { cause: error });
    }
    return this.#connection;
  }

  /** Resolves when the network has published another connection than the one that was read last, as when a member joins; or with the signal. */
  async changed(signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(LOOK_MS, signal);
      const stamp = this.#fileStamp();
      if (signal.aborted || (stamp !== '' && stamp !== this.#stamp)) return;
    }
  }

  /** All members of the network. */
  members(): readonly NetworkMember[] {
    return this.connection().organizations;
  }

  find(name: string): NetworkMember | undefined {
    return this.members().find((member) => member.name === name);
  }

  /** The MSP id behind a member's name; undefined when there is no such member. */
  mspIdOf(name: string): string | undefined {
    return this.find(name)?.mspId;
  }

  /**
   * The member, when this gateway acts for it.
   * @throws ProblemError FORBIDDEN when it does not, or there is none.
   */
  requireServed(name: string): NetworkMember {
    const member = this.find(name);
    if (member === undefined) throw problem('FORBIDDEN', `${name} is not a member of the network`);
    if (this.#served !== undefined && !this.#served.has(name)) {
      throw problem('FORBIDDEN', `this gateway does not act for ${name}`);
    }
    return member;
  }

  serves(name: string): boolean {
    return this.#served === undefined || this.#served.has(name);
  }

  /** Empty while there is no file. */
  #fileStamp(): string {
    const found = statSync(connectionFile(this.#home), { throwIfNoEntry: false });
    return found === undefined ? '' : `${found.ino}/${found.mtimeMs}`;
  }
}
