/** Reads in groups: while one evaluation of an identity is under way, the queries that arrive wait and go together in the next. */
import type { QueryInput, QueryResult } from '@onepledge/chaincode/model';
import { type Principal, principalKey } from '../auth/principal';
import { Batcher } from '../batcher';
import { ProblemError } from '../problem';
import type { LedgerReader } from './port';

const MAX_QUERIES = 200;

export class GroupedReads {
  readonly #ledger: LedgerReader;
  readonly #ready: () => Promise<void>;
  readonly #batchers = new Map<string, Batcher<QueryInput, QueryResult>>();

  /** @param ready resolves when it is known how far a peer must have come to be read from; rejects with what is answered until then */
  constructor(ledger: LedgerReader, ready: () => Promise<void> = () => Promise.resolve()) {
    this.#ledger = ledger;
    this.#ready = ready;
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
      async (queries) => {
        await this.#ready();
        return this.#ledger.evaluate(principal, queries);
      },
      MAX_QUERIES,
      () => this.#batchers.delete(key),
    );
    this.#batchers.set(key, made);
    return made;
  }
}
