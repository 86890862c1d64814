/** The outbox in SQL: every statement that it needs, each for many rows at once. */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type DomainError } from '@onepledge/chaincode/model';
import type { Principal } from '../auth/principal';
import type { NewIntent, Outcome, StoredIntent } from './intent';
import { Overtaken } from './overtaken';
import type { IntentState, OutboxSchema } from './schema';
import { storableJson } from './storable';

const compress = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const decompress = promisify<Uint8Array, Buffer>(inflateRaw);

/** The end of a transaction and of the intents that it settled. */
export type Conclusion = Readonly<{
  transaction?: Readonly<{ id: string; code: string; block?: string }>;
  intents: readonly Readonly<{ id: string; outcome: Outcome }>[];
}>;

/** What a crash left behind. */
export type OpenTransaction = Readonly<{
  id: string;
  principal: Principal;
  intentIds: readonly string[];
  /** Undefined: it was never submitted. */
  envelope: Uint8Array | undefined;
}>;

export type PendingIntent = Readonly<{ id: string; principal: Principal; command: unknown }>;

export class OutboxStore {
  readonly #database: Kysely<OutboxSchema>;
  readonly #gateway: string;
  /** Which start of the gateway this is; 0 before it has taken over. */
  #run = '0';

  /** @param gateway name of the gateway that owns the intents */
  constructor(database: Kysely<OutboxSchema>, gateway: string) {
    this.#database = database;
    this.#gateway = gateway;
  }

