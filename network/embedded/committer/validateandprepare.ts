/** Validates a block and prepares all that it changes; nothing is written. The same bytes on the same state give the same, whenever. */
import { type Logger } from 'pino';
import { type Channel } from '../channel';
import { type OwnEndorsements } from '../endorser/endorsements';
import { type PrivateBlock } from '../ledger/pvtdatastore';
import { NO_BYTES } from '../wire/protobuf';
import { TxValidationCode } from './codes';
import { commitHash } from './commithash';
import { BlockUpdates } from './mvcc';
import { type OrderedEnvelope } from './msgvalidation';
import { preparePrivateData } from './privatedata';
import { validateBlock, type ValidatedTransaction } from './txvalidator';

/** What a block comes to. */
export interface PreparedBlock {
  readonly transactions: readonly ValidatedTransaction[];
  /** One TxValidationCode a transaction. */
  readonly codes: Uint8Array;
  readonly updates: BlockUpdates;
  readonly privateData: PrivateBlock;
  readonly commitHash: Buffer;
}

/** Validates the next block of a channel's ledger: each transaction by itself, then in order against the state and those before it. */
export async function validateAndPrepare(
  envelopes: readonly OrderedEnvelope[],
  channel: Channel,
  own: OwnEndorsements,
  logger: Logger,
): Promise<PreparedBlock> {
  const { ledger } = channel;
  const number = ledger.height;
  const view = ledger.acquire();
  try {
    const updates = new BlockUpdates(view, number);
    const codes = new Uint8Array(envelopes.length);
    const transactions = validateBlock(envelopes, channel, own, view);
    for (const [index, transaction] of transactions.entries()) {
      let { code } = transaction;
      if (code === TxValidationCode.VALID) code = await updates.check(transaction.namespaces);
      if (code === TxValidationCode.VALID) updates.apply(transaction.namespaces, index);
      codes[index] = code;
    }
    // Before what follows from the transactions: private values, which not all peers have, and what expires.
    const hash = commitHash(codes, updates, ledger.lastCommitHash);
    const privateData = await preparePrivateData(
      transactions.map(({ txId, namespaces }, index) => ({
        ...{ txId, namespaces, isValid: codes[index] === 0 },
        envelope: envelopes[index]?.bytes ?? NO_BYTES,
      })),
      number,
      updates,
      channel,
      logger,
    );
    return { transactions, codes, updates, privateData, commitHash: hash };
  } finally {
    view.release();
  }
}
