/** The system chaincode that reads the ledger: qscc, as clients query it through Evaluate. */
import { type Ledger } from '../ledger/ledger';
import { type Block, BlockMetadataIndex, encodeBlock, headerHash } from '../wire/block';
import { type ChaincodeInput, type Response } from '../wire/proposal';
import { NO_BYTES, Writer } from '../wire/protobuf';

export const QSCC = 'qscc';

/** Runs one of GetChainInfo, GetBlockByNumber, GetBlockByHash, GetBlockByTxID, GetTransactionByID. */
export function invokeQscc(input: ChaincodeInput, channelId: string, ledger: Ledger): Response {
  const [functionName, channel, argument] = input.args.map((arg) => arg.toString('utf8'));
  if (functionName === undefined || channel === undefined) {
    return failure(`Incorrect number of arguments, ${input.args.length}`);
  }
  if (channel !== channelId) return failure(`Invalid chain ID, ${channel}`);
  if (functionName === 'GetChainInfo') return success(chainInfo(ledger));
  const query = queries.get(functionName);
  if (query === undefined) return failure(`Requested function ${functionName} not found.`);
  if (argument === undefined) return failure(`missing 3rd argument for ${functionName}`);
  return query(ledger, argument, input.args[2] ?? NO_BYTES);
}

type Query = (ledger: Ledger, text: string, bytes: Buffer) => Response;

const queries: ReadonlyMap<string, Query> = new Map<string, Query>([
  [
    'GetBlockByNumber',
    (ledger, text) => {
      if (!/^\d{1,20}$/.test(text)) return failure(`Failed to parse block number with error invalid syntax: ${text}`);
      // Fabric reads the largest uint64 as "the last block".
      const number = BigInt(text) === 2n ** 64n - 1n ? ledger.height - 1 : Number(text);
      return blockOrFailure(ledger.block(number), `Failed to get block number ${text}`);
    },
  ],
  [
    'GetBlockByHash',
    (ledger, _text, hash) =>
      blockOrFailure(findByHash(ledger, hash), `Failed to get block hash ${hash.toString('hex')}`),
  ],
  [
    'GetBlockByTxID',
    (ledger, txId) => {
      const location = ledger.transaction(txId);
      return blockOrFailure(
        location === undefined ? undefined : ledger.block(location.block),
        `Failed to get block for txID ${txId}`,
      );
    },
  ],
  ['GetTransactionByID', (ledger, txId) => processedTransaction(ledger, txId)],
]);

/** A ProcessedTransaction: the envelope and its validation code. */
function processedTransaction(ledger: Ledger, txId: string): Response {
  const location = ledger.transaction(txId);
  const envelope = location === undefined ? undefined : ledger.envelope(location.block, location.tx);
  if (location === undefined || envelope === undefined) {
    return failure(`Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`);
  }
  return success(new Writer(envelope.length + 16).message(1, envelope).integer(2, location.code).finish());
}

function chainInfo(ledger: Ledger): Buffer {
  const previous = ledger.block(ledger.height - 1)?.header.previousHash ?? NO_BYTES;
  return new Writer(96).integer(1, ledger.height).bytes(2, ledger.lastHash).bytes(3, previous).finish();
}

/** Rarely asked: walks back from the last block, each naming the hash of the one before. */
function findByHash(ledger: Ledger, hash: Buffer): Block | undefined {
  for (let number = ledger.height - 1; number >= 0; number -= 1) {
    const block = ledger.block(number);
    if (block !== undefined && headerHash(block.header).equals(hash)) return block;
  }
  return undefined;
}

function blockOrFailure(block: Block | undefined, problem: string): Response {
  return block === undefined ? failure(`${problem}, error Entry not found in index`) : success(encodeBlock(block));
}

function success(payload: Buffer): Response {
  return { status: 200, message: '', payload };
}

function failure(message: string): Response {
  return { status: 500, message, payload: NO_BYTES };
}

/** The validation codes of a block's transactions. */
export function validationCodes(block: Block): Uint8Array {
  return block.metadata[BlockMetadataIndex.TRANSACTIONS_FILTER] ?? NO_BYTES;
}
