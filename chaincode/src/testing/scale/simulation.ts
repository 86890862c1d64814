/** Registrations and claims over a number of channels: what each channel gets to do, and whether anything counted twice. */
import { partyKey } from '../../model/party';
import type { Result } from '../../model/result';
import { acceptPledge, proposePledge } from '../../domain/pledge';
import type { Pledge, Receivable } from '../../domain/records';
import { pledgeId } from '../../ledger/ids';
import { aProposal, BANK_A, BANK_B, bankA, bankB, NOW, platform } from '../builders';
import type { Transaction } from './channel';
import { key, type Foreign, type Registration } from './cross-channel';
import { expectUnique } from './invariants';
import { type Flow, type Message, Partitions } from './registration';
import { Routing } from './routing';
import { randomOf, Workload } from './workload';

export type Figures = Readonly<{
  channels: number;
  registered: number;
  /** Of documents that had been presented before. */
  refused: number;
  /** Claims that won, of as many pairs of banks that wanted all of one asset at the same instant. */
  claims: number;
  duels: number;
  /** Share of registrations whose documents all lie in one channel: as routed, and if each token were routed by itself. */
  inOneChannel: number;
  inOneChannelByToken: number;
  /** Ordered acts of each channel. */
  acts: readonly number[];
  /** Gateways that ended in the middle of a registration, and reservations that others then gave back or kept. */
  crashed: number;
  recovered: number;
}>;

const LATER = '2026-11-22T06:00:00.000Z';

/**
 * Runs the simulation.
 * @throws Error when something that must always be true is not
 */
export function simulate(channels: number, registrations: number, seed: number): Figures {
  const random = randomOf(seed);
  const workload = new Workload(random);
  const world = new Partitions(new Routing(channels, Buffer.alloc(32, seed)), workload.parties);
  const runner = new Runner(world);
  const registered: Registration[] = [];
  const counts = { refused: 0, claims: 0, duels: 0, inOne: 0, inOneByToken: 0, crashed: 0 };
  for (let i = 0; i < registrations; i += 1) {
    const command = workload.next();
    if (placesOf(world, command).size === 1) counts.inOne += 1;
    if (placesByToken(world, command).size === 1) counts.inOneByToken += 1;
    const crashes = random(100) === 0;
    const answer = runner.run(world.registration(command, platform, NOW), crashes ? random(3) : undefined);
    if (answer === 'CRASHED') counts.crashed += 1;
    else if (answer.ok) registered.push(command);
    else throw new Error(`a new document was refused: ${answer.error.detail}`);
    if (answer !== 'CRASHED' && random(2) === 0) {
      counts.duels += 1;
      counts.claims += runner.duel(answer.value, world.routing.homeOf(command.evidence));
    }
    const earlier = registered[random(registered.length)];
    if (random(20) === 0 && earlier !== undefined) {
      const refused = runner.run(world.registration(workload.again(earlier), platform, NOW));
      if (refused !== 'CRASHED' && refused.ok) throw new Error('a document was taken twice');
      counts.refused += 1;
    }
  }
  const held = world.held();
  for (const { channel, reservation } of held) runner.run(world.recovery(channel, reservation, bankA, LATER));
  expectUnique(world, true);
  return {
    channels,
    registered: world.channels.reduce((sum, channel) => sum + [...channel.all(key.receivable(''))].length, 0),
    ...{ refused: counts.refused, claims: counts.claims, duels: counts.duels },
    inOneChannel: counts.inOne / registrations,
    inOneChannelByToken: counts.inOneByToken / registrations,
    acts: world.channels.map(({ height }) => height),
    ...{ crashed: counts.crashed, recovered: held.length },
  };
}

function placesOf({ routing }: Partitions, { evidence }: Registration): ReadonlySet<number> {
  return new Set(evidence.map((document) => routing.channelOf(document)));
}