  /**
   * From now on this run of the gateway is the one of its name, and one that stood still meanwhile stores nothing more. What that one began and has
   * not stored by now, it never submits, so those transactions end here.
   */
  async takeOver(): Promise<void> {
    const { rows } = await sql<{ run: string }>`
      insert into gateways (name, run) values (${this.#gateway}, 1)
      on conflict (name) do update set run = gateways.run + 1 returning run::text`.execute(this.#database);
    this.#run = rows[0]?.run ?? '0';
    // After that, and by itself: an envelope that is being stored is waited for, and then left alone.
    await sql`
      update transactions set state = 'FINAL', code = 'NOT_SUBMITTED', updated_at = now()
      where gateway = ${this.#gateway} and state = 'ENDORSING'`.execute(this.#database);
  }

  /** Stores intents whose keys are new, of several with one id the first. @returns the ids of those that were stored. @throws Overtaken */
  async insertIntents(intents: readonly NewIntent[], within = this.#database): Promise<ReadonlySet<string>> {
    // Two gateways that insert the same keys at once wait for each other: in one order always, else both would wait for ever.
    const ordered = [...intents].sort((a, b) => compare(keyOf(a), keyOf(b)));
    const rows = `[${ordered.map((intent) => this.#intentRow(intent)).join(',')}]`;
    const { rows: stored } = await sql<{ ours: boolean; ids: readonly string[] }>`
      with stored as (
      insert into intents (id, gateway, kind, member, party, role, idempotency_key, body_hash, route, request_id, command)
      select id, gateway, kind, member, party, role, idempotency_key, body_hash, route, request_id, command
      from json_to_recordset(${rows}::json) as r(id uuid, gateway text, kind text, member text, party text, role text,
        idempotency_key text, body_hash text, route text, request_id text, command json)
      where ${this.#ours()}
      on conflict do nothing
      returning id
      )
      select ${this.#ours()} as ours, (select coalesce(json_agg(id), '[]') from stored) as ids`.execute(within);
    return new Set(this.#requireOurs(stored[0]).ids);
  }

  /** The intents under keys, by `member key`. */
  async intentsByKey(
    keys: readonly Readonly<{ member: string; key: string }>[],
  ): Promise<ReadonlyMap<string, StoredIntent>> {
    const { rows } = await sql<IntentRow & { idempotency_key: string }>`
      select ${sql.raw(INTENT_COLUMNS)}, i.idempotency_key from intents i
      join json_to_recordset(${JSON.stringify(keys)}::json) as r(member text, key text)
      on i.member = r.member and i.idempotency_key = r.key`.execute(this.#database);
    return new Map(rows.map((row) => [`${row.member} ${row.idempotency_key}`, storedIntent(row)] as const));
  }

  /** An intent by its id, as far as it belongs to the member. */
  async intent(id: string, member: string): Promise<StoredIntent | undefined> {
    return (await this.intents([id], member))[0];
  }

  /** Intents by their ids, in that order, as far as they belong to the member. */
  async intents(ids: readonly string[], member: string): Promise<readonly StoredIntent[]> {
    const { rows } = await sql<IntentRow>`
      select ${sql.raw(INTENT_COLUMNS)} from json_array_elements_text(${JSON.stringify(ids)}::json) with ordinality as asked(id, n)
      join intents i on i.id = asked.id::uuid where i.member = ${member} order by asked.n`.execute(this.#database);
    return rows.map(storedIntent);
  }

  /** A ledger transaction of the member's. */
  async transaction(
    id: string,
    member: string,
  ): Promise<{ state: string; code: string | null; block: string | null; intentIds: readonly string[] } | undefined> {
    const row = await this.#database
      .selectFrom('transactions')
      .select(['state', 'code', 'block', 'intent_ids'])
      .where('id', '=', id)
      .where('member', '=', member)
      .executeTakeFirst();
    return row === undefined
      ? undefined
      : { state: row.state, code: row.code, block: row.block, intentIds: row.intent_ids };
  }

  /** Takes a transaction id for intents, before anyone is asked to endorse. */
  async beginTransaction(id: string, principal: Principal, intentIds: readonly string[]): Promise<void> {
    const { member, party, role } = principal;
    await sql`
      insert into transactions (id, gateway, member, party, role, intent_ids, state)
      values (${id}, ${this.#gateway}, ${member}, ${party ?? null}, ${role}, ${JSON.stringify(intentIds)}::json, 'ENDORSING')`.execute(
      this.#database,
    );
  }

  /** Stores the endorsed transaction, before it is submitted. Storing it again changes nothing. @throws Overtaken */
  async storeEnvelope(id: string, envelope: Uint8Array): Promise<void> {
    // Compressed here, beside the event loop, and sent as text: PGlite takes milliseconds for each kilobyte of binary parameters.
    const text = (await compress(envelope, { level: 1 })).toString('base64');
    const { rows } = await sql`
      update transactions set state = 'ENDORSED', envelope = decode(${text}, 'base64'), updated_at = now()
      where id = ${id} and state <> 'FINAL' and ${this.#ours()} returning id`.execute(this.#database);
    if (rows.length === 0) throw new Overtaken(this.#gateway);
  }

  /** Stores the ends of transactions and intents. Storing them again changes nothing. @throws Overtaken */
  async conclude(conclusions: readonly Conclusion[]): Promise<void> {
    const transactions = JSON.stringify(conclusions.flatMap(({ transaction }) => transaction ?? []));
    // An answer shows what stands on the ledger, which others may have written: no end of anybody's would be stored for that.
    const intents = storableJson(
      JSON.stringify(conclusions.flatMap((conclusion) => conclusion.intents.map(outcomeRow))),
    );
    // "is not distinct from", because by "=" the planner may take the index of what is pending, with an entry for all that ever was.
    const { rows } = await sql<{ ours: boolean }>`
      with ended as (
        update transactions t set state = 'FINAL', envelope = null, code = r.code, block = r.block, updated_at = now()
        from json_to_recordset(${transactions}::json) as r(id text, code text, block text) where t.id = r.id and ${this.#ours()}
      ), answered as (
        update intents i set state = r.state, result = r.result, transaction_id = r.transaction_id, block = r.block, updated_at = now()
        from json_to_recordset(${intents}::json) as r(id uuid, state text, result json, transaction_id text, block text)
        where i.id = r.id and i.state is not distinct from 'PENDING' and ${this.#ours()}
      )
      select ${this.#ours()} as ours`.execute(this.#database);
    this.#requireOurs(rows[0]);
  }

  /** Transactions of this gateway that are not final, oldest first. */
  async openTransactions(): Promise<readonly OpenTransaction[]> {
    const rows = await this.#database
      .selectFrom('transactions')
      .select(['id', 'member', 'party', 'role', 'intent_ids', 'state', 'envelope'])
      .where('gateway', '=', this.#gateway)
      .where('state', '<>', 'FINAL')
      .orderBy('created_at')
      .execute();
    return Promise.all(
      rows.map(async (row) => ({
        id: row.id,
        principal: principalOf(row),
        intentIds: row.intent_ids,
        envelope: row.state === 'ENDORSED' && row.envelope !== null ? await decompress(row.envelope) : undefined,
      })),
    );
  }

  /** Commands of this gateway without a final answer, oldest first. */
  async pendingIntents(): Promise<readonly PendingIntent[]> {
    const rows = await this.#database
      .selectFrom('intents')
      .select(['id', 'member', 'party', 'role', 'command'])
      .where('gateway', '=', this.#gateway)
      .where('state', '=', 'PENDING')
      .where('kind', '=', 'COMMAND')
      .orderBy('created_at')
      .execute();
    return rows.map((row) => ({ id: row.id, principal: principalOf(row), command: row.command }));
  }

  /** The newest transaction that any gateway of the database has seen committed; undefined when there is none. */
  async newestCommit(): Promise<Readonly<{ id: string; block: string }> | undefined> {
    const { rows } = await sql<{ id: string; block: string }>`
      select id, block from transactions where code = 'VALID' order by block::bigint desc limit 1`.execute(
      this.#database,
    );
    return rows[0];
  }

  /** Fails when the database cannot be read. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#database);
  }

  /** Whether this run is still the one of its name. */
  #ours(): RawBuilder<boolean> {
    return sql`coalesce((select run from gateways where name = ${this.#gateway}), 0) = ${this.#run}::bigint`;
  }

  #requireOurs<R extends Readonly<{ ours: boolean }>>(row: R | undefined): R {
    if (row?.ours !== true) throw new Overtaken(this.#gateway);
    return row;
  }

  #intentRow(intent: NewIntent): string {
    const { id, kind, principal, idempotencyKey, bodyHash, route, requestId, command } = intent;
    const head = JSON.stringify({
      id,
      gateway: this.#gateway,
      kind,
      member: principal.member,
      party: principal.party,
      role: principal.role,
      idempotency_key: idempotencyKey,
      body_hash: bodyHash,
      route,
      request_id: requestId,
    });
    return command === undefined ? head : `${head.slice(0, -1)},"command":${command}}`;
  }
}

/** Lines of an import have no key of their own: they keep their order. */
function keyOf({ principal, idempotencyKey = '' }: NewIntent): string {
  return `${principal.member} ${idempotencyKey}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const INTENT_COLUMNS =
  'i.id, i.kind, i.member, i.party, i.body_hash, i.route, i.request_id, i.state, i.result, i.transaction_id, i.block';

export interface IntentRow {
  id: string;
  kind: 'COMMAND' | 'IMPORT';
  member: string;
  party: string | null;
  body_hash: string;
  route: string;
  request_id: string;
  state: IntentState;
  result: unknown;
  transaction_id: string | null;
  block: string | null;
}

function storedIntent(row: IntentRow): StoredIntent {
  return {
    id: row.id,
    kind: row.kind,
    member: row.member,
    party: row.party ?? undefined,
    bodyHash: row.body_hash,
    route: row.route,
    requestId: row.request_id,
    outcome: outcomeOf(row),
  };
}

/** The outcome in a row; undefined while it is pending. */
export function outcomeOf(
  row: Readonly<{ state: IntentState; result: unknown; transaction_id: string | null; block: string | null }>,
): Outcome | undefined {
  switch (row.state) {
    case 'PENDING':
      return undefined;
    case 'COMMITTED':
      return { state: 'COMMITTED', value: row.result, transactionId: row.transaction_id ?? '', block: row.block ?? '' };
    case 'FAILED': {
      const problem = row.result as DomainError;
      return {
        state: 'FAILED',
        problem,
        ...(row.transaction_id === null ? {} : { transactionId: row.transaction_id }),
      };
    }
  }
}

function outcomeRow({ id, outcome }: Conclusion['intents'][number]): Record<string, unknown> {
  return outcome.state === 'COMMITTED'
    ? { id, state: outcome.state, result: outcome.value, transaction_id: outcome.transactionId, block: outcome.block }
    : { id, state: outcome.state, result: outcome.problem, transaction_id: outcome.transactionId };
}

function principalOf(row: Readonly<{ member: string; party: string | null; role: string }>): Principal {
  const role = row.role as Principal['role'];
  return { member: row.member, role, ...(row.party === null ? {} : { party: row.party }) };
}
