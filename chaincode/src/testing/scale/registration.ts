/** How a gateway brings a registration about: message by message, each of which may be lost, repeated or overtaken. */
import { minorOf } from '../../model/money';
import { partyKey } from '../../model/party';
import type { Result } from '../../model/result';
import type { CertifiedIdentity } from '../../domain/authority';
import type { Context } from '../../domain/context';
import { actorOf } from '../../domain/authority';
import type { PartyRecord, Receivable } from '../../domain/records';
import { ENROLMENT } from '../builders';
import { Channel, type Key, type Transaction } from './channel';
import {
  abandon,
  assetIdAt,
  type Foreign,
  follow,
  key,
  register,
  type Registration,
  type Reservation,
  reserve,
} from './cross-channel';
import type { Routing } from './routing';

/** One act for one channel; it may be carried out any number of times. */
export type Message = Readonly<{
  channel: number;
  what: string;
  run: (transaction: Transaction, foreign: Foreign) => Result<unknown>;
}>;

/** What the gateway does next, given what became of the last message. */
export type Flow = Generator<Message, Result<Receivable>, Result<unknown>>;

/** All channels, with the same members and parties on each. */
export class Partitions {
  readonly routing: Routing;
  readonly channels: readonly Channel[];
  readonly #parties: ReadonlyMap<string, PartyRecord>;

  constructor(routing: Routing, parties: ReadonlyMap<string, PartyRecord>) {
    this.routing = routing;
    this.channels = Array.from({ length: routing.channels }, () => new Channel());
    this.#parties = parties;
  }

  channel(index: number): Channel {
    const channel = this.channels[index];
    if (channel === undefined) throw new Error(`there is no channel ${index}`);
    return channel;
  }

  place(here: number): Readonly<{ here: number; routing: Routing; parties: ReadonlyMap<string, PartyRecord> }> {
    return { here, routing: this.routing, parties: this.#parties };
  }

  /** Who acts, and when. @throws Error for an identity that nobody has */
  context(identity: CertifiedIdentity, at: string): Context {
    const member = ENROLMENT.find(({ mspId }) => mspId === identity.mspId);
    const home = identity.party === undefined ? undefined : this.#parties.get(partyKey(identity.party));
    const actor = actorOf(identity, member, home);
    if (!actor.ok) throw new Error(actor.error.detail);
    return { actor: actor.value, at };
  }

  /** How much of each document the asset is to take: what it needs, as far as it is left now. The ledger decides again. */
  plan({ amount, evidence }: Registration): ReadonlyMap<string, bigint> {
    const open = new Map(evidence.map(({ kind }) => [kind, minorOf(amount)] as const));
    return new Map(
      evidence.map((document) => {
        const token = this.routing.tokens.tokenOf(document);
        const record = this.channel(this.routing.channelOf(document)).at(key.evidence(token));
        const left = minorOf(document.amount) - (record?.used ?? 0n);
        const needed = open.get(document.kind) ?? 0n;
        const taken = left < needed ? left : needed;
        open.set(document.kind, needed - taken);
        return [token, taken] as const;
      }),
    );
  }

  /** Registers an asset: reserves by falling token what lies elsewhere, has the home decide, and ends the reservations. */
  *registration(command: Registration, identity: CertifiedIdentity, at: string): Flow {
    const context = this.context(identity, at);
    const home = this.routing.homeOf(command.evidence);
    const takes = this.plan(command);
    const assetId = assetIdAt(home, identity.mspId, command.id);
    const held: { channel: number; key: Key<Reservation> }[] = [];
    let outcome: Result<unknown> | undefined;
    for (const { evidence, token } of this.routing.inOrder(command.evidence)) {
      const channel = this.routing.channelOf(evidence);
      if (channel === home) continue;
      const amount = takes.get(token) ?? 0n;
      outcome = yield this.reserving(channel, { command, home, evidence, amount }, context);
      if (!outcome.ok) break;
      held.push({ channel, key: key.reservation({ mspId: identity.mspId, home, assetId, token }) });
    }
    if (outcome?.ok !== false) outcome = yield this.registering(home, command, context);
    const [first] = held;
    if (!outcome.ok && first !== undefined) yield this.abandoning(home, first, context);
    for (const { channel, key: reservation } of held) yield this.following(channel, reservation);
    return outcome as Result<Receivable>;
  }

  /** What anybody does about a reservation that is still held: has it decided, and follows. */
  *recovery(channel: number, held: Reservation, identity: CertifiedIdentity, at: string): Flow {
    const found = { channel, key: key.reservation(held) };
    yield this.abandoning(held.home, found, this.context(identity, at));
    return (yield this.following(channel, found.key)) as Result<Receivable>;
  }

  /** All reservations of which nobody has yet said how they ended. */
  held(): readonly Readonly<{ channel: number; reservation: Reservation }>[] {
    return this.channels.flatMap((channel, index) =>
      [...channel.all(key.reservation(''))]
        .filter(({ status }) => status === 'HELD')
        .map((reservation) => ({ channel: index, reservation })),
    );
  }

  reserving(channel: number, request: Parameters<typeof reserve>[2], context: Context): Message {
    const run = (transaction: Transaction): Result<unknown> =>
      reserve(transaction, this.place(channel), request, context);
    return { channel, what: 'reserve', run };
  }

  registering(channel: number, command: Registration, context: Context): Message {
    const run: Message['run'] = (transaction, foreign) =>
      register(transaction, this.place(channel), command, foreign, context);
    return { channel, what: 'register', run };
  }

  abandoning(channel: number, at: Readonly<{ channel: number; key: Key<Reservation> }>, context: Context): Message {
    const run: Message['run'] = (transaction, foreign) =>
      abandon(transaction, this.place(channel), at, foreign, context);
    return { channel, what: 'abandon', run };
  }

  following(channel: number, at: Key<Reservation>): Message {
    return { channel, what: 'follow', run: (transaction, foreign) => follow(transaction, at, foreign) };
  }
}
