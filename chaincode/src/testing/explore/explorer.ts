/**
 * Every state that a ledger can come to, by every sequence of a scope's acts: the real rules and commands, breadth first, each state once. Beside
 * single transactions also blocks of two that were endorsed on the same state, and two commands in one transaction.
 */
import type { Member } from '../../model/member';
import type { Command } from '../../model/command';
import type { CommandResult } from '../../model/protocol';
import { execute, HANDLERS } from '../../contracts/execute';
import type { Handlers } from '../../contracts/handler';
import type { CertifiedIdentity } from '../../domain/authority';
import type { StateWrite } from '../../ledger/state-access';
import { UnitOfWork } from '../../ledger/unit-of-work';
import { OWN_POLICY } from '../endorsement';
import { checkProgress, checkState } from '../invariants';
import { TOKENS } from '../ledger';
import { checkPapers } from './papers';
import { checkHistories, checkSignatures } from './signatures';
import { State, Transaction } from './state';

/** One act that somebody may try at any time. */
export type Act = Readonly<{ who: string; identity: CertifiedIdentity; command: Command }>;

/** A small world: everything that may happen in it, in any order, any number of times. */
export type Scope = Readonly<{
  name: string;
  members: readonly Member[];
  /** Acts that have happened before. */
  given: readonly Act[];
  acts: readonly Act[];
  /** Instants, in order; time goes from one to the next at any point. */
  times: readonly string[];
  /** Two acts of one identity also go into one transaction. */
  grouped: boolean;
}>;

/** What the ledger may be made to do wrong, to see that it is found. */
export type Faults = Readonly<{
  handlers?: Handlers;
  /** Whether of two transactions on one state the second falls, by what it has read and the first has written. */
  conflict?: (reads: ReadonlySet<string>, writes: readonly StateWrite[]) => boolean;
}>;

export type Figures = Readonly<{
  scope: string;
  states: number;
  /** Acts that were accepted, refused, or had happened before. */
  accepted: number;
  refused: number;
  /** Pairs on one state in one block: those that both stand, and those of which the second falls. */
  pairs: number;
  conflicts: number;
  groups: number;
  /** The most acts from the beginning to a state, by the shortest way. */
  depth: number;
  seconds: number;
}>;

/** Told how many states are first reached at a depth, before they are gone through. */
export type Progress = (depth: number, states: number) => void;

/** A state that must not be, or a step that must not be made, with the acts that lead to it. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly path: readonly string[];

  constructor(rule: string, path: readonly string[], options: ErrorOptions) {
    super(`${rule}\nafter:\n${path.map((act, i) => `${String(i + 1).padStart(4)}. ${act}`).join('\n')}`, options);
    this.path = path;
  }
}

/** How a state was first reached: from which, by what, put into words only when it is to be told. */
type Way = Readonly<{ from: string; by: readonly Act[]; how: string }>;
type Outcome = Readonly<{ accepted: number; reads: ReadonlySet<string>; writes: readonly StateWrite[] }>;
type Done = Readonly<{ act: Act; outcome: Outcome; after: State }>;

// By the endorsement policy a block's second transaction on the same key falls too; versions are what all rests on.
const readsWhatWasWritten = (reads: ReadonlySet<string>, writes: readonly StateWrite[]): boolean =>
  writes.some(({ key }) => reads.has(key));

/**
 * Goes through all states of a scope, to the last one.
 * @param progress told before each depth
 * @throws Violation at the first state or step that breaks an invariant, or that blocks and groups reach and single transactions do not.
 */
export async function explore(
  scope: Scope,
  faults: Faults = {},
  progress: Progress = () => undefined,
): Promise<Figures> {
  const started = performance.now();
  const exploration = new Exploration(scope, faults);
  const figures = await exploration.run(progress);
  return { scope: scope.name, ...figures, seconds: (performance.now() - started) / 1000 };
}

