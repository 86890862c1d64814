/** One identity's way to the ledger: one transaction at a time; what arrives meanwhile waits and goes out together. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Command, type DomainError, shownOf } from '@onepledge/chaincode/model';
import type { Principal } from '../auth/principal';
import { EndorsementRefused, EndorsersMissing, IdentityRefused } from '../ledger/errors';
import type { CommitStatus, EndorsedTransaction, Proposal } from '../ledger/port';
import { timed } from '../metrics';
import { ProblemError } from '../problem';
import { restoreEnvelope, storeEnvelope } from './envelope';
import { afterLoss, backOff, cutGroup, inHalves, jitter, LOST_RACES } from './group';
import type { Queued } from './intent';
import type { LaneContext } from './lane-context';
import { pause } from './pause';
import { heldBy, invalidated, lostTooOften, problemOfRefusal, refused, refusedSigner } from './refusals';
import { settle } from './settle';
import { SideLanes } from './side-lanes';

/** How long commands wait for the claimants of their asset, with a last try after it: less than a client that says nothing waits for its answer. */
const CLAIMANT_PATIENCE_MS = 5000;

/** A group whose transaction has an id, or is about to: that is stored before anyone is asked to endorse. */
type Begun = Readonly<{ group: readonly Queued[]; proposal: Promise<Proposal> }>;

/** What a group came to, so that the lane knows how to go on. */
type Pass = 'DONE' | 'UNAVAILABLE';

export class Lane {
  readonly #context: LaneContext;
  readonly #principal: Principal;
  readonly #idle: () => void;
  readonly #claimants: readonly string[] | undefined;
  /** Where commands wait whose assets' claimants are away. */
  readonly #sides: SideLanes;
  #queue: readonly Queued[] = [];
  /** The next group, begun while the one before it commits. */
  #next: Begun | undefined;
  /** Commands that wait for their jitter, and transactions whose state is looked for apart. */
  #elsewhere = 0;
  #running = false;
  #failures = 0;

