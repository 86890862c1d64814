/** One identity's way to the ledger: one transaction at a time; what arrives meanwhile waits and goes out together. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DomainError } from '@onepledge/chaincode/model';
import type { Logger } from 'pino';
import type { Principal } from '../auth/principal';
import { EndorsementRefused } from '../ledger/errors';
import type { CommitStatus, EndorsedTransaction, LedgerWriter } from '../ledger/port';
import { type Metrics, timed } from '../metrics';
import { ProblemError } from '../problem';
import { afterLoss, backOff, cutGroup, type GroupLimits, inHalves, jitter } from './group';
import type { Outcome, Queued } from './intent';
import { pause } from './pause';
import { settle } from './settle';
import type { Conclusion, OutboxStore } from './store';

/** What all lanes share. */
export type LaneContext = Readonly<{
  ledger: LedgerWriter;
  store: OutboxStore;
  limits: GroupLimits & Readonly<{ maxTries: number }>;
  /** Deadline of one question for a commit, in milliseconds. */
  commitTimeout: number;
  /** How long a lane waits for a final state before it goes on without, in milliseconds. */
  patience: number;
  metrics: Metrics;
  log: Logger;
  /** Ends waits when the gateway stops. */
  signal: AbortSignal;
  /** Stores the end of a transaction, however often it takes; `answerFirst` tells the waiting clients before. */
  conclude: (conclusion: Conclusion, answerFirst: boolean) => Promise<void>;
}>;

/**
 * Validation codes of transactions that others were faster than. An endorsement policy fails where another claimant came onto the asset, or a
 * claim was accepted on it in the same block: the policy of its key is another one since then, and that is checked before versions are.
 */
const LOST_RACES: ReadonlySet<string> = new Set([
  'MVCC_READ_CONFLICT',
  'PHANTOM_READ_CONFLICT',
  'ENDORSEMENT_POLICY_FAILURE',
]);

/** What a group came to, so that the lane knows how to go on. */
type Pass = 'DONE' | 'UNAVAILABLE';

export class Lane {
  readonly #context: LaneContext;
  readonly #principal: Principal;
  readonly #idle: () => void;
  #queue: readonly Queued[] = [];
  /** Commands that wait for their jitter, and transactions whose state is looked for apart. */
  #elsewhere = 0;
  #running = false;
  #failures = 0;

  /** @param idle called when nothing is left to do */
  constructor(context: LaneContext, principal: Principal, idle: () => void) {
    this.#context = context;
    this.#principal = principal;
    this.#idle = idle;
  }

  add(items: readonly Queued[]): void {
    this.#queue = [...this.#queue, ...items];
    this.#start();
  }

