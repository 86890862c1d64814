/**
 * How far every peer's ledger is. On Fabric each organisation has a ledger of its own: what one has committed another may not have yet, so that
 * a test which acts for several waits until all have seen what it was answered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, hash } from '@hyperledger/fabric-gateway';
import { type Connection, createSigner, enrol, readConnection } from '@onepledge/network';
import { until } from './wait';

const RETRY_MS = 200;
const REACHED_WITHIN_MS = 30_000;

export class PeerHeights {
  readonly #home: string;
  readonly #heights = new Map<string, bigint>();
  #closed = false;
  readonly #open = new Set<{ close(): void }>();

  /** @param home of a network that is ready */
  constructor(home: string) {
    this.#home = home;
    for (const { name } of readConnection(home).organizations) {
      this.#heights.set(name, 0n);
      void this.#follow(name);
    }
  }

  /** Resolves when every peer has committed the block. @throws Error when one has not in time */
  async reached(block: bigint): Promise<void> {
    const behind = (): boolean => [...this.#heights.values()].some((height) => height <= block);
    if (!behind()) return;
    const all = (): true | undefined => (this.#closed || !behind() ? true : undefined);
    await until(`all peers have block ${block}`, all, { withinMs: REACHED_WITHIN_MS, everyMs: 5 });
  }

  close(): void {
    this.#closed = true;
    for (const one of this.#open) one.close();
  }

  /** Never rejects: a peer that is away is asked again. */
  async #follow(name: string): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#read(name);
      } catch {
        // The network is stopped or starts again.
      }
      await sleep(RETRY_MS);
    }
  }

  async #read(name: string): Promise<void> {
    const connection = readConnection(this.#home);
    const { gateway, client } = await this.#connect(connection, name);
    const startBlock = this.#heights.get(name) ?? 0n;
    const blocks = await gateway.getNetwork(connection.channel).getFilteredBlockEvents({ startBlock });
    const streams = {
      close: () => {
        blocks.close();
        gateway.close();
        client.close();
      },
    };
    this.#open.add(streams);
    try {
      for await (const block of blocks) this.#heights.set(name, BigInt(block.getNumber()) + 1n);
    } finally {
      this.#open.delete(streams);
      streams.close();
    }
  }

  async #connect(connection: Connection, name: string): Promise<{ gateway: Gateway; client: Client }> {
    const peer = connection.organizations.find((organization) => organization.name === name)?.peers[0];
    if (peer === undefined) throw new Error(`${name} has no peer`);
    const { mspId, certificatePem, privateKeyPem } = await enrol(this.#home, name, { name: 'watcher', attributes: {} });
    const signer = createSigner(mspId, certificatePem, privateKeyPem);
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
      'grpc.ssl_target_name_override': peer.serverName,
    });
    const gateway = connect({
      client,
      identity: { mspId, credentials: Buffer.from(certificatePem) },
      signer: (message) => Promise.resolve(signer.sign(message)),
      hash: hash.none,
    });
    return { gateway, client };
  }
}
