/** The tables of the outbox and their migrations, which run at start. */
import { type ColumnType, type Generated, type Kysely, sql } from 'kysely';

/** JSON that is written as text and read as a value. */
type Json<T = unknown> = ColumnType<T, string | null, string | null>;
type Moment = ColumnType<Date, never, never>;

export type IntentState = 'PENDING' | 'COMMITTED' | 'FAILED';

/** What a member asked for, once, under its key; a line of an import has no key of its own. */
export interface IntentTable {
  id: string;
  /** Name of the gateway that carries it out. */
  gateway: string;
  kind: 'COMMAND' | 'IMPORT';
  member: string;
  party: string | null;
  role: string;
  idempotency_key: string | null;
  body_hash: string;
  route: string;
  request_id: string;
  command: Json;
  state: IntentState;
  /** The view when committed, the problem when failed. */
  result: Json;
  transaction_id: string | null;
  block: string | null;
  created_at: Moment;
  updated_at: ColumnType<Date, never, unknown>;
}

/** ENDORSING: its id is taken, nothing was submitted. ENDORSED: it may have been submitted. FINAL: nothing more will happen. */
export type TransactionState = 'ENDORSING' | 'ENDORSED' | 'FINAL';

/** One ledger transaction and the intents that it carries. */
export interface TransactionTable {
  id: string;
  gateway: string;
  member: string;
  party: string | null;
  role: string;
  intent_ids: Json<string[]>;
  state: TransactionState;
  /** The endorsed and signed transaction while it is not final, deflated. */
  envelope: Uint8Array | null;
  code: string | null;
  block: string | null;
  created_at: Moment;
  updated_at: ColumnType<Date, never, unknown>;
}

/** A document of an import: refused when it was read, or an intent. */
export interface ImportLineTable {
  import_id: string;
  n: number;
  file: string;
  row: number | null;
  intent_id: string | null;
  problem: Json;
}

export interface OutboxSchema {
  intents: IntentTable;
  transactions: TransactionTable;
  import_lines: ImportLineTable;
  schema_version: { version: number; applied_at: Generated<Date> };
}

const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table intents (
      id uuid primary key,
      gateway text not null,
      kind text not null,
      member text not null,
      party text,
      role text not null,
      idempotency_key text,
      body_hash text not null,
      route text not null,
      request_id text not null,
      command json,
      state text not null default 'PENDING',
      result json,
      transaction_id text,
      block text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`,
    'create unique index intents_key on intents (member, idempotency_key)',
    `create index intents_pending on intents (gateway) where state = 'PENDING'`,
    `create table transactions (
      id text primary key,
      gateway text not null,
      member text not null,
      party text,
      role text not null,
      intent_ids json not null,
      state text not null,
      envelope bytea,
      code text,
      block text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`,
    `create index transactions_open on transactions (gateway) where state <> 'FINAL'`,
    `create table import_lines (
      import_id uuid not null references intents (id),
      n integer not null,
      file text not null,
      row integer,
      intent_id uuid references intents (id),
      problem json,
      primary key (import_id, n)
    )`,
    // Rows are short-lived in their hot form: compressing them in the server costs more than the space.
    'alter table transactions alter column envelope set storage external',
    'alter table intents set (toast_tuple_target = 8160)',
  ],
  [`create index transactions_blocks on transactions ((block::bigint)) where code = 'VALID'`],
  ['create table gateways (name text primary key, run bigint not null)'],
];

// Any number that nobody else takes: gateways that start at once migrate one after the other.
const MIGRATION_LOCK = 7_310_577;

/** Brings the database to the newest schema; safe to run by several gateways at once. */
export async function migrate(database: Kysely<OutboxSchema>): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
    await sql`create table if not exists schema_version (version integer primary key, applied_at timestamptz not null default now())`.execute(
      transaction,
    );
    const applied = await transaction.selectFrom('schema_version').select('version').execute();
    const done = new Set(applied.map(({ version }) => version));
    for (const [i, statements] of MIGRATIONS.entries()) {
      if (done.has(i + 1)) continue;
      for (const statement of statements) await sql.raw(statement).execute(transaction);
      await transaction
        .insertInto('schema_version')
        .values({ version: i + 1 })
        .execute();
    }
  });
}
