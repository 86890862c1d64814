/** Blocks by Deliver and its kin: where they begin and end, what they hold, and to whom they are not given. */
import { common, orderer, peer } from '@hyperledger/fabric-protos';
import { inOrder, shows, submit } from '../acts';
import { type Act, type Topic } from '../behaviour';
import { converse, envelope, type MessageOptions, ordererOf, type Place, position, told } from '../messages';
import { type World } from '../world';

/** Its entry in a block's metadata; the messages' own list ends before it. */
const COMMIT_HASH = 4;
const FAR = 1_000_000;
const MINUTE_MS = 60_000;

interface SeekOptions extends MessageOptions {
  /** Waits at the end of the chain instead of failing. */
  readonly waiting?: boolean;
  readonly headers?: boolean;
}

function seekInfo(start: Place | undefined, stop: Place | undefined, options: SeekOptions): Uint8Array {
  const info = new orderer.SeekInfo();
  if (start !== undefined) info.setStart(position(start));
  if (stop !== undefined) info.setStop(position(stop));
  const { FAIL_IF_NOT_READY, BLOCK_UNTIL_READY } = orderer.SeekInfo.SeekBehavior;
  info.setBehavior(options.waiting === true ? BLOCK_UNTIL_READY : FAIL_IF_NOT_READY);
  if (options.headers === true) info.setContentType(orderer.SeekInfo.SeekContentType.HEADER_WITH_SIG);
  return info.serializeBinary();
}

const DELIVER = '/protos.Deliver/Deliver';
const SEEK = common.HeaderType.DELIVER_SEEK_INFO;

async function responses(
  world: World,
  data: readonly Uint8Array[],
  options: MessageOptions,
  path = DELIVER,
): Promise<readonly Uint8Array[]> {
  const { connection } = await world.client(options.as ?? 'org1', options.at);
  const requests = await Promise.all(
    data.map(async (bytes) => (await envelope(world, SEEK, bytes, options)).serializeBinary()),
  );
  return converse(connection, path, requests);
}

/** Shows the blocks' numbers and the statuses. */
function deliver(start: Place | undefined, stop: Place | undefined, options: SeekOptions = {}): Act {
  return async (world) => shows(world, told(await responses(world, [seekInfo(start, stop, options)], options)));
}

/** Shows how many blocks came, and what came last. */
function deliverMany(start: Place, stop: Place, options: SeekOptions = {}): Act {
  return async (world) => {
    const seen = told(await responses(world, [seekInfo(start, stop, options)], options));
    const numbers = seen.filter((each) => typeof each === 'number');
    const inTurn = numbers.every((number, at) => number === (numbers[0] ?? 0) + at);
    return shows(world, { some: numbers.length > 0, one: numbers.length === 1, inTurn, last: seen.at(-1) });
  };
}

function raw(data: Uint8Array, options: MessageOptions = {}): Act {
  return async (world) => shows(world, told(await responses(world, [data], options)));
}

/** Shows what the first block that comes holds. */
function firstBlock(
  path: string,
  start: Place,
  options: SeekOptions,
  show: (response: peer.DeliverResponse, world: World) => unknown,
): Act {
  return async (world) => {
    const [first] = await responses(world, [seekInfo(start, start, options)], options, path);
    return shows(world, show(peer.DeliverResponse.deserializeBinary(first ?? new Uint8Array()), world));
  };
}

/** What filtered blocks tell of a transaction. */
function filteredOf(act: Act, isIt: (transaction: peer.FilteredTransaction, world: World) => boolean): Act {
  return async (world) => {
    await act(world);
    const blocks = await responses(world, [seekInfo(0, 'newest', {})], {}, '/protos.Deliver/DeliverFiltered');
    const found = blocks
      .flatMap((bytes) => peer.DeliverResponse.deserializeBinary(bytes).getFilteredBlock() ?? [])
      .flatMap((block) => block.getFilteredTransactionsList())
      .find((transaction) => isIt(transaction, world));
    const actions = found?.getTransactionActions()?.getChaincodeActionsList() ?? [];
    return shows(world, {
      type: found?.getType(),
      code: found?.getTxValidationCode(),
      idLength: found?.getTxid().length,
      events: actions.map((action) => {
        const event = action.getChaincodeEvent();
        return [event?.getChaincodeId(), event?.getEventName(), event?.getPayload_asU8().length];
      }),
    });
  };
}

function withEvent(name: string) {
  return (transaction: peer.FilteredTransaction, world: World): boolean =>
    (transaction.getTransactionActions()?.getChaincodeActionsList() ?? []).some(
      (action) => action.getChaincodeEvent()?.getEventName() === world.fill(name),
    );
}

