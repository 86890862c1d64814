/** A world in which messages are lost, repeated and overtaken, peers lag, and gateways end in the middle; each choice is a number from outside. */
import type { Result } from '../../model/result';
import type { Key, Transaction } from './channel';
import type { CertifiedIdentity } from '../../domain/authority';
import { type Foreign, key, type Reservation } from './cross-channel';
import type { Flow, Message, Partitions } from './registration';

type Client = { flow: Flow; next: Message | undefined; waiting: boolean; outcome: Result<unknown> | undefined };
type Ordered = Readonly<{
  transaction: Transaction;
  channel: number;
  result: Result<unknown>;
  client: Client | undefined;
}>;

/** One choice: what happens, to which of those it may happen to, and how far the peers lag that are asked meanwhile. */
export type Choice = Readonly<{
  act: 'step' | 'commit' | 'lose' | 'repeat' | 'crash' | 'abandon' | 'follow';
  which: number;
  lag: number;
}>;

export class Chaos {
  readonly #partitions: Partitions;
  readonly #stranger: CertifiedIdentity;
  readonly #at: string;
  readonly #clients: Client[] = [];
  readonly #sent: Message[] = [];
  #orderers: Ordered[] = [];
  #transactions = 0;

  /** @param stranger another member, who has abandoned what is not its own, at a time when it may */
  constructor(partitions: Partitions, stranger: CertifiedIdentity, at: string) {
    this.#partitions = partitions;
    this.#stranger = stranger;
    this.#at = at;
  }

  /** Begins a flow; it goes on as choices are made. */
  begin(flow: Flow): void {
    const client: Client = { flow, next: undefined, waiting: false, outcome: undefined };
    this.#advance(client, flow.next());
    this.#clients.push(client);
  }

  /** What became of the flows, in the order in which they began; undefined for those that did not end. */
  get outcomes(): readonly (Result<unknown> | undefined)[] {
    return this.#clients.map(({ outcome }) => outcome);
  }

  choose({ act, which, lag }: Choice): void {
    switch (act) {
      case 'step':
        this.#step(pick(this.#ready(), which), lag);
        return;
      case 'commit':
        this.#commit(this.#taken(which));
        return;
      case 'lose': {
        // The client gives up waiting and asks again.
        const lost = this.#taken(which);
        if (lost?.client !== undefined) lost.client.waiting = false;
        return;
      }
      case 'repeat': {
        const message = pick(this.#sent, which);
        if (message !== undefined) this.#endorse(message, undefined, lag);
        return;
      }
      case 'crash': {
        const client = pick(this.#ready(), which);
        if (client !== undefined) client.next = undefined;
        return;
      }
      case 'abandon': {
        const found = pick(this.#reservations(), which);
        if (found === undefined) return;
        const context = this.#partitions.context(this.#stranger, this.#at);
        this.#endorse(this.#partitions.abandoning(found.home, found, context), undefined, lag);
        return;
      }
      case 'follow': {
        const found = pick(this.#reservations(), which);
        if (found !== undefined) this.#endorse(this.#partitions.following(found.channel, found.key), undefined, lag);
        return;
      }
    }
  }

  /** Sends a message that no client of ours sends. */
  send(message: Message, lag = 0): Result<unknown> {
    return this.#endorse(message, undefined, lag);
  }

  /** Lets everything that is under way come to its end, in order. */
  drain(): void {
    while (this.#orderers.length > 0 || this.#ready().length > 0) {
      while (this.#orderers.length > 0) this.#commit(this.#taken(0));
      for (const client of this.#ready()) this.#step(client, 0);
    }
  }

  /** All that were ever made. */
  #reservations(): readonly Readonly<{ channel: number; home: number; key: Key<Reservation> }>[] {
    return this.#partitions.channels.flatMap((channel, index) =>
      [...channel.all(key.reservation(''))].map((one) => ({
        channel: index,
        home: one.home,
        key: key.reservation(one),
      })),
    );
  }

  #ready(): readonly Client[] {
    return this.#clients.filter(({ next, waiting }) => next !== undefined && !waiting);
  }

  #step(client: Client | undefined, lag: number): void {
    if (client?.next === undefined) return;
    const result = this.#endorse(client.next, client, lag);
    if (!client.waiting) this.#advance(client, client.flow.next(result));
  }

  #endorse(message: Message, client: Client | undefined, lag: number): Result<unknown> {
    this.#sent.push(message);
    this.#transactions += 1;
    const transaction = this.#partitions.channel(message.channel).begin(`tx${this.#transactions}`);
    const result = message.run(transaction, this.#behind(lag));
    if (result.ok && transaction.writes.size > 0) {
      this.#orderers.push({ transaction, channel: message.channel, result, client });
      if (client !== undefined) client.waiting = true;
    }
    return result;
  }

  #behind(lag: number): Foreign {
    return <T>(channel: number, key: Key<T>): T | undefined => {
      const { height } = this.#partitions.channel(channel);
      return this.#partitions.channel(channel).at(key, Math.max(0, height - lag));
    };
  }

  #taken(which: number): Ordered | undefined {
    const one = pick(this.#orderers, which);
    this.#orderers = this.#orderers.filter((other) => other !== one);
    return one;
  }

  #commit(ordered: Ordered | undefined): void {
    if (ordered === undefined) return;
    const { transaction, channel, result, client } = ordered;
    const code = this.#partitions.channel(channel).commit(transaction);
    if (client === undefined) return;
    client.waiting = false;
    // Who lost a race decides anew on what stands now.
    if (code === 'VALID') this.#advance(client, client.flow.next(result));
  }

  #advance(client: Client, step: IteratorResult<Message, Result<unknown>>): void {
    client.next = step.done === true ? undefined : step.value;
    if (step.done === true) client.outcome = step.value;
  }
}

function pick<T>(items: readonly T[], which: number): T | undefined {
  return items.length === 0 ? undefined : items[which % items.length];
}
