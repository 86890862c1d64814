/** PGlite in a thread of its own, asked by messages. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EmbeddedDatabase } from './pglite-dialect';

/** Where the thread finds the database's files, and the server's settings. */
export type ThreadSetting = Readonly<{ folder: string; settings: readonly string[] }>;

/** A statement, or without one: close. Answers come back in the order of the questions, under their numbers. */
export type ThreadQuestion = Readonly<{ n: number; statement: string | undefined; parameters: readonly unknown[] }>;

export type ThreadAnswer =
  | Readonly<{ n: number; rows: unknown[]; affectedRows?: number }>
  | Readonly<{ n: number; message: string; code: string | undefined }>;

/** The database refused a statement. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';

  /** @param code the SQLSTATE, where the database gave one */
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

type Waiting = Readonly<{
  resolve: (answer: { rows: unknown[]; affectedRows?: number }) => void;
  reject: (error: Error) => void;
}>;

// As it was built, also when this file runs from source: a thread cannot.
const PROGRAM = join(__dirname, '..', '..', 'dist', 'outbox', 'pglite-worker.js');

export class PGliteThread implements EmbeddedDatabase {
  readonly waitReady: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended: Error | undefined;

  /** Begins to open the database. `waitReady` rejects with a DatabaseError when it cannot be opened. */
  constructor(folder: string, settings: readonly string[]) {
    const workerData: ThreadSetting = { folder, settings };
    this.#worker = new Worker(PROGRAM, { workerData, execArgv: [] });
    this.#worker.on('message', (answer: ThreadAnswer) => {
      const waiting = this.#waiting.get(answer.n);
      this.#waiting.delete(answer.n);
      if ('message' in answer) waiting?.reject(new DatabaseError(answer.message, answer.code));
      else waiting?.resolve(answer);
    });
    this.#worker.on('error', (error) => {
      this.#end(error);
      // It cannot be had back in this process, and no request can be stored without: whoever supervises starts it anew.
      throw error;
    });
    this.#worker.on('exit', () => {
      this.#end(new Error('the embedded database has ended'));
    });
    this.waitReady = this.query('select 1', []).then(() => undefined);
  }

  query(statement: string, parameters: unknown[]): Promise<{ rows: unknown[]; affectedRows?: number }> {
    return this.#ask(statement, parameters);
  }

  async close(): Promise<void> {
    if (this.#ended === undefined) await this.#ask(undefined, []);
    await this.#worker.terminate();
  }

  #ask(statement: string | undefined, parameters: readonly unknown[]): ReturnType<EmbeddedDatabase['query']> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const n = this.#asked;
    this.#asked += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(n, { resolve, reject });
      this.#worker.postMessage({ n, statement, parameters } satisfies ThreadQuestion);
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
