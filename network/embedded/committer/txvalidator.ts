/**
 * Validates the transactions of a block by themselves and against each other's policies, in Fabric's order:
 * msgvalidation.ts (form, signature, binding), then here whether the identifier is new, dispatcher.ts (chaincodes),
 * statebased.ts (endorsement policies). What they read is checked afterwards, in mvcc.ts.
 */
import { type Channel } from '../channel';
import { type Bundle } from '../channelconfig/bundle';
import { type OwnEndorsements } from '../endorser/endorsements';
import { type StateView } from '../ledger/state';
import { type NamespaceReadWriteSet } from '../wire/rwset';
import { type ChaincodeEvent } from '../wire/transaction';
import { TxValidationCode } from './codes';
import { dispatch, type DispatchContext } from './dispatcher';
import { applyConfig } from './configtx';
import { Invalid } from './invalid';
import { type OrderedEnvelope, validateEnvelope, validateMessage } from './msgvalidation';
import { KeyLevelValidator } from './statebased';

/** A transaction with what its validation has found so far. */
export interface ValidatedTransaction {
  readonly code: TxValidationCode;
  /** Why it is invalid; for the log. */
  readonly reason: string;
  /** As the transaction claims it; empty when that cannot be read. */
  readonly txId: string;
  readonly namespaces: readonly NamespaceReadWriteSet[];
  readonly event: ChaincodeEvent | undefined;
  /** Of a configuration transaction: what the channel goes by after its block. */
  readonly bundle?: Bundle;
}

/** What the channel goes by after a block; undefined: what it went by before. */
export function newBundle(transactions: readonly ValidatedTransaction[], codes: Uint8Array): Bundle | undefined {
  return transactions.findLast(({ bundle }, tx) => bundle !== undefined && codes[tx] === TxValidationCode.VALID)
    ?.bundle;
}

/** @param view the state before the block; released by the caller. */
export function validateBlock(
  envelopes: readonly OrderedEnvelope[],
  channel: Channel,
  own: OwnEndorsements,
  view: StateView,
): readonly ValidatedTransaction[] {
  const context = { channel, own, keyLevel: new KeyLevelValidator(channel, view) };
  const seen = new Set<string>();
  return envelopes.map((envelope) => {
    const transaction = validateTransaction(envelope, context);
    if (transaction.code !== TxValidationCode.VALID) return transaction;
    // Also of one that has its identifier from another of this block: its policies were satisfied.
    context.keyLevel.taken(transaction.namespaces);
    if (seen.has(transaction.txId)) {
      return { ...transaction, code: TxValidationCode.DUPLICATE_TXID, reason: 'twice in this block' };
    }
    seen.add(transaction.txId);
    return transaction;
  });
}

function validateTransaction(ordered: OrderedEnvelope, context: DispatchContext): ValidatedTransaction {
  const { channel } = context;
  let txId = '';
  try {
    const submission = validateEnvelope(ordered, channel);
    // As in Fabric, the identifier that it claims is taken for it even when something about it is wrong.
    txId = submission.channelHeader.txId;
    const endorsed = validateMessage(submission);
    if (submission.channelHeader.channelId !== channel.name) {
      throw new Invalid(TxValidationCode.TARGET_CHAIN_NOT_FOUND, 'it is for another channel');
    }
    if (endorsed === undefined)
      return { code: TxValidationCode.VALID, reason: '', txId, ...applyConfig(submission, channel) };
    if (channel.ledger.transaction(txId) !== undefined) {
      throw new Invalid(TxValidationCode.DUPLICATE_TXID, 'its identifier is in the ledger already');
    }
    const { namespaces, event } = dispatch(submission, endorsed, context);
    return { code: TxValidationCode.VALID, reason: '', txId, namespaces, event };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { code: error.code, reason: error.message, txId, namespaces: [], event: undefined };
  }
}