class Exploration {
  readonly #scope: Scope;
  readonly #handlers: Handlers;
  readonly #conflict: NonNullable<Faults['conflict']>;
  /** Of each state how it was first reached by single transactions. */
  readonly #ways = new Map<string, Way>();
  /** States that blocks and groups led to, until a single transaction does. */
  readonly #others = new Map<string, Way>();
  readonly #refusals = new Refusals();
  #next: State[] = [];
  readonly #counts = { accepted: 0, refused: 0, pairs: 0, conflicts: 0, groups: 0 };

  constructor(scope: Scope, { handlers = HANDLERS, conflict = readsWhatWasWritten }: Faults) {
    this.#scope = scope;
    this.#handlers = handlers;
    this.#conflict = conflict;
  }

  async run(progress: Progress): Promise<Omit<Figures, 'scope' | 'seconds'>> {
    const first = await this.#beginning();
    this.#ways.set(first.id, { from: '', by: [], how: '' });
    this.#next = [first];
    let depth = 0;
    for (; this.#next.length > 0; depth += 1) {
      const level = this.#next;
      progress(depth, level.length);
      this.#next = [];
      for (const state of level) await this.#expand(state);
    }
    for (const way of this.#others.values()) {
      throw this.#violation(new Error('a state that no order of single transactions leads to'), way);
    }
    return { states: this.#ways.size, ...this.#counts, depth: depth - 1 };
  }

  async #beginning(): Promise<State> {
    const { members, given } = this.#scope;
    const founder = members.find(({ kinds }) => kinds.includes('REGISTRAR'));
    const enrolment: Act = {
      who: 'founder',
      identity: { mspId: founder?.mspId ?? '', party: undefined, role: 'admin' },
      command: { id: '00000000-0000-4000-8000-000000000000', type: 'member.enrol', members: [...members] },
    };
    let state = new State(new Map(), 0);
    for (const act of [enrolment, ...given]) {
      const { accepted, writes } = await this.#attempt(state, [act]);
      if (accepted !== 1) throw new Error(`what a scope begins with is refused: ${labelOf(act)}`);
      state = state.with(writes);
    }
    return state;
  }

