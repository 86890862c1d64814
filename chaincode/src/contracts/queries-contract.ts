/** The contract that reads: `queries:evaluate`. */
import { Contract, type Context as FabricContext } from 'fabric-contract-api';
import type { QueryBatchResult } from '../model/protocol';
import { QueryBatchSchema } from '../model/query';
import { validate } from '../model/validation';
import { UnitOfWork } from '../ledger/unit-of-work';
import { dependencies } from './dependencies';
import { evaluate } from './evaluate';
import { certifiedIdentity, parseArgument, transactionTime } from './transaction';

export class QueriesContract extends Contract {
  constructor() {
    super('queries');
  }

  /**
   * Answers a list of queries of the identity that signed the proposal.
   * @param args one JSON text: `{"queries": Query[]}`.
   * @returns JSON of QueryBatchResult. The evaluation fails only where the list itself cannot be read.
   */
  async evaluate(ctx: FabricContext, ...args: readonly string[]): Promise<string> {
    const batch = validate(QueryBatchSchema, parseArgument(args));
    if (!batch.ok) throw new Error(`${batch.error.code}: ${batch.error.detail}`);
    const work = new UnitOfWork(dependencies().access(ctx.stub));
    const scope = { work, stub: ctx.stub, at: transactionTime(ctx.stub) };
    const results = await evaluate(batch.value.queries, certifiedIdentity(ctx), scope);
    return JSON.stringify({ results } satisfies QueryBatchResult);
  }
}
