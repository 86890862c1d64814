/** Reads in groups: while one evaluation of an identity is under way, the queries that arrive wait and go together in the next. */
import type { QueryInput, QueryResult } from '@onepledge/chaincode/model';
import { type Principal, principalKey } from '../auth/principal';
import { Batcher } from '../batcher';
import { ProblemError } from '../problem';
import type { LedgerReader } from './port';

const MAX_QUERIES = 200;

export class GroupedReads {
  readonly #ledger: LedgerReader;
  readonly #batchers = new Map<string, Batcher<QueryInput, QueryResult>>();

  constructor(ledger: LedgerReader) {
    this.#ledger = ledger;
  }

  /**
   * The value that the ledger answers to a query.
   * @throws ProblemError with the contract's refusal, or LEDGER_UNAVAILABLE.
   */
  async query(principal: Principal, query: QueryInput): Promise<unknown> {
    const result = await this.#batcher(principal).add(query);
    if (!result.ok) throw new ProblemError(result.problem);
    return result.value;
  }

  #batcher(principal: Principal): Batcher<QueryInput, QueryResult> {
    const key = principalKey(principal);
    const known = this.#batchers.get(key);
    if (known !== undefined) return known;
    const made = new Batcher<QueryInput, QueryResult>(
      (queries) => this.#ledger.evaluate(principal, queries),
      MAX_QUERIES,
      () => this.#batchers.delete(key),
    );
    this.#batchers.set(key, made);
    return made;
  }
}
