/** A transaction that a chaincode is executing: what its requests are answered from. */
import { type Channel } from '../channel';
import { type UnpackedProposal } from '../endorser/proposal';
import { type TxSimulator } from '../endorser/simulator';
import { type Ledger } from '../ledger/ledger';
import { type Response } from '../wire/proposal';
import { type ChaincodeMessage } from '../wire/shim';
import { type ChaincodeEvent } from '../wire/transaction';
import { CollectionAccess } from './collectionaccess';
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

/** The transaction that a chaincode runs in, and what a call of another chaincode goes by. */
export interface ExecutedTransaction {
  readonly channel: Channel;
  readonly proposal: UnpackedProposal;
  readonly simulator: TxSimulator;
  /**
   * Calls another chaincode.
   * @param specification the bytes of a ChaincodeSpec
   * @returns the called chaincode's last message
   * @throws ExecutionError
   */
  invoke(specification: Buffer): Promise<Buffer>;
}

export class TransactionContext {
  /** Iterators that the chaincode has open, by id. */
  readonly queries = new Map<string, ResultIterator>();
  /** Set while a request is being answered: the protocol allows one at a time. */
  busy = false;
  #collections: CollectionAccess | undefined;

  constructor(
    readonly transaction: ExecutedTransaction,
    /** The chaincode's name: its keys' namespace. */
    readonly namespace: string,
    /** Whether the chaincode's Init runs. */
    readonly isInit: boolean,
    readonly settle: (outcome: ChaincodeMessage | ExecutionError) => void,
  ) {}

  get simulator(): TxSimulator {
    return this.transaction.simulator;
  }

  get ledger(): Ledger {
    return this.transaction.channel.ledger;
  }

  /** What the transaction's creator may do with private data. */
  get collections(): CollectionAccess {
    const { channel, proposal, simulator } = this.transaction;
    this.#collections ??= new CollectionAccess(
      simulator.collections,
      () => channel.msps.identify(proposal.signatureHeader.creator),
      this.isInit,
    );
    return this.#collections;
  }

  async closeQueries(): Promise<void> {
    const open = [...this.queries.values()];
    this.queries.clear();
    await Promise.all(open.map((iterator) => iterator.close()));
  }
}