  /**
   * @param idle called when nothing is left to do
   * @param claimants members whose endorsement all commands of the lane need: it then waits for them, with a limit
   */
  constructor(context: LaneContext, principal: Principal, idle: () => void, claimants?: readonly string[]) {
    this.#context = context;
    this.#principal = principal;
    this.#idle = idle;
    this.#claimants = claimants;
    this.#sides = new SideLanes((held, done) => {
      const ended = (): void => {
        done();
        this.#idleIfDone();
      };
      return new Lane(context, principal, ended, held);
    });
  }

  add(items: readonly Queued[]): void {
    this.#queue = [...this.#queue, ...this.#sides.route(items)];
    this.#start();
  }

  /** Takes up a transaction that was endorsed before a crash: its state is asked for before anything else happens to its commands. */
  resume(envelope: Uint8Array, items: readonly Queued[]): void {
    this.#apart(async () => {
      const endorsed = await restoreEnvelope(this.#context, this.#principal, envelope);
      if (endorsed !== undefined) await this.#pursue(items, endorsed, true);
    });
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while ((this.#next !== undefined || this.#queue.length > 0) && !this.#context.signal.aborted) {
      // What arrives in the same turn of the event loop goes together.
      if (this.#next === undefined) await nextTurn();
      const begun = this.#next ?? this.#begin();
      this.#next = undefined;
      const pass = await this.#attempt(begun);
      this.#failures = pass === 'DONE' ? 0 : this.#failures + 1;
      if (pass === 'UNAVAILABLE') await pause(backOff(this.#failures, Math.random()), this.#context.signal);
    }
    this.#running = false;
    this.#idleIfDone();
  }

  #idleIfDone(): void {
    const done = !this.#running && this.#elsewhere === 0 && this.#queue.length === 0;
    if (done && this.#sides.empty) this.#idle();
  }

  /** Takes the next group off the queue and begins its transaction. */
  #begin(): Begun {
    const { group, rest } = cutGroup(this.#queue, this.#context.limits);
    this.#queue = rest;
    const proposal = this.#propose(group);
    // Whoever takes up the group is told.
    proposal.catch(() => undefined);
    return { group, proposal };
  }

  /** Never rejects: a fault puts the group back, as long as nothing was submitted. */
  async #attempt({ group, proposal }: Begun): Promise<Pass> {
    let endorsed: EndorsedTransaction;
    try {
      endorsed = await this.#endorse(group, await proposal);
    } catch (error) {
      await this.#abandon(proposal);
      return this.#notEndorsed(group, error);
    }
    if (endorsed.answer.accepted === 0) {
      await this.#concluded(group, endorsed, { code: 'NOT_SUBMITTED', block: undefined }, false);
      return 'DONE';
    }
    if (!(await storeEnvelope(this.#context, endorsed))) return 'UNAVAILABLE';
    const { ledger, metrics, patience, commitTimeout, signal } = this.#context;
    const options = { askFirst: false, patience, commitTimeout, signal };
    // The gateway has little to do until the commit, and much right after it.
    if (this.#queue.length > 0) this.#next = this.#begin();
    const status = await timed(metrics, 'submit_and_commit', () => settle(ledger, this.#principal, endorsed, options));
    if (status !== undefined) {
      await this.#settled(group, endorsed, status);
      return 'DONE';
    }
    metrics.retries.inc({ reason: 'unknown' });
    this.#apart(() => this.#pursue(group, endorsed, true));
    return 'UNAVAILABLE';
  }

  async #propose(group: readonly Queued[]): Promise<Proposal> {
    const { ledger, store, metrics } = this.#context;
    metrics.groupSize.observe(group.length);
    const proposal = await ledger.propose(
      this.#principal,
      group.map(({ command }) => command),
    );
    const ids = group.map(({ intentId }) => intentId);
    await timed(metrics, 'db_begin', () => store.beginTransaction(proposal.transactionId, this.#principal, ids));
    return proposal;
  }

  async #endorse(group: readonly Queued[], proposal: Proposal): Promise<EndorsedTransaction> {
    const endorsed = await timed(this.#context.metrics, 'endorse', () => proposal.endorse());
    if (endorsed.answer.results.length !== group.length) {
      throw new EndorsementRefused('CONTRACT', 'the contract answered another number of commands');
    }
    return endorsed;
  }

  /** Closes a transaction that nobody will submit: left open, it would be pending until the next start. */
  async #abandon(proposal: Promise<Proposal>): Promise<void> {
    try {
      const { transactionId: id } = await proposal;
      await this.#context.conclude({ transaction: { id, code: 'NOT_SUBMITTED' }, intents: [] }, false);
    } catch {
      // It was never begun, or the gateway stops.
    }
  }

  async #notEndorsed(group: readonly Queued[], error: unknown): Promise<Pass> {
    const { metrics, log } = this.#context;
    if (error instanceof ProblemError && error.problem.code !== 'LEDGER_UNAVAILABLE') {
      await this.#fail(group, error.problem);
      return 'DONE';
    }
    if (error instanceof EndorsementRefused) {
      log.warn({ err: error, commands: group.length }, 'a group was refused as a whole');
      metrics.retries.inc({ reason: 'refused' });
      if (group.length > 1) {
        this.#queue = [...inHalves(group), ...this.#queue];
        return 'DONE';
      }
      await this.#fail(group, problemOfRefusal(error));
      return 'DONE';
    }
    if (error instanceof IdentityRefused) {
      log.warn({ err: error, commands: group.length }, 'the ledger does not let the identity in');
      metrics.retries.inc({ reason: 'refused' });
      // It may be of an earlier network, or have a new certificate: it was looked up again, so one more try tells.
      if (group.every(({ tries }) => tries === 0)) {
        this.#queue = [...group.map((item) => ({ ...item, tries: 1 })), ...this.#queue];
        return 'UNAVAILABLE';
      }
      await this.#fail(group, refusedSigner(error));
      return 'DONE';
    }
    if (error instanceof EndorsersMissing) {
      const rest = await (this.#claimants === undefined ? this.#holdApart(group) : this.#givenUp(group));
      if (rest.length < group.length) {
        this.#queue = [...rest, ...this.#queue];
        return 'DONE';
      }
    }
    log.warn({ err: error, commands: group.length }, 'the ledger or the database cannot be reached; the group waits');
    metrics.retries.inc({ reason: 'unavailable' });
    this.#queue = [...group, ...this.#queue];
    return 'UNAVAILABLE';
  }

  /** Sends the commands on assets with claimants to lanes of their own, so that the others need not wait for them. @returns the others */
  async #holdApart(group: readonly Queued[]): Promise<readonly Queued[]> {
    const { ledger, metrics, log } = this.#context;
    const assets = group.flatMap(({ asset }) => asset ?? []);
    if (assets.length === 0) return group;
    try {
      const rest = this.#sides.hold(group, await ledger.claimants(this.#principal, assets));
      this.#queue = this.#sides.route(this.#queue);
      if (rest.length < group.length) metrics.retries.inc({ reason: 'claimant' });
      return rest;
    } catch (error) {
      log.warn({ err: error }, 'nobody can tell who has claims on the assets');
      return group;
    }
  }

  /** Ends the commands that have waited for their claimants long enough. @returns the others */
  async #givenUp(group: readonly Queued[]): Promise<readonly Queued[]> {
    const before = performance.now() - CLAIMANT_PATIENCE_MS;
    const isOver = ({ heldSince }: Queued): boolean => heldSince !== undefined && heldSince < before;
    const over = group.filter(isOver);
    if (over.length > 0) await this.#fail(over, heldBy(this.#claimants ?? []));
    return group.filter((item) => !isOver(item));
  }

  /** Looks for the final state as long as it takes. */
  async #pursue(group: readonly Queued[], endorsed: EndorsedTransaction, askFirst: boolean): Promise<void> {
    const { ledger, commitTimeout, signal } = this.#context;
    const options = { askFirst, patience: undefined, commitTimeout, signal };
    const status = await settle(ledger, this.#principal, endorsed, options);
    if (status !== undefined) await this.#settled(group, endorsed, status);
  }

  async #settled(
    group: readonly Queued[],
    endorsed: EndorsedTransaction,
    status: CommitStatus | IdentityRefused,
  ): Promise<void> {
    if (status instanceof IdentityRefused) {
      const end = { code: 'NOT_ORDERED', block: undefined };
      await this.#concluded(group, endorsed, end, false, refusedSigner(status));
      return;
    }
    if (LOST_RACES.has(status.code)) {
      await this.#lost(group, endorsed.transactionId, status);
      return;
    }
    await this.#concluded(group, endorsed, status, status.valid);
  }

  /** A race was lost: nothing was written, so all rules may run again on the new state. */
  async #lost(group: readonly Queued[], transactionId: string, status: CommitStatus): Promise<void> {
    const { conclude, metrics, limits, signal } = this.#context;
    metrics.retries.inc({ reason: 'conflict' });
    const again = afterLoss(group);
    const out = again.filter(({ tries }) => tries >= limits.maxTries);
    const problem = lostTooOften(limits.maxTries);
    // The end of this transaction is stored before its commands go into another: else a crash would find them in two.
    await conclude(
      {
        transaction: { id: transactionId, code: status.code, block: status.block },
        intents: out.map(({ intentId }) => ({ id: intentId, outcome: { state: 'FAILED', problem } })),
      },
      false,
    );
    // A command that is final already has no text; only a resumed transaction can hold one.
    const rest = again.filter(({ tries, command }) => tries < limits.maxTries && command !== 'null');
    if (rest.length === 0) return;
    this.#apart(async () => {
      await pause(jitter(rest[0]?.tries ?? 0, Math.random()), signal);
      this.#queue = [...rest, ...this.#queue];
    });
  }

  async #concluded(
    group: readonly Queued[],
    { transactionId, answer }: EndorsedTransaction,
    { code, block }: Readonly<{ code: string; block: string | undefined }>,
    answerFirst: boolean,
    problem = invalidated(code),
  ): Promise<void> {
    const intents = group.map(({ intentId, command }, i) => {
      const result = answer.results[i];
      if (result?.ok === false) return { id: intentId, outcome: refused(result.problem, transactionId, block) };
      if (code === 'VALID' && result !== undefined && block !== undefined) {
        const value = shownOf(JSON.parse(command) as Command, result.value);
        return { id: intentId, outcome: { state: 'COMMITTED', value, transactionId, block } as const };
      }
      return { id: intentId, outcome: refused(problem, transactionId, block) };
    });
    const transaction = { id: transactionId, code, ...(block === undefined ? {} : { block }) };
    await this.#context.conclude({ transaction, intents }, answerFirst);
  }

  async #fail(group: readonly Queued[], problem: DomainError): Promise<void> {
    const intents = group.map(({ intentId }) => ({ id: intentId, outcome: { state: 'FAILED', problem } as const }));
    await this.#context.conclude({ intents }, false);
  }

  /** Work beside the queue; the lane is not idle until it ends. */
  #apart(work: () => Promise<void>): void {
    this.#elsewhere += 1;
    void work()
      .catch((error: unknown) => {
        this.#context.log.error({ err: error }, 'work beside a lane failed');
      })
      .finally(() => {
        this.#elsewhere -= 1;
        if (this.#queue.length > 0) this.#start();
        else this.#idleIfDone();
      });
  }
}