/** Does it at the orderer. */
function atOrderer(start: Place, stop: Place, options: SeekOptions = {}): Act {
  return async (world) => {
    const connection = ordererOf(world);
    try {
      const request = (await envelope(world, SEEK, seekInfo(start, stop, options), options)).serializeBinary();
      const answers = await converse(connection, '/orderer.AtomicBroadcast/Deliver', [request]);
      const metadata = peer.DeliverResponse.deserializeBinary(answers[0] ?? new Uint8Array())
        .getBlock()
        ?.getMetadata()
        ?.getMetadataList_asU8();
      return shows(world, { told: told(answers), filter: metadata?.[2]?.length ?? 0 });
    } finally {
      connection.close();
    }
  };
}

export const delivering: Topic = {
  name: 'delivering',
  behaviours: [
    { name: 'goes from a block to a block', call: deliver(0, 1), expect: { result: [0, 1, 'SUCCESS'] } },
    { name: 'gives one block', call: deliver(1, 1), expect: { result: [1, 'SUCCESS'] } },
    {
      name: 'from the oldest to the oldest is block 0',
      call: deliver('oldest', 'oldest'),
      expect: { result: [0, 'SUCCESS'] },
    },
    {
      name: 'from the newest to the newest is one block',
      call: deliverMany('newest', 'newest'),
      expect: { result: { one: true, last: 'SUCCESS' } },
    },
    {
      name: 'from the oldest to the newest is all that there is',
      call: deliverMany('oldest', 'newest'),
      expect: { result: { some: true, inTurn: true, last: 'SUCCESS' } },
    },
    { name: 'refuses a stop before the start', call: deliver(1, 0), expect: { result: ['BAD_REQUEST'] } },
    { name: 'refuses a start beyond the next block', call: deliver(FAR, FAR), expect: { result: ['NOT_FOUND'] } },
    {
      name: 'refuses a start beyond the next block, also to one who would wait',
      call: deliver(FAR, FAR, { waiting: true }),
      expect: { result: ['NOT_FOUND'] },
    },
    {
      name: 'fails at the end of the chain, if asked to',
      call: deliverMany(0, FAR),
      expect: { result: { some: true, inTurn: true, last: 'NOT_FOUND' } },
    },
    {
      name: 'fails at the next commit, if asked not to wait',
      call: deliver('next', FAR),
      expect: { result: ['NOT_FOUND'] },
      alone: true,
    },
    { name: 'needs a start', call: deliver(undefined, 1), expect: { result: ['BAD_REQUEST'] } },
    { name: 'needs a stop', call: deliver(0, undefined), expect: { result: ['BAD_REQUEST'] } },
    {
      name: 'knows no start that says nothing',
      call: (world) => {
        const info = new orderer.SeekInfo();
        info.setStart(new orderer.SeekPosition());
        info.setStop(position(1));
        return raw(info.serializeBinary())(world);
      },
      expect: { result: ['NOT_FOUND'] },
    },
    { name: 'refuses what is no request', call: raw(Buffer.from([0xff, 0xff])), expect: { result: ['BAD_REQUEST'] } },
    {
      name: 'takes several requests on one stream',
      call: async (world) => {
        const requests = [seekInfo(0, 0, {}), seekInfo(1, 1, {})];
        return shows(world, told(await responses(world, requests, {})));
      },
      expect: { result: [0, 'SUCCESS', 1, 'SUCCESS'] },
    },
    {
      name: 'ends the stream with a refusal',
      call: async (world) => {
        const requests = [seekInfo(0, 0, {}), seekInfo(1, 0, {}), seekInfo(1, 1, {})];
        return shows(world, told(await responses(world, requests, {})));
      },
      expect: { result: [0, 'SUCCESS', 'BAD_REQUEST'] },
    },
    { name: 'knows no other channels', call: deliver(0, 0, { channel: 'nowhere' }), expect: { result: ['NOT_FOUND'] } },
    {
      name: 'at a peer that is not in the channel finds nothing',
      call: deliver(0, 0, { as: 'org3', channel: 'beta' }),
      expect: { result: ['NOT_FOUND'] },
    },
    {
      name: 'is not for those who are not in the channel',
      call: deliver(0, 0, { as: 'org3', at: 'org1', channel: 'beta' }),
      expect: { result: ['FORBIDDEN'] },
    },
    {
      name: "is for other members' clients too",
      call: deliver(0, 0, { as: 'org3', at: 'org1' }),
      expect: { result: [0, 'SUCCESS'] },
    },
    {
      name: 'is for administrators too',
      call: deliver(0, 0, { as: 'org1/admin' }),
      expect: { result: [0, 'SUCCESS'] },
    },
    { name: 'is not for a forged signature', call: deliver(0, 0, { forged: true }), expect: { result: ['FORBIDDEN'] } },
    {
      name: 'is not for a member of another organisation than its certificate is of',
      call: deliver(0, 0, { mspId: 'Org2MSP' }),
      expect: { result: ['FORBIDDEN'] },
    },
    {
      name: 'is not for an unknown organisation',
      call: deliver(0, 0, { mspId: 'Org9MSP' }),
      expect: { result: ['FORBIDDEN'] },
    },
    { name: 'needs a timestamp', call: deliver(0, 0, { offBy: undefined }), expect: { result: ['BAD_REQUEST'] } },
    {
      name: 'refuses a timestamp of long ago, and of long after',
      call: inOrder(deliver(0, 0, { offBy: -16 * MINUTE_MS }), deliver(0, 0, { offBy: 16 * MINUTE_MS })),
      expect: { each: [{ result: ['BAD_REQUEST'] }, { result: ['BAD_REQUEST'] }] },
    },
    {
      name: 'takes a timestamp that is a little off',
      call: deliver(0, 0, { offBy: -14 * MINUTE_MS }),
      expect: { result: [0, 'SUCCESS'] },
    },
    {
      name: 'gives headers without transactions',
      call: firstBlock(DELIVER, 1, { headers: true }, (response) => ({
        data: response.getBlock()?.hasData(),
        metadata: response.getBlock()?.getMetadata()?.getMetadataList().length,
      })),
      expect: { result: { data: false, metadata: 5 } },
    },
    {
      name: 'gives blocks with a hash of what they did to the state, but for the first',
      call: async (world) => {
        const blocks = await responses(world, [seekInfo(0, 1, {})], {});
        const lengths = blocks.slice(0, 2).map((bytes) => {
          const block = peer.DeliverResponse.deserializeBinary(bytes).getBlock();
          const entry = block?.getMetadata()?.getMetadataList_asU8()[COMMIT_HASH] ?? new Uint8Array();
          return common.Metadata.deserializeBinary(entry).getValue_asU8().length;
        });
        return shows(world, lengths);
      },
      expect: { result: [0, 32] },
    },
    {
      name: 'gives configuration blocks whole, also to those who ask for headers',
      call: firstBlock(
        DELIVER,
        0,
        { headers: true },
        (response) => response.getBlock()?.getData()?.getDataList().length,
      ),
      expect: { result: 1 },
    },
    {
      name: 'filtered tells of the configuration',
      call: firstBlock('/protos.Deliver/DeliverFiltered', 0, {}, (response) => {
        const block = response.getFilteredBlock();
        const [transaction] = block?.getFilteredTransactionsList() ?? [];
        return [
          block?.getChannelId(),
          transaction?.getType(),
          transaction?.getTxid().length,
          transaction?.getTxValidationCode(),
        ];
      }),
      expect: { result: ['alpha', common.HeaderType.CONFIG, 64, peer.TxValidationCode.VALID] },
    },
    {
      name: "filtered tells of a transaction's event without its payload",
      call: filteredOf(submit(['emit', '$a', '$made', 'payload']), withEvent('$made')),
      expect: {
        result: {
          type: common.HeaderType.ENDORSER_TRANSACTION,
          code: peer.TxValidationCode.VALID,
          idLength: 64,
          events: [['basic', '$made', 0]],
        },
      },
    },
    {
      name: "filtered tells of an invalid transaction's code, and of its event",
      call: filteredOf(submit(['emit', '$a', '$invalid', 'x'], { endorsers: ['Org1MSP'] }), withEvent('$invalid')),
      expect: {
        result: { code: peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE, events: [['basic', '$invalid', 0]] },
      },
    },
    {
      name: 'with private data is for blocks without any, too',
      call: firstBlock('/protos.Deliver/DeliverWithPrivateData', 0, {}, (response) => {
        const content = response.getBlockAndPrivateData();
        return [content?.getBlock()?.getHeader()?.getNumber(), content?.getPrivateDataMapMap().getLength()];
      }),
      expect: { result: [0, 0] },
    },
    {
      name: 'at the orderer gives blocks as they were ordered',
      call: atOrderer(1, 1),
      expect: { result: { told: [1, 'SUCCESS'], filter: 0 } },
    },
    {
      name: 'at the orderer is not for those who are not in the channel',
      call: atOrderer(0, 0, { as: 'org3', channel: 'beta' }),
      expect: { result: { told: ['FORBIDDEN'] } },
    },
    {
      name: 'at the orderer knows no other channels',
      call: atOrderer(0, 0, { channel: 'nowhere' }),
      expect: { result: { told: ['NOT_FOUND'] } },
    },
  ],
};
