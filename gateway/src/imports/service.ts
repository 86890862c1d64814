/** Imports: many documents under one key, stored at once, each an intent of its own. */
import type { DomainError } from '@onepledge/chaincode/model';
import { type Kysely, sql } from 'kysely';
import type { Principal } from '../auth/principal';
import type { NewIntent, Outcome } from '../outbox/intent';
import { intentIdOf } from '../outbox/intent-id';
import { type Accepted, reusedKey, unknownKey } from '../outbox/intake';
import type { Outbox } from '../outbox/outbox';
import type { IntentState, OutboxSchema } from '../outbox/schema';
import { StatementInDoubt } from '../outbox/statement-in-doubt';
import { storableJson } from '../outbox/storable';
import { outcomeOf, type OutboxStore } from '../outbox/store';
import { ProblemError } from '../problem';
import type { ReadLine } from './line';

export type ImportRequest = Readonly<{
  principal: Principal;
  idempotencyKey: string;
  /** Hash of method, path and content. */
  bodyHash: string;
  route: string;
  requestId: string;
  lines: readonly ReadLine[];
}>;

/** A line as it is answered. */
export type LineView = Readonly<{
  file: string;
  row?: number;
  outcome: 'REGISTERED' | 'REFUSED' | 'PENDING';
  id?: string;
  code?: string;
  detail?: string;
  field?: string;
  transaction?: Readonly<{ id: string; block: string; status: 'COMMITTED' }>;
}>;

export type ImportView = Readonly<{
  id: string;
  status: 'PENDING' | 'DONE';
  total: number;
  done: number;
  lines: readonly LineView[];
}>;

interface LineRow {
  n: number;
  file: string;
  row: number | null;
  intent_id: string | null;
  problem: DomainError | null;
  state: IntentState | null;
  result: unknown;
  transaction_id: string | null;
  block: string | null;
}

type NumberedLine =
  | Exclude<ReadLine, Readonly<{ command: string }>>
  | Readonly<{ file: string; row?: number; id: string; command: string }>;

const INSERT_AT_ONCE = 500;

export class ImportService {
  readonly #database: Kysely<OutboxSchema>;
  readonly #store: OutboxStore;
  readonly #outbox: Outbox;

  constructor(database: Kysely<OutboxSchema>, store: OutboxStore, outbox: Outbox) {
    this.#database = database;
    this.#store = store;
    this.#outbox = outbox;
  }

  /**
   * Stores an import with all its lines, or none of it, and sends the lines on their way.
   * @throws ProblemError IDEMPOTENCY_KEY_REUSED, LEDGER_UNAVAILABLE.
   */
  async submit(request: ImportRequest): Promise<Accepted> {
    this.#outbox.requireRoom();
    const { principal, idempotencyKey, bodyHash, route, requestId, lines } = request;
    // The same import under the same key is the same commands at every gateway, also at those that share no database.
    const idOf = (...place: readonly number[]): string =>
      intentIdOf(principal.member, idempotencyKey, [bodyHash, ...place].join(' '));
    const id = idOf();
    const origin = { principal, bodyHash, route, requestId };
    const numbered = lines.map((line, n): NumberedLine => ('command' in line ? withId(idOf(n), line) : line));
    const commands = numbered.flatMap((line) => ('command' in line ? [{ ...line, asset: undefined }] : []));
    const own: NewIntent = { ...origin, id, kind: 'IMPORT', idempotencyKey };
    const intents = commands.map((line): NewIntent => ({
      ...origin,
      id: line.id,
      kind: 'COMMAND',
      command: line.command,
    }));
    let stored: boolean;
    try {
      stored = await this.#storeAll(own, intents, numbered);
    } catch (error) {
      void this.#outbox.adopt([own, ...intents]);
      // Never an error for what may be carried out: whoever asks later is told, and may ask again under the key.
      if (error instanceof StatementInDoubt) return { id, kind: 'IMPORT', requestId, replayed: false };
      throw new ProblemError(
        { code: 'LEDGER_UNAVAILABLE', detail: 'the import could not be stored' },
        { cause: error },
      );
    }
    if (!stored) return this.#earlier(request);
    this.#outbox.enqueue(principal, commands);
    return { id, kind: 'IMPORT', requestId, replayed: false };
  }