  /** Takes up a transaction that was endorsed before a crash: its state is asked for before anything else happens to its commands. */
  resume(envelope: Uint8Array, items: readonly Queued[]): void {
    this.#apart(async () => {
      const endorsed = await this.#restore(envelope);
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
    while (this.#queue.length > 0 && !this.#context.signal.aborted) {
      // What arrives in the same turn of the event loop goes together.
      await nextTurn();
      const { group, rest } = cutGroup(this.#queue, this.#context.limits);
      this.#queue = rest;
      const pass = await this.#attempt(group);
      this.#failures = pass === 'DONE' ? 0 : this.#failures + 1;
      if (pass === 'UNAVAILABLE') await pause(backOff(this.#failures, Math.random()), this.#context.signal);
    }
    this.#running = false;
    if (this.#elsewhere === 0 && this.#queue.length === 0) this.#idle();
  }

  /** Never rejects: a fault puts the group back, as long as nothing was submitted. */
  async #attempt(group: readonly Queued[]): Promise<Pass> {
    let endorsed: EndorsedTransaction;
    try {
      endorsed = await this.#endorse(group);
    } catch (error) {
      return this.#notEndorsed(group, error);
    }
    if (endorsed.answer.accepted === 0) {
      await this.#concluded(group, endorsed, { code: 'NOT_SUBMITTED', block: undefined }, false);
      return 'DONE';
    }
    if (!(await this.#storeEnvelope(endorsed))) return 'UNAVAILABLE';
    const { ledger, metrics, patience, commitTimeout, signal } = this.#context;
    const options = { askFirst: false, patience, commitTimeout, signal };
    const status = await timed(metrics, 'submit_and_commit', () => settle(ledger, this.#principal, endorsed, options));
    if (status !== undefined) {
      await this.#settled(group, endorsed, status);
      return 'DONE';
    }
    metrics.retries.inc({ reason: 'unknown' });
    this.#apart(() => this.#pursue(group, endorsed, true));
    return 'UNAVAILABLE';
  }

  async #endorse(group: readonly Queued[]): Promise<EndorsedTransaction> {
    const { ledger, store, metrics } = this.#context;
    metrics.groupSize.observe(group.length);
    const proposal = await ledger.propose(
      this.#principal,
      group.map(({ command }) => command),
    );
    const ids = group.map(({ intentId }) => intentId);
    await timed(metrics, 'db_begin', () => store.beginTransaction(proposal.transactionId, this.#principal, ids));
    const endorsed = await timed(metrics, 'endorse', () => proposal.endorse());
    if (endorsed.answer.results.length !== group.length) {
      throw new EndorsementRefused('CONTRACT', 'the contract answered another number of commands');
    }
    return endorsed;
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
      if (group.length > 1 && error.reason !== 'IDENTITY') {
        this.#queue = [...inHalves(group), ...this.#queue];
        return 'DONE';
      }
      // An identity that is refused may be of an earlier network; the session was renewed, so one more try tells.
      if (error.reason === 'IDENTITY' && group.every(({ tries }) => tries === 0)) {
        this.#queue = [...group.map((item) => ({ ...item, tries: 1 })), ...this.#queue];
        return 'UNAVAILABLE';
      }
      await this.#fail(group, problemOfRefusal(error));
      return 'DONE';
    }
    log.warn({ err: error, commands: group.length }, 'the ledger or the database cannot be reached; the group waits');
    metrics.retries.inc({ reason: 'unavailable' });
    this.#queue = [...group, ...this.#queue];
    return 'UNAVAILABLE';
  }

  /**
   * Stores the envelope, however often it takes: after a fault nobody knows whether it is stored, so the commands must not go into another one.
   * @returns false when the gateway stops before it is stored.
   */
  async #storeEnvelope({ transactionId, bytes }: EndorsedTransaction): Promise<boolean> {
    const { store, metrics, log, signal } = this.#context;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await timed(metrics, 'db_envelope', () => store.storeEnvelope(transactionId, bytes));
        return true;
      } catch (error) {
        log.error({ err: error, transactionId }, 'the database does not take the endorsed transaction; trying again');
        await pause(backOff(failures, Math.random()), signal);
      }
    }
    return false;
  }

  /** Looks for the final state as long as it takes. */
  async #pursue(group: readonly Queued[], endorsed: EndorsedTransaction, askFirst: boolean): Promise<void> {
    const { ledger, commitTimeout, signal } = this.#context;
    const options = { askFirst, patience: undefined, commitTimeout, signal };
    const status = await settle(ledger, this.#principal, endorsed, options);
    if (status !== undefined) await this.#settled(group, endorsed, status);
  }

  async #restore(envelope: Uint8Array): Promise<EndorsedTransaction | undefined> {
    const { ledger, log, signal } = this.#context;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        return await ledger.restore(this.#principal, envelope);
      } catch (error) {
        log.warn({ err: error }, 'a stored transaction cannot be taken up yet');
        await pause(backOff(failures, Math.random()), signal);
      }
    }
    return undefined;
  }

  async #settled(group: readonly Queued[], endorsed: EndorsedTransaction, status: CommitStatus): Promise<void> {
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
    const problem: DomainError = {
      code: 'CONFLICT',
      detail: `others changed the same asset at the same time; nothing was done in ${limits.maxTries} tries`,
    };
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
  ): Promise<void> {
    const intents = group.map(({ intentId }, i) => {
      const result = answer.results[i];
      if (result?.ok === false) return { id: intentId, outcome: refused(result.problem, transactionId, block) };
      if (code === 'VALID' && result !== undefined && block !== undefined) {
        const outcome: Outcome = { state: 'COMMITTED', value: result.value, transactionId, block };
        return { id: intentId, outcome };
      }
      return { id: intentId, outcome: refused(invalidated(code), transactionId, block) };
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
        else if (!this.#running && this.#elsewhere === 0) this.#idle();
      });
  }
}

/** A refusal that stands in a block, together with accepted commands, is shown with its transaction. */
function refused(problem: DomainError, transactionId: string, block: string | undefined): Outcome {
  return { state: 'FAILED', problem, ...(block === undefined ? {} : { transactionId }) };
}

function invalidated(code: string): DomainError {
  return {
    code: 'INTERNAL_ERROR',
    detail: `the network found the transaction not valid: ${code}; nothing was written`,
  };
}

function problemOfRefusal({ reason }: EndorsementRefused): DomainError {
  switch (reason) {
    case 'TOO_LARGE':
      return { code: 'PAYLOAD_TOO_LARGE', detail: 'the request is larger than the ledger takes' };
    case 'IDENTITY':
      return { code: 'FORBIDDEN', detail: 'the ledger does not let this identity in' };
    case 'CONTRACT':
      return { code: 'INTERNAL_ERROR', detail: 'the ledger could not carry out the request; nothing was submitted' };
  }
}
