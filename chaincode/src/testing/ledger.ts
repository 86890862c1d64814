/** A ledger for tests: runs commands as transactions, in blocks, with conflicts between those that were endorsed side by side. */
import type { Command } from '../model/command';
import type { DomainEvent } from '../model/event';
import type { Member } from '../model/member';
import type { CommandResult, QueryResult } from '../model/protocol';
import type { QueryInput } from '../model/query';
import type { DomainError } from '../model/result';
import type { CertifiedIdentity } from '../domain/authority';
import { evaluate } from '../contracts/evaluate';
import { execute } from '../contracts/execute';
import { KeyedHashTokens } from '../ledger/evidence-token';
import { UnitOfWork } from '../ledger/unit-of-work';
import { anAct, ENROLMENT, FOUNDER, NOW } from './builders';
import { OWN_POLICY } from './endorsement';
import { readingStub } from './peer-stub';
import { WorldState, type Simulation, type ValidationCode } from './world-state';

/** A transaction that was endorsed and waits for its block. */
export type Endorsed = Readonly<{
  simulation: Simulation;
  results: readonly CommandResult[];
  events: readonly DomainEvent[];
}>;

/** The keys with which the evidence of tests is made. */
export const TOKENS = new KeyedHashTokens(Buffer.alloc(32, 7));

/** One channel with the chaincode on it. */
export class Ledger {
  readonly world = new WorldState();
  /** The time of transactions that name none. */
  now = NOW;
  /** The chaincode's endorsement policy, as its definition in force says. */
  ownPolicy = OWN_POLICY;
  /** What the endorsers make tokens with. */
  tokens = TOKENS;
  /** Who may enrol the first members, as the endorsers were told. */
  founders: readonly string[] | undefined;
  #transactions = 0;

  /** A ledger with its members enrolled. */
  static async founded(members: readonly Member[] = ENROLMENT): Promise<Ledger> {
    const ledger = new Ledger();
    await ledger.ok(FOUNDER, anAct('member.enrol', { members: [...members] }));
    return ledger;
  }

  /** Decides commands on what is committed now; nothing changes before `commit`. */
  async endorse(identity: CertifiedIdentity, commands: readonly unknown[], at = this.now): Promise<Endorsed> {
    this.#transactions += 1;
    const simulation = this.world.simulate(`tx${String(this.#transactions).padStart(6, '0')}`, at);
    const work = new UnitOfWork(simulation);
    // Over the wire commands are JSON.
    const raws = JSON.parse(JSON.stringify(commands)) as unknown[];
    const results = await execute(raws, { work, tokens: this.tokens, identity, founders: this.founders }, at);
    if (results.some(({ ok }) => ok)) await work.flush(() => Promise.resolve(this.ownPolicy));
    return { simulation, results, events: work.events };
  }

  /** Commits endorsed transactions as one block. */
  commit(...block: readonly Endorsed[]): readonly ValidationCode[] {
    return this.world.commit(block.map(({ simulation }) => simulation));
  }

  /** Endorses and commits a list of commands as one transaction. */
  async submit(identity: CertifiedIdentity, ...commands: readonly Command[]): Promise<readonly CommandResult[]> {
    const endorsed = await this.endorse(identity, commands);
    const [code] = this.commit(endorsed);
    if (code !== 'VALID') throw new Error(`a transaction alone met ${String(code)}`);
    return endorsed.results;
  }

  /** The value that one command gives. @throws Error where it is refused. */
  async ok<T>(identity: CertifiedIdentity, command: Command): Promise<T> {
    const [result] = await this.submit(identity, command);
    if (result?.ok !== true) throw new Error(`refused: ${JSON.stringify(result?.problem)}`);
    return result.value as T;
  }

  /** Why one command is refused. @throws Error where it is not, or where it wrote in spite of it. */
  async refusal(identity: CertifiedIdentity, command: unknown): Promise<DomainError> {
    const { simulation, results } = await this.endorse(identity, [command]);
    const [result] = results;
    if (result?.ok !== false) throw new Error(`not refused: ${JSON.stringify(result)}`);
    if (simulation.writes.length > 0) throw new Error('a refused command wrote');
    return result.problem;
  }

  /** Answers queries of one identity. */
  async query(identity: CertifiedIdentity, ...queries: readonly QueryInput[]): Promise<readonly QueryResult[]> {
    const work = new UnitOfWork(this.world.simulate('query'));
    return evaluate(queries, identity, { work, stub: readingStub(this.world), at: this.now });
  }

  /** The value that one query gives. @throws Error where it is refused. */
  async read<T>(identity: CertifiedIdentity, query: QueryInput): Promise<T> {
    const [result] = await this.query(identity, query);
    if (result?.ok !== true) throw new Error(`refused: ${JSON.stringify(result?.problem)}`);
    return result.value as T;
  }

  /** Why one query is refused. @throws Error where it is answered. */
  async unreadable(identity: CertifiedIdentity, query: unknown): Promise<DomainError> {
    const [result] = await this.query(identity, query as QueryInput);
    if (result?.ok !== false) throw new Error(`answered: ${JSON.stringify(result?.value)}`);
    return result.problem;
  }
}
