/** The outbox: what members asked for, stored before anything happens, carried to the ledger exactly once, whatever crashes. */
import { setMaxListeners } from 'node:events';
import { type Command, touchedAsset } from '@onepledge/chaincode/model';
import type { Logger } from 'pino';
import { type Principal, principalKey } from '../auth/principal';
import { Batcher } from '../batcher';
import type { LedgerWriter } from '../ledger/port';
import { type Metrics, timed } from '../metrics';
import { problem, ProblemError } from '../problem';
import { Doubts } from './doubts';
import { backOff, type GroupLimits } from './group';
import { type Accepted, firstOfEach, Intake } from './intake';
import type { NewIntent, Outcome, Queued } from './intent';
import { Lane } from './lane';
import type { LaneContext } from './lane-context';
import { LiveCommands } from './live-commands';
import { Overtaken } from './overtaken';
import { pause } from './pause';
import { fresh, queued } from './queued';
import type { Conclusion, OutboxStore } from './store';

export type OutboxOptions = Readonly<{
  store: OutboxStore;
  ledger: LedgerWriter;
  limits: GroupLimits & Readonly<{ maxTries: number }>;
  /** Deadline of one question for a commit, in milliseconds. */
  commitTimeout: number;
  metrics: Metrics;
  log: Logger;
  /** Called with the number of each block that holds a transaction of ours. */
  onBlock?: (block: string) => void;
  /** Called when another gateway of the same name has taken over: this one does nothing more, and must end. */
  onOvertaken?: (error: Error) => void;
}>;

