/** A simulator of a network's faults behind the ledger port: what is lost, when, and on which side of the ordering. */
import { randomBytes } from 'node:crypto';
import { type Command, type CommandBatchResult, type CommandResult, touchedAsset } from '@onepledge/chaincode/model';
import { EndorsersMissing, LedgerUnavailable } from '../../ledger/errors';
import type { CommitStatus, EndorsedTransaction, LedgerWriter, Proposal } from '../../ledger/port';

/** What happens to one call of a stage; calls without a fault work. */
export type Fault =
  | 'NONE'
  /** The call fails before anything happened. */
  | 'LOST_BEFORE'
  /** What was asked for happened, the answer is lost. */
  | 'LOST_AFTER'
  /** The process dies at this point: nothing is ever answered. */
  | 'DIES_BEFORE'
  | 'DIES_AFTER'
  /** Another transaction wins the race. */
  | 'CONFLICT'
  /** Another transaction wins the race, and with it a claim, whose holder did not endorse. */
  | 'NEW_CLAIMANT'
  | Error;

type Stage = 'endorse' | 'submit' | 'status';
type Stored = Readonly<{ transactionId: string; commands: readonly Command[]; answer: CommandBatchResult }>;

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** One chain, which outlives the gateways that are started on it. */
export class FaultyLedger implements LedgerWriter {
  /** How often each command was written by a valid transaction. */
  readonly applied = new Map<string, number>();
  /** Members whose peers endorse nothing now. */
  readonly away = new Set<string>();
  /** Sizes of the groups that were endorsed. */
  readonly groups: number[] = [];
  readonly #chain = new Map<string, CommitStatus>();
  readonly #faults: { stage: Stage; fault: Fault }[] = [];
  readonly #refused = new Map<string, string>();
  readonly #conflicting = new Set<string>();
  readonly #claimants = new Map<string, readonly string[]>();
  #hook: ((stage: Stage) => void) | undefined;

  /** The next call of a stage meets a fault; several for one stage meet one after another. */
  plan(stage: Stage, ...faults: readonly Fault[]): this {
    for (const fault of faults) this.#faults.push({ stage, fault });
    return this;
  }

  /** A command that the contract refuses. */
  refuse(commandId: string, detail: string): void {
    this.#refused.set(commandId, detail);
  }

  /** Every transaction that holds this command loses its race. */
  alwaysConflict(commandId: string): void {
    this.#conflicting.add(commandId);
  }

  onStage(hook: (stage: Stage) => void): void {
    this.#hook = hook;
  }

  /** Claims of these members stand on the asset that a command is on. */
  claim(command: Command, ...members: readonly string[]): void {
    this.#claimants.set(touchedAsset(command) ?? '', members);
  }

  claimants(_principal: unknown, assets: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return Promise.resolve(new Map(assets.map((asset) => [asset, this.#claimants.get(asset) ?? []])));
  }

  propose(_principal: unknown, commands: readonly string[]): Promise<Proposal> {
    const transactionId = randomBytes(32).toString('hex');
    const parsed = commands.map((text) => JSON.parse(text) as Command);
    return Promise.resolve({ transactionId, endorse: () => this.#endorse(transactionId, parsed) });
  }

  restore(_principal: unknown, bytes: Uint8Array): Promise<EndorsedTransaction> {
    return Promise.resolve(this.#endorsed(JSON.parse(Buffer.from(bytes).toString('utf8')) as Stored));
  }

  async commitStatus(_principal: unknown, transactionId: string, deadline: number): Promise<CommitStatus | undefined> {
    const fault = await this.#meet('status');
    if (fault === 'LOST_BEFORE' || fault === 'LOST_AFTER') throw new LedgerUnavailable('the peer is away');
    const end = performance.now() + Math.min(deadline, 30);
    while (performance.now() < end) {
      const status = this.#chain.get(transactionId);
      if (status !== undefined) return status;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return this.#chain.get(transactionId);
  }

  async #endorse(transactionId: string, commands: readonly Command[]): Promise<EndorsedTransaction> {
    const fault = await this.#meet('endorse');
    if (fault === 'LOST_BEFORE' || fault === 'LOST_AFTER') throw new LedgerUnavailable('no endorser answers');
    const needed = commands.flatMap((command) => this.#claimants.get(touchedAsset(command) ?? '') ?? []);
    if (needed.some((member) => this.away.has(member))) throw new EndorsersMissing('no combination of peers');
    this.groups.push(commands.length);
    const results = commands.map(({ id }): CommandResult => {
      const detail = this.#refused.get(id);
      if (detail !== undefined) return { id, ok: false, problem: { code: 'INVALID_STATE', detail } };
      return { id, ok: true, value: { id: `made-by-${id}` } };
    });
    const accepted = results.filter(({ ok }) => ok).length;
    return this.#endorsed({ transactionId, commands, answer: { accepted, results } }, fault);
  }

  #endorsed(stored: Stored, met?: Fault): EndorsedTransaction {
    return {
      transactionId: stored.transactionId,
      bytes: Buffer.from(JSON.stringify(stored)),
      answer: stored.answer,
      submit: async () => {
        const fault = await this.#meet('submit');
        if (fault === 'LOST_BEFORE') throw new Error('the connection broke');
        this.#order(stored, lostBy(met) ?? lostBy(fault));
        if (fault === 'LOST_AFTER') throw new Error('the connection broke');
        if (fault === 'DIES_AFTER') await never();
      },
    };
  }

  /** The first transaction under an id counts; the same again is invalid and changes nothing. */
  #order({ transactionId, commands, answer }: Stored, lost: string | undefined): void {
    if (this.#chain.has(transactionId)) return;
    const code = commands.some(({ id }) => this.#conflicting.has(id)) ? 'MVCC_READ_CONFLICT' : (lost ?? 'VALID');
    const block = String(this.#chain.size + 1);
    this.#chain.set(transactionId, { valid: code === 'VALID', code, block });
    if (code !== 'VALID') return;
    for (const result of answer.results) {
      if (result.ok) this.applied.set(result.id, (this.applied.get(result.id) ?? 0) + 1);
    }
  }

  async #meet(stage: Stage): Promise<Fault | undefined> {
    this.#hook?.(stage);
    const at = this.#faults.findIndex((planned) => planned.stage === stage);
    const [met] = at < 0 ? [] : this.#faults.splice(at, 1);
    if (met?.fault === 'DIES_BEFORE') await never();
    if (met?.fault instanceof Error) throw met.fault;
    return met?.fault;
  }
}

/** The validation code of a transaction that loses a race so. */
function lostBy(fault: Fault | undefined): string | undefined {
  if (fault === 'CONFLICT') return 'MVCC_READ_CONFLICT';
  return fault === 'NEW_CLAIMANT' ? 'ENDORSEMENT_POLICY_FAILURE' : undefined;
}
