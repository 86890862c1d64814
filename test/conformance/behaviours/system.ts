/** `qscc` and `cscc`: the ledger and the configuration as peers give them out. */
import { common, peer } from '@hyperledger/fabric-protos';
import { contractOf, evaluate, heightOf, shows } from '../acts';
import { type Act, type Behaviour, type Topic } from '../behaviour';

const refused = (message: string): Behaviour['expect'] => ({
  status: 'UNKNOWN',
  message: `evaluate call to endorser returned error: chaincode response 500, ${message}`,
});

/** Asks a system chaincode on alpha and shows what `read` makes of the answer. */
function reading(chaincode: string, call: readonly [string, ...string[]], read: (bytes: Uint8Array) => unknown): Act {
  return async (world) => {
    const { contract } = await contractOf(world, { chaincode });
    const [name, ...args] = call;
    return shows(world, read(await contract.evaluate(name, { arguments: args })));
  };
}

const qscc = (...call: readonly [string, ...string[]]): Act => evaluate(call, { chaincode: 'qscc' });
const cscc = (...call: readonly [string, ...string[]]): Act => evaluate(call, { chaincode: 'cscc' });

/** Submits, then finds the transaction and its block by its identifier, and the block by its hash's successor. */
const finding: Act = async (world) => {
  const { contract, network } = await contractOf(world, {});
  const submitted = await contract.submitAsync('put', { arguments: [world.fill('$k'), 'v'] });
  const { blockNumber } = await submitted.getStatus();
  const ledger = network.getContract('qscc');
  const txId = submitted.getTransactionId();
  const ask = (name: string, argument: string | Uint8Array): Promise<Uint8Array> =>
    ledger.evaluate(name, { arguments: ['alpha', argument] });
  const transaction = peer.ProcessedTransaction.deserializeBinary(await ask('GetTransactionByID', txId));
  const byTxId = common.Block.deserializeBinary(await ask('GetBlockByTxID', txId));
  const previous = byTxId.getHeader()?.getPreviousHash_asU8() ?? new Uint8Array();
  const byHash = common.Block.deserializeBinary(await ask('GetBlockByHash', previous));
  return shows(world, {
    code: transaction.getValidationcode(),
    sameBlock: BigInt(byTxId.getHeader()?.getNumber() ?? 0) === blockNumber,
    before: BigInt(byHash.getHeader()?.getNumber() ?? 0) === blockNumber - 1n,
  });
};

const ledgers: readonly Behaviour[] = [
  {
    name: 'a transaction is found with its code and its block',
    call: finding,
    expect: { result: { code: 0, sameBlock: true, before: true } },
  },
  {
    name: 'block 0 is the configuration',
    call: reading('qscc', ['GetBlockByNumber', 'alpha', '0'], (bytes) => {
      const block = common.Block.deserializeBinary(bytes);
      return [block.getHeader()?.getNumber(), block.getData()?.getDataList().length];
    }),
    expect: { result: [0, 1] },
  },
  {
    name: 'the largest number is the last block',
    alone: true,
    call: async (world) => {
      const { network } = await contractOf(world, {});
      const height = await heightOf(network);
      const last = common.Block.deserializeBinary(
        await network
          .getContract('qscc')
          .evaluate('GetBlockByNumber', { arguments: ['alpha', '18446744073709551615'] }),
      );
      return shows(world, height - (last.getHeader()?.getNumber() ?? 0));
    },
    expect: { result: 1 },
  },
  {
    name: 'another channel that the peer is in can be asked for',
    call: reading('qscc', ['GetBlockByNumber', 'beta', '0'], (bytes) => bytes.length > 1000),
    expect: { result: true },
  },
  {
    name: 'a block that is not there',
    call: qscc('GetBlockByNumber', 'alpha', '1000000'),
    expect: refused('Failed to get block number 1000000, error no such block number [1000000] in index'),
  },
  {
    name: 'a number that is none',
    call: qscc('GetBlockByNumber', 'alpha', 'one'),
    expect: refused('Failed to parse block number with error strconv.ParseUint: parsing "one": invalid syntax'),
  },
  {
    name: 'a number beyond 64 bits',
    call: qscc('GetBlockByNumber', 'alpha', '18446744073709551616'),
    expect: refused(
      'Failed to parse block number with error strconv.ParseUint: parsing "18446744073709551616": value out of range',
    ),
  },
  {
    name: 'a hash of no block',
    call: qscc('GetBlockByHash', 'alpha', 'none'),
    expect: refused('Failed to get block hash none, error no such block hash [6e6f6e65] in index'),
  },
  {
    name: 'a transaction that is not there',
    call: qscc('GetTransactionByID', 'alpha', 'none'),
    expect: refused('Failed to get transaction with id none, error no such transaction ID [none] in index'),
  },
  {
    name: 'the block of a transaction that is not there',
    call: qscc('GetBlockByTxID', 'alpha', 'none'),
    expect: refused('Failed to get block for txID none, error no such transaction ID [none] in index'),
  },
  {
    name: 'a channel that the peer is not in',
    call: qscc('GetChainInfo', 'gamma'),
    expect: refused('Invalid chain ID, gamma'),
  },
  { name: 'no channel', call: qscc('GetChainInfo'), expect: refused('Incorrect number of arguments, 1') },
  {
    name: 'nothing to look for',
    call: qscc('GetBlockByNumber', 'alpha'),
    expect: refused('missing 3rd argument for GetBlockByNumber'),
  },
  {
    name: 'a function of qscc that is not there',
    call: qscc('Nothing', 'alpha', ''),
    expect: refused('access denied for [Nothing][alpha]: [Unmapped policy for qscc/Nothing]'),
  },
];

const configurations: readonly Behaviour[] = [
  {
    name: 'the peer names its channels',
    call: async (world) => {
      const { contract } = await contractOf(world, { chaincode: 'cscc', as: 'org3' });
      const answer = peer.ChannelQueryResponse.deserializeBinary(await contract.evaluate('GetChannels'));
      return shows(
        world,
        answer
          .getChannelsList()
          .map((channel) => channel.getChannelId())
          .sort(),
      );
    },
    expect: { result: ['alpha'] },
  },
  {
    name: 'the configuration block',
    call: reading('cscc', ['GetConfigBlock', 'alpha'], (bytes) =>
      common.Block.deserializeBinary(bytes).getHeader()?.getNumber(),
    ),
    expect: { result: 0 },
  },
  {
    name: 'the configuration names the members',
    call: reading('cscc', ['GetChannelConfig', 'alpha'], (bytes) => {
      const groups = common.Config.deserializeBinary(bytes).getChannelGroup()?.getGroupsMap();
      const application = groups?.get('Application')?.getGroupsMap();
      return application?.getLength();
    }),
    expect: { result: 3 },
  },
  {
    name: 'the configuration of no channel',
    call: cscc('GetChannelConfig', ''),
    expect: refused('empty channel name provided'),
  },
  {
    name: 'the configuration of a channel that the peer is not in',
    call: cscc('GetConfigBlock', 'gamma'),
    expect: refused('access denied for [GetConfigBlock][gamma]: Failed to get policy manager for channel [gamma]'),
  },
  {
    name: 'a function of cscc that is not there',
    call: cscc('Nothing', ''),
    expect: refused('Requested function Nothing not found.'),
  },
  {
    name: 'a function without its argument',
    call: cscc('GetConfigBlock'),
    expect: refused('Incorrect number of arguments, 1'),
  },
];

export const system: Topic = { name: 'system', behaviours: [...ledgers, ...configurations] };