/** While so many wait for the ledger no more are taken. */
const MAX_PENDING = 50_000;
const POLL_MS = 250;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stop = new AbortController();
  readonly #live: LiveCommands;
  readonly #lanes = new Map<string, Lane>();
  readonly #doubts: Doubts;
  readonly #intake: Intake;
  readonly #ends: Batcher<Conclusion, undefined>;
  readonly #context: LaneContext;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#live = new LiveCommands(options.metrics);
    const { store, ledger, limits, commitTimeout, metrics, log } = options;
    setMaxListeners(0, this.#stop.signal);
    this.#doubts = new Doubts(
      store,
      (found) => {
        this.#send(found);
      },
      this.#stop.signal,
    );
    this.#intake = new Intake(options, {
      stored: (intents) => {
        this.#send(intents);
      },
      inDoubt: (intents) => {
        void this.adopt(intents);
      },
      overtaken: (error) => {
        this.#overtaken(error);
      },
    });
    this.#ends = new Batcher((conclusions) => this.#storeEnds(conclusions), 100);
    this.#context = {
      ledger,
      store,
      limits,
      commitTimeout,
      patience: commitTimeout,
      metrics,
      log,
      signal: this.#stop.signal,
      conclude: (conclusion, answerFirst) => this.#conclude(conclusion, answerFirst),
      overtaken: (error) => {
        this.#overtaken(error);
      },
    };
  }

  /** Takes up what a crash or a stop left without a final answer. Called once, before requests are served. */
  async resume(): Promise<void> {
    const { store, log } = this.#options;
    await store.takeOver();
    const pending = new Map((await store.pendingIntents()).map((intent) => [intent.id, intent] as const));
    const open = await store.openTransactions();
    for (const { principal, envelope, intentIds } of open) {
      if (envelope === undefined) continue;
      // All of its commands, in order: the answers stand in that order.
      const items = intentIds.map((id) => queued(id, pending.get(id)?.command));
      for (const id of intentIds) if (pending.delete(id)) this.#live.add(id);
      this.#lane(principal).resume(envelope, items);
    }
    for (const { id, principal, command } of pending.values()) {
      this.#live.add(id);
      this.#lane(principal).add([queued(id, command)]);
    }
    if (open.length > 0 || pending.size > 0) {
      log.info({ transactions: open.length, commands: pending.size }, 'resumed what was without a final answer');
    }
  }

  /**
   * Stores a request and sends it on its way.
   * @throws ProblemError IDEMPOTENCY_KEY_REUSED when the key came with another request; INVALID_INPUT for what no database holds; LEDGER_UNAVAILABLE when
   * too many wait.
   */
  async submit(intent: NewIntent): Promise<Accepted> {
    this.requireRoom();
    return this.#intake.add(intent);
  }

  /** @throws ProblemError LEDGER_UNAVAILABLE when too many commands wait for the ledger, or the gateway stops. */
  requireRoom(): void {
    if (this.#stop.signal.aborted) throw problem('LEDGER_UNAVAILABLE', 'the gateway is stopping');
    if (this.#live.size < MAX_PENDING) return;
    const detail = 'too many requests wait for the ledger';
    throw new ProblemError({ code: 'LEDGER_UNAVAILABLE', detail }, { headers: { 'Retry-After': '5' } });
  }

  /** Sends stored commands of one identity on their way. */
  enqueue(
    principal: Principal,
    commands: readonly Readonly<{ id: string; command: string; asset: string | undefined }>[],
  ): void {
    // Not those that were found after a doubt, and sent, by now.
    const waiting = commands.filter(({ id }) => !this.#live.has(id));
    for (const { id } of waiting) {
      this.#doubts.sent(id);
      this.#live.add(id);
    }
    this.#lane(principal).add(waiting.map(({ id, command, asset }) => fresh(id, command, asset)));
  }

  /**
   * The final answer to a command.
   * @param patience milliseconds to wait for it
   * @returns undefined when it is not final by then.
   */
  async outcome(id: string, member: string, patience: number): Promise<Outcome | undefined> {
    const end = performance.now() + patience;
    for (;;) {
      if (this.#live.has(id)) return this.#live.end(id, end - performance.now());
      // Not in our hands: it is final, or another gateway on the same database carries it out.
      const outcome = await this.#storedOutcome(id, member);
      const left = end - performance.now();
      if (outcome !== undefined || left <= 0 || this.#stop.signal.aborted) return outcome;
      await pause(Math.min(POLL_MS, left), this.#stop.signal);
    }
  }

  /** Requests whose storing failed, and that may be stored all the same: they are carried out as soon as that is known. Never rejects. */
  adopt(intents: readonly NewIntent[]): Promise<void> {
    return this.#doubts.lookFor(firstOfEach(intents));
  }

  /** Whether nobody knows yet if a request of the member's is stored: it may be carried out. */
  inDoubt(id: string, member: string): boolean {
    return this.#doubts.holds(id, member);
  }

  /** The outcome of a command that is not stored yet but known. */
  known(id: string): Outcome | undefined {
    return this.#live.outcome(id);
  }

  /** Commands without a final answer. */
  get pending(): number {
    return this.#live.size;
  }

  /**
   * Stops: takes nothing more, and gives what is under way some time. What is left is taken up at the next start.
   * @param patience milliseconds
   */
  async close(patience: number): Promise<void> {
    const end = performance.now() + patience;
    while (this.#live.size > 0 && performance.now() < end) await pause(20, new AbortController().signal);
    this.#stop.abort();
  }

  /** Undefined also when the database does not answer: the request may be stored all the same. */
  async #storedOutcome(id: string, member: string): Promise<Outcome | undefined> {
    try {
      return (await this.#options.store.intent(id, member))?.outcome;
    } catch (error) {
      this.#options.log.error({ err: error }, 'the database does not tell the end of a request');
      return undefined;
    }
  }

  /** Sends intents that are stored on their way. */
  #send(intents: ReadonlySet<NewIntent>): void {
    const byLane = new Map<string, { principal: Principal; items: Queued[] }>();
    for (const intent of intents) {
      this.#doubts.sent(intent.id);
      // Live already: found again after a doubt, and stored anew under its key at the same time.
      if (intent.command === undefined || this.#live.has(intent.id)) continue;
      this.#live.add(intent.id);
      const key = principalKey(intent.principal);
      const lane = byLane.get(key) ?? { principal: intent.principal, items: [] };
      lane.items.push(fresh(intent.id, intent.command, touchedAsset(JSON.parse(intent.command) as Command)));
      byLane.set(key, lane);
    }
    for (const { principal, items } of byLane.values()) this.#lane(principal).add(items);
  }

  #lane(principal: Principal): Lane {
    const key = principalKey(principal);
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const made = new Lane(this.#context, principal, () => this.#lanes.delete(key));
    this.#lanes.set(key, made);
    return made;
  }

  async #conclude(conclusion: Conclusion, answerFirst: boolean): Promise<void> {
    const block = conclusion.transaction?.block;
    if (block !== undefined) this.#options.onBlock?.(block);
    // One turn later: the peers have the next group by then, and work on it while the clients are answered.
    if (answerFirst)
      setImmediate(() => {
        this.#live.answer(conclusion.intents);
      });
    const stored = this.#ends.add(conclusion).then(() => {
      this.#live.answer(conclusion.intents);
      this.#live.remove(conclusion.intents);
    });
    // What was answered first is safe without: the stored envelope leads to the same end after a crash.
    if (answerFirst)
      stored.catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'an end was not stored');
      });
    else await stored;
  }

  #overtaken(error: Error): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#options.onOvertaken?.(error);
  }

  async #storeEnds(conclusions: readonly Conclusion[]): Promise<readonly undefined[]> {
    const { store, metrics, log } = this.#options;
    for (let failures = 0; ; failures += 1) {
      try {
        await timed(metrics, 'db_conclude', () => store.conclude(conclusions));
        return conclusions.map(() => undefined);
      } catch (error) {
        if (error instanceof Overtaken) {
          this.#overtaken(error);
          // Nobody is answered here any more: how these end, the other one finds out.
          return new Promise(() => undefined);
        }
        if (this.#stop.signal.aborted) throw error;
        log.error({ err: error }, 'the database does not take the ends of transactions; trying again');
        await pause(backOff(failures, Math.random()), this.#stop.signal);
      }
    }
  }
}