function placesByToken({ routing }: Partitions, { evidence, creditor, debtor }: Registration): ReadonlySet<number> {
  const { tokens } = routing;
  const keys = evidence.flatMap((document) => [
    tokens.tokenOf(document),
    tokens.tradesOf(document, partyKey(creditor.uscc), partyKey(debtor.uscc))[0]?.token ?? tokens.tokenOf(document),
  ]);
  return new Set(keys.map((token) => routing.channelOfToken(token)));
}

/** Carries messages out one after the other; duels side by side. */
class Runner {
  readonly #world: Partitions;
  #transactions = 0;

  constructor(world: Partitions) {
    this.#world = world;
  }

  /** @param crashesAfter messages, when the gateway ends before the flow does */
  run(flow: Flow, crashesAfter = Number.POSITIVE_INFINITY): Result<Receivable> | 'CRASHED' {
    let step = flow.next();
    for (let sent = 0; step.done !== true; sent += 1) {
      if (sent >= crashesAfter) return 'CRASHED';
      const { transaction, result } = this.#endorse(step.value);
      if (result.ok && transaction.writes.size > 0) this.#world.channel(step.value.channel).commit(transaction);
      step = flow.next(result);
    }
    return step.value;
  }

  /** Two banks accept claims on all of an asset at the same instant. @returns how many of them stand */
  duel(asset: Receivable, channel: number): number {
    const proposals = [BANK_A, BANK_B].map((bank) => {
      const command = aProposal(asset.id, { pledgor: asset.creditor, pledgee: bank.mspId });
      const whole = {
        currency: asset.currency,
        amount: `${asset.value / 100n}.${String(asset.value % 100n).padStart(2, '0')}`,
      };
      return { bank, command: { ...command, covers: whole, secures: whole } };
    });
    const pledgor = this.#world.place(channel).parties.get(partyKey(asset.creditor.uscc));
    const ids = proposals.map(({ bank, command }) => {
      const id = pledgeId(asset.id, platform.mspId, command.id);
      this.#commit(channel, (transaction) => {
        const state = {
          id,
          existing: undefined,
          informed: true,
          receivable: present(transaction.get(key.receivable(asset.id))),
        };
        const proposed = proposePledge(
          { ...state, pledgor, pledgee: bank },
          command,
          this.#world.context(platform, NOW),
        );
        if (proposed.ok) transaction.put(key.pledge(id), proposed.value);
        return proposed;
      });
      return id;
    });
    const accepting = ids.map((id, i) =>
      this.#endorse({
        channel,
        what: 'accept',
        run: (transaction) => {
          const receivable = present(transaction.get(key.receivable(asset.id)));
          const pledge: Pledge = present(transaction.get(key.pledge(id)));
          const context = this.#world.context(i === 0 ? bankA : bankB, NOW);
          const accepted = acceptPledge({ pledge, receivable, pledgor, pledgee: i === 0 ? BANK_A : BANK_B }, context);
          if (accepted.ok) {
            transaction.put(key.receivable(asset.id), accepted.value.receivable);
            transaction.put(key.pledge(id), accepted.value.pledge);
          }
          return accepted;
        },
      }),
    );
    for (const { transaction, result } of accepting) if (result.ok) this.#world.channel(channel).commit(transaction);
    const [winner] = present(this.#world.channel(channel).at(key.receivable(asset.id))).encumbrances;
    return ids.filter(
      (id) => present(this.#world.channel(channel).at(key.pledge(id))).status === 'ACTIVE' && winner?.pledgeId === id,
    ).length;
  }

  #commit(channel: number, run: (transaction: Transaction) => Result<unknown>): void {
    const { transaction, result } = this.#endorse({ channel, what: 'propose', run });
    if (!result.ok) throw new Error(result.error.detail);
    this.#world.channel(channel).commit(transaction);
  }

  #endorse(message: Message): { transaction: Transaction; result: Result<unknown> } {
    this.#transactions += 1;
    const transaction = this.#world.channel(message.channel).begin(`tx${this.#transactions}`);
    const foreign: Foreign = (channel, at) => this.#world.channel(channel).at(at);
    return { transaction, result: message.run(transaction, foreign) };
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it must be there');
  return value;
}
