/** A transaction that a chaincode is executing: what its state requests are answered from. */
import { type TxSimulator } from '../endorser/simulator';
import { type Ledger } from '../ledger/ledger';
import { type Response } from '../wire/proposal';
import { type ChaincodeEvent } from '../wire/transaction';
import { type CollectionAccess } from './collectionaccess';
import { type ResultIterator } from './queries';

/** What running a chaincode function came to. */
export interface ExecutionResult {
  readonly response: Response;
  readonly event: ChaincodeEvent | undefined;
}

/** The chaincode could not be run to an answer; the message is what the peer answers with status 500. */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError';
}

export class TransactionContext {
  /** Iterators that the chaincode has open, by id. */
  readonly queries = new Map<string, ResultIterator>();
  /** Set while a request is being answered: the protocol allows one at a time. */
  busy = false;

  constructor(
    readonly channelId: string,
    readonly txId: string,
    readonly namespace: string,
    readonly simulator: TxSimulator,
    readonly ledger: Ledger,
    readonly collections: CollectionAccess,
    readonly settle: (outcome: ExecutionResult | ExecutionError) => void,
  ) {}

  async closeQueries(): Promise<void> {
    const open = [...this.queries.values()];
    this.queries.clear();
    await Promise.all(open.map((iterator) => iterator.close()));
  }
}
