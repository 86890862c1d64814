/** A transaction that a chaincode is executing: what its requests are answered from. */
import { type TxSimulator } from '../endorser/simulator';
import { type Ledger } from '../ledger/ledger';
import { type Response } from '../wire/proposal';
import { type ChaincodeMessage } from '../wire/shim';
import { type ChaincodeEvent } from '../wire/transaction';
import { CollectionAccess } from './collectionaccess';
import { type ResultIterator } from './queries';
import { type TransactionParams } from './support';

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
  #collections: CollectionAccess | undefined;

  constructor(
    readonly params: TransactionParams,
    /** The chaincode's name: its keys' namespace. */
    readonly namespace: string,
    /** Whether the chaincode's Init runs. */
    readonly isInit: boolean,
    readonly settle: (outcome: ChaincodeMessage | ExecutionError) => void,
  ) {}

  get simulator(): TxSimulator {
    return this.params.simulator;
  }

  get ledger(): Ledger {
    return this.params.channel.ledger;
  }

  /** What the transaction's creator may do with private data. */
  get collections(): CollectionAccess {
    const { channel, proposal, simulator } = this.params;
    this.#collections ??= new CollectionAccess(simulator.collections, () =>
      channel.msps.identify(proposal.signatureHeader.creator),
    );
    return this.#collections;
  }

  async closeQueries(): Promise<void> {
    const open = [...this.queries.values()];
    this.queries.clear();
    await Promise.all(open.map((iterator) => iterator.close()));
  }
}