  async #expand(state: State): Promise<void> {
    const done: Done[] = [];
    for (const act of this.#scope.acts) {
      const way = { from: state.id, by: [act], how: '' };
      const outcome = await this.#attempt(state, [act]).catch((error: unknown) => {
        throw this.#violation(error, way);
      });
      if (outcome.accepted === 0) {
        this.#counts.refused += 1;
        continue;
      }
      this.#counts.accepted += 1;
      const after = state.with(outcome.writes);
      this.#check(way, () => {
        checkSignatures(state.stored, after.stored, act.identity);
        checkHistories(outcome.writes, act.identity, this.#memberOf(act));
        checkProgress(state.stored, after.stored);
      });
      this.#reach(after, way);
      done.push({ act, outcome, after });
    }
    const { times, grouped } = this.#scope;
    if (state.time + 1 < times.length) {
      this.#reach(state.at(state.time + 1), { from: state.id, by: [], how: 'time goes on' });
    }
    this.#blocks(state, done);
    if (grouped) await this.#groups(state, done);
  }

  /** Two that were endorsed on one state, in one block. */
  #blocks(state: State, done: readonly Done[]): void {
    for (const first of done) {
      for (const second of done) {
        if (this.#conflict(second.outcome.reads, first.outcome.writes)) {
          this.#counts.conflicts += 1;
          continue;
        }
        this.#counts.pairs += 1;
        const way = { from: state.id, by: [first.act, second.act], how: 'in one block, ' };
        this.#also(first.after.with(second.outcome.writes), way);
      }
    }
  }

  /** An accepted command and any other of the same identity in one transaction, in both orders. */
  async #groups(state: State, done: readonly Done[]): Promise<void> {
    for (const { act } of done) {
      for (const other of this.#scope.acts) {
        if (other.who !== act.who) continue;
        for (const group of [
          [act, other],
          [other, act],
        ]) {
          const way = { from: state.id, by: group, how: 'in one transaction, ' };
          const { accepted, writes } = await this.#attempt(state, group).catch((error: unknown) => {
            throw this.#violation(error, way);
          });
          this.#counts.groups += 1;
          if (accepted > 0) this.#also(state.with(writes), way);
        }
      }
    }
  }

  async #attempt(state: State, acts: readonly Act[]): Promise<Outcome> {
    const [first] = acts;
    if (first === undefined) throw new Error('a transaction of nothing');
    if (acts.length === 1 && this.#refusals.has(first, state)) return REFUSED;
    const { identity } = first;
    const transaction = new Transaction(state);
    const work = new UnitOfWork(transaction);
    const at = this.#scope.times[state.time] ?? '';
    const commands = acts.map(({ command }) => command);
    const results: readonly CommandResult[] = await execute(
      commands,
      { work, tokens: TOKENS, identity },
      at,
      this.#handlers,
    );
    const accepted = results.filter(({ ok }) => ok).length;
    if (accepted > 0) await work.flush(() => Promise.resolve(OWN_POLICY));
    else if (acts.length === 1) this.#refusals.add(first, state, transaction.reads);
    return { accepted, reads: transaction.reads, writes: transaction.writes };
  }

  /** A state that a single transaction leads to. */
  #reach(state: State, way: Way): void {
    if (this.#ways.has(state.id)) return;
    this.#ways.set(state.id, way);
    this.#others.delete(state.id);
    this.#check(way, () => {
      checkState(state.stored, (key) => state.policy(key));
      checkPapers(state.stored);
    });
    this.#next.push(state);
  }

  /** A state that something else leads to: checked at once, as it may never be reached otherwise. */
  #also(state: State, way: Way): void {
    if (this.#ways.has(state.id) || this.#others.has(state.id)) return;
    this.#others.set(state.id, way);
    this.#check(way, () => {
      checkState(state.stored, (key) => state.policy(key));
      checkPapers(state.stored);
    });
  }

  #check(way: Way, checks: () => void): void {
    try {
      checks();
    } catch (error) {
      throw this.#violation(error, way);
    }
  }

  #violation(error: unknown, way: Way): Violation {
    const path: string[] = [];
    for (let at: Way | undefined = way; at !== undefined && at.from !== ''; at = this.#ways.get(at.from)) {
      path.unshift(at.how + at.by.map(labelOf).join('; '));
    }
    return new Violation(error instanceof Error ? error.message : String(error), path, { cause: error });
  }

  #memberOf({ identity }: Act): string {
    return this.#scope.members.find(({ mspId }) => mspId === identity.mspId)?.name ?? identity.mspId;
  }
}

const REFUSED: Outcome = { accepted: 0, reads: new Set(), writes: [] };

/**
 * Acts that were refused on what they had read. A rule decides on that alone, so where it reads the same it refuses again, and need not be asked:
 * most acts are refused in most states.
 */
class Refusals {
  readonly #known = new Map<Act, Map<string, Readonly<{ keys: readonly string[]; at: Set<string> }>>>();

  has(act: Act, state: State): boolean {
    for (const { keys, at } of this.#known.get(act)?.values() ?? []) if (at.has(sight(keys, state))) return true;
    return false;
  }

  add(act: Act, state: State, reads: ReadonlySet<string>): void {
    const keys = [...reads];
    const name = keys.join();
    const known = this.#known.get(act) ?? new Map<string, Readonly<{ keys: readonly string[]; at: Set<string> }>>();
    const same = known.get(name) ?? { keys, at: new Set() };
    same.at.add(sight(keys, state));
    known.set(name, same);
    this.#known.set(act, known);
  }
}

function sight(keys: readonly string[], state: State): string {
  return `${state.time}:${keys.map((key) => state.meaning(key)).join()}`;
}

function labelOf({ who, command }: Act): string {
  const { id: _id, type, ...rest } = command as Command & Readonly<Record<string, unknown>>;
  const words = Object.entries(rest).flatMap(([name, value]) => wordOf(name, value) ?? []);
  return [`${who}: ${type}`, ...words].join(' ');
}

function wordOf(name: string, value: unknown): string | undefined {
  if (typeof value === 'string') return `${name}=${value.length > 14 ? `…${value.slice(-10)}` : value}`;
  if (typeof value === 'object' && value !== null && 'amount' in value) return `${name}=${String(value.amount)}`;
  return undefined;
}