  /** Waits until all lines are final, at most so many milliseconds. */
  async wait(id: string, member: string, patience: number): Promise<void> {
    const { rows } = await sql<{ intent_id: string }>`
      select l.intent_id from import_lines l join intents i on i.id = l.intent_id
      where l.import_id = ${id} and i.state = 'PENDING'`.execute(this.#database);
    const end = performance.now() + patience;
    for (const { intent_id: line } of rows) {
      const left = end - performance.now();
      if (left <= 0) return;
      await this.#outbox.outcome(line, member, left);
    }
  }

  /** An import of the member's, line by line in the order of the files; undefined when there is none. */
  async view(id: string, member: string): Promise<ImportView | undefined> {
    const intent = await this.#store.intent(id, member);
    return intent?.kind === 'IMPORT' ? this.viewOf(id) : undefined;
  }

  /** An import that there is. @param again looked at for the second time */
  async viewOf(id: string, again = false): Promise<ImportView> {
    const { rows } = await sql<LineRow>`
      select l.n, l.file, l.row, l.intent_id, l.problem, i.state, i.transaction_id, i.block,
        case when i.state = 'COMMITTED' then json_build_object('id', i.result->>'id') else i.result end as result
      from import_lines l left join intents i on i.id = l.intent_id
      where l.import_id = ${id} order by l.n`.execute(this.#database);
    const lines = rows.map((row) => this.#lineView(row));
    const pending = lines.some(({ outcome }) => outcome === 'PENDING');
    // An end that was neither stored when that was looked for, nor known afterwards, was stored in between where there was one.
    if (pending && !again) return this.viewOf(id, true);
    const done = lines.filter(({ outcome }) => outcome !== 'PENDING').length;
    return { id, status: done === lines.length ? 'DONE' : 'PENDING', total: lines.length, done, lines };
  }

  /** @returns whether it is stored now; false when its key was taken before */
  #storeAll(own: NewIntent, intents: readonly NewIntent[], lines: readonly NumberedLine[]): Promise<boolean> {
    return this.#database.transaction().execute(async (within) => {
      if ((await this.#store.insertIntents([own], within)).size === 0) return false;
      for (let from = 0; from < intents.length; from += INSERT_AT_ONCE) {
        await this.#store.insertIntents(intents.slice(from, from + INSERT_AT_ONCE), within);
      }
      await insertLines(within, own.id, lines);
      return true;
    });
  }

  async #earlier({ principal, idempotencyKey, bodyHash }: ImportRequest): Promise<Accepted> {
    const key = { member: principal.member, key: idempotencyKey };
    const found = await this.#store.intentsByKey([key]).catch((error: unknown) => {
      throw unknownKey(error);
    });
    const [first] = found.values();
    if (first === undefined) throw new Error('an import was neither stored nor found under its key');
    if (first.bodyHash !== bodyHash) throw reusedKey();
    return { id: first.id, kind: first.kind, requestId: first.requestId, replayed: true };
  }

  #lineView(row: LineRow): LineView {
    const head = { file: row.file, ...(row.row === null ? {} : { row: row.row }) };
    if (row.problem !== null) return { ...head, outcome: 'REFUSED', ...refusal(row.problem) };
    const outcome = this.#outcome(row);
    if (outcome === undefined) return { ...head, outcome: 'PENDING' };
    if (outcome.state === 'FAILED') return { ...head, outcome: 'REFUSED', ...refusal(outcome.problem) };
    const { id } = outcome.value as { id: string };
    const transaction = { id: outcome.transactionId, block: outcome.block, status: 'COMMITTED' } as const;
    return { ...head, outcome: 'REGISTERED', id, transaction };
  }

  #outcome({ state, result, transaction_id, block, intent_id }: LineRow): Outcome | undefined {
    const stored = state === null ? undefined : outcomeOf({ state, result, transaction_id, block });
    return stored ?? this.#outbox.known(intent_id ?? '');
  }
}

function refusal({ code, detail, field }: DomainError): { code: string; detail: string; field?: string } {
  return { code, detail, ...(field === undefined ? {} : { field }) };
}

function withId<L extends Readonly<{ command: string }>>(id: string, line: L): L & Readonly<{ id: string }> {
  return { ...line, id, command: `{"id":"${id}",${line.command.slice(1)}` };
}

async function insertLines(database: Kysely<OutboxSchema>, id: string, lines: readonly NumberedLine[]): Promise<void> {
  const rows = lines.map((line, n) => ({
    n,
    file: line.file,
    row: line.row,
    intent_id: 'id' in line ? line.id : undefined,
    problem: 'problem' in line ? line.problem : undefined,
  }));
  // A refusal may quote what was sent: one line of that must not keep the whole import from being stored.
  const json = storableJson(JSON.stringify(rows));
  await sql`
    insert into import_lines (import_id, n, file, row, intent_id, problem)
    select ${id}::uuid, n, file, r.row, intent_id, problem
    from json_to_recordset(${json}::json) as r(n integer, file text, row integer, intent_id uuid, problem json)`.execute(
    database,
  );
}
