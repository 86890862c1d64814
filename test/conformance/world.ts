/** What a behaviour meets: clients of the network, and a prefix of its own so that behaviours leave each other alone. */
import { type SubmittedTransaction } from '@hyperledger/fabric-gateway';
import { type EnrolledIdentity, enrol, type Signer } from '@onepledge/network';
import { connectAt, type GatewayClient } from '../support/gateway-client';
import { type OrganizationName } from './behaviour';
import { conformanceConsortium } from './consortium';
import { type Engine } from './engines/engine';

/** Who acts: an organisation's user, or its administrator. */
export type Actor = OrganizationName | `${OrganizationName}/admin`;

/** The unmodified client of one actor at its own organisation's peer. */
export interface Client extends GatewayClient {
  readonly identity: EnrolledIdentity;
}

/** No call of a client takes longer. */
export const CALL_WITHIN_MS = 60_000;

/** Makes each client once. */
export class Clients {
  readonly engine: Engine;
  readonly #made = new Map<string, Promise<Client>>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /**
   * @param at the organisation whose peer is asked; the actor's own when left out
   * @param peer which of its peers
   */
  of(actor: Actor, at?: OrganizationName, peer = 0): Promise<Client> {
    const [name, role] = actor.split('/') as [OrganizationName, 'admin' | undefined];
    const key = `${actor}@${at ?? name}/${peer}`;
    const found = this.#made.get(key) ?? this.#connect(name, role ?? 'client', at ?? name, peer);
    this.#made.set(key, found);
    return found;
  }

  /**
   * A client of any identity, at an organisation's peer; who makes it closes it.
   * @param signer another than the identity's own
   */
  connect(identity: EnrolledIdentity, at: OrganizationName, signer?: Signer, peer = 0): Client {
    const within = { withinMs: CALL_WITHIN_MS, streamsWithinMs: CALL_WITHIN_MS };
    return { identity, ...connectAt(this.engine.organizations, at, identity, { signer, peer, ...within }) };
  }

  async close(): Promise<void> {
    for (const client of await Promise.all(this.#made.values())) client.close();
  }

  async #connect(
    name: OrganizationName,
    role: 'client' | 'admin',
    at: OrganizationName,
    peer: number,
  ): Promise<Client> {
    const identity = await enrol(this.engine.home, name, { name: role, role, attributes: {} });
    return this.connect(identity, at, undefined, peer);
  }
}

/** The network as one try of one behaviour sees it. */
export class World {
  readonly engine: Engine;
  readonly clients: Clients;
  readonly #prefix: string;

  /** @param prefix letters and digits only, and of one length for all */
  constructor(clients: Clients, prefix: string) {
    this.engine = clients.engine;
    this.clients = clients;
    this.#prefix = prefix;
  }

  client(actor: Actor, at?: OrganizationName, peer?: number): Promise<Client> {
    return this.clients.of(actor, at, peer);
  }

  /**
   * Waits until the peers of all the channel's members have committed a transaction, as what comes next may ask any of them. The
   * embedded network's peers have one ledger, so that there is nothing to wait for.
   */
  async everywhere(transaction: SubmittedTransaction, actor: Actor, channel: string): Promise<void> {
    if (this.engine.name === 'embedded') return;
    const members = conformanceConsortium().channels.find(({ name }) => name === channel)?.members ?? [];
    const request = transaction.getBytes();
    await Promise.all(
      members.map(async (member) => {
        const { gateway } = await this.client(actor, member as OrganizationName);
        await gateway.newCommit(request).getStatus();
      }),
    );
  }

  /** Puts the prefix where `$` stands. */
  fill(text: string): string {
    return text.replaceAll('$', this.#prefix);
  }

  /** Puts `$` where the prefix stands. */
  hide(text: string): string {
    return text.replaceAll(this.#prefix, '$');
  }
}
