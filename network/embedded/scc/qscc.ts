/** The system chaincode that reads a channel's blocks and transactions. */
import { type Ledger } from '../ledger/ledger';
import { encodeBlock } from '../wire/block';
import { type Response } from '../wire/proposal';
import { NO_BYTES, Writer } from '../wire/protobuf';
import { denial } from './acl';
import { failure, success, type SystemCall, type SystemChaincode } from './system-chaincode';

export const qscc: SystemChaincode = { name: 'qscc', simulates: false, invoke };

function invoke(call: SystemCall): Response {
  const { args, proposal, peer } = call;
  if (args.length < 2) return failure(`Incorrect number of arguments, ${args.length}`);
  const [functionName = '', channelId = ''] = args.map((arg) => arg.toString('utf8'));
  if (proposal.chaincodeName !== qscc.name) {
    return failure(
      'Rejecting invoke of QSCC from another chaincode because of potential for deadlocks, ' +
        `original invocation for '${proposal.chaincodeName}'`,
    );
  }
  const [, , argument] = args;
  if (functionName !== 'GetChainInfo' && argument === undefined) {
    return failure(`missing 3rd argument for ${functionName}`);
  }
  const channel = peer.channels.get(channelId)?.channel;
  if (channel === undefined) return failure(`Invalid chain ID, ${channelId}`);
  const denied = denial(`qscc/${functionName}`, call, channel);
  if (denied !== undefined) return failure(`access denied for [${functionName}][${channelId}]: [${denied}]`);
  const query = queries.get(functionName);
  if (query === undefined) return failure(`Requested function ${functionName} not found.`);
  return query(channel.ledger, argument ?? NO_BYTES);
}

type Query = (ledger: Ledger, argument: Buffer) => Response;

/** Fabric reads the largest uint64 as "the last block". */
const MAX_UINT64 = 2n ** 64n - 1n;

const queries: ReadonlyMap<string, Query> = new Map<string, Query>([
  ['GetChainInfo', (ledger) => success(chainInfo(ledger))],
  ['GetBlockByNumber', blockByNumber],
  ['GetBlockByHash', blockByHash],
  ['GetBlockByTxID', blockByTxId],
  ['GetTransactionByID', transactionById],
]);

function blockByNumber(ledger: Ledger, argument: Buffer): Response {
  const text = argument.toString('utf8');
  const parsed = /^\d+$/.test(text) ? BigInt(text) : undefined;
  if (parsed === undefined || parsed > MAX_UINT64) {
    const problem = parsed === undefined ? 'invalid syntax' : 'value out of range';
    return failure(
      `Failed to parse block number with error strconv.ParseUint: parsing ${JSON.stringify(text)}: ${problem}`,
    );
  }
  const block = ledger.block(parsed === MAX_UINT64 ? ledger.height - 1 : Number(parsed));
  if (block !== undefined) return success(encodeBlock(block));
  return failure(`Failed to get block number ${parsed}, error no such block number [${parsed}] in index`);
}

function blockByHash(ledger: Ledger, hash: Buffer): Response {
  const number = ledger.numberOf(hash);
  const block = number === undefined ? undefined : ledger.block(number);
  if (block !== undefined) return success(encodeBlock(block));
  const problem = `no such block hash [${hash.toString('hex')}] in index`;
  return failure(`Failed to get block hash ${hash.toString('utf8')}, error ${problem}`);
}

function blockByTxId(ledger: Ledger, argument: Buffer): Response {
  const txId = argument.toString('utf8');
  const location = ledger.transaction(txId);
  const block = location === undefined ? undefined : ledger.block(location.block);
  if (block !== undefined) return success(encodeBlock(block));
  return failure(`Failed to get block for txID ${txId}, error no such transaction ID [${txId}] in index`);
}

/** A ProcessedTransaction: the envelope and its validation code. */
function transactionById(ledger: Ledger, argument: Buffer): Response {
  const txId = argument.toString('utf8');
  const location = ledger.transaction(txId);
  const envelope = location === undefined ? undefined : ledger.envelope(location.block, location.tx);
  if (location !== undefined && envelope !== undefined) {
    return success(new Writer(envelope.length + 16).message(1, envelope).integer(2, location.code).finish());
  }
  return failure(`Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`);
}

function chainInfo(ledger: Ledger): Buffer {
  const previous = ledger.block(ledger.height - 1)?.header.previousHash ?? NO_BYTES;
  return new Writer(96).integer(1, ledger.height).bytes(2, ledger.lastHash).bytes(3, previous).finish();
}
