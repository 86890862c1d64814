/** What an orderer takes, and with which words it refuses. */
import { common, orderer } from '@hyperledger/fabric-protos';
import { contractOf, heightOf, inOrder, shows } from '../acts';
import { type Act, type Behaviour, type Topic } from '../behaviour';
import { converse, envelope, type MessageOptions, ordererOf, statusName } from '../messages';
import { type World } from '../world';

const BROADCAST = '/orderer.AtomicBroadcast/Broadcast';
const { HeaderType } = common;
const LARGE = 11 * 1024 * 1024;

async function answers(world: World, envelopes: readonly common.Envelope[]): Promise<readonly (readonly string[])[]> {
  const connection = ordererOf(world);
  try {
    const responses = await converse(
      connection,
      BROADCAST,
      envelopes.map((message) => message.serializeBinary()),
    );
    return responses.map((bytes) => {
      const response = orderer.BroadcastResponse.deserializeBinary(bytes);
      return [statusName(response.getStatus()), response.getInfo()];
    });
  } finally {
    connection.close();
  }
}

/** Sends one message of a type; shows status and words. */
function broadcast(type: number, options: MessageOptions = {}, data: Uint8Array = Buffer.from('data')): Act {
  return async (world) => shows(world, await answers(world, [await envelope(world, type, data, options)]));
}

/**
 * Sends messages that are taken and that nobody can read as transactions, and waits until they are in blocks, of which they have their own:
 * Fabric's peers stop for good at a block in which another transaction comes after such a one.
 */
function ordered(messages: number, act: Act): Pick<Behaviour, 'alone' | 'call'> {
  const call: Act = async (world) => {
    const { network } = await contractOf(world, {});
    const startBlock = BigInt(await heightOf(network));
    const observed = await act(world);
    const blocks = await network.getBlockEvents({ startBlock });
    try {
      let seen = 0;
      for await (const block of blocks) {
        seen += block.getData()?.getDataList().length ?? 0;
        if (seen >= messages) break;
      }
    } finally {
      blocks.close();
    }
    return observed;
  };
  return { alone: true, call };
}

/** Sends an envelope whose payload is these bytes. */
function payload(bytes: Uint8Array): Act {
  return async (world) => {
    const message = new common.Envelope();
    message.setPayload(bytes);
    return shows(world, await answers(world, [message]));
  };
}

const DENIED = [
  'FORBIDDEN',
  'implicit policy evaluation failed - 0 sub-policies were satisfied, ' +
    "but this policy requires 1 of the 'Writers' sub-policies to be satisfied: permission denied",
] as const;

export const broadcasting: Topic = {
  name: 'broadcasting',
  behaviours: [
    {
      name: 'takes a transaction of a writer, whatever it holds',
      ...ordered(1, broadcast(HeaderType.ENDORSER_TRANSACTION)),
      expect: { result: [['SUCCESS', '']] },
    },
    {
      name: 'takes messages of other types, for the peers to judge',
      ...ordered(1, broadcast(HeaderType.MESSAGE)),
      expect: { result: [['SUCCESS', '']] },
    },
    {
      name: 'answers several messages on one stream',
      ...ordered(2, async (world) => {
        const one = await envelope(world, HeaderType.ENDORSER_TRANSACTION, Buffer.from('one'));
        const two = await envelope(world, HeaderType.ENDORSER_TRANSACTION, Buffer.from('two'));
        return shows(world, (await answers(world, [one, two])).length);
      }),
      expect: { result: 2 },
    },
    {
      name: 'ends the stream with a refusal',
      call: async (world) => {
        const wrong = await envelope(world, HeaderType.CONFIG, Buffer.from('one'));
        const right = await envelope(world, HeaderType.ENDORSER_TRANSACTION, Buffer.from('two'));
        return shows(world, (await answers(world, [wrong, right])).length);
      },
      expect: { result: 1 },
    },
    {
      name: 'knows no other channels',
      call: broadcast(HeaderType.ENDORSER_TRANSACTION, { channel: 'nowhere' }),
      expect: { result: [['BAD_REQUEST', 'channel does not exist']] },
    },
    {
      name: 'takes no finished configurations',
      call: broadcast(HeaderType.CONFIG),
      expect: { result: [['BAD_REQUEST', 'message is of type that cannot be processed directly']] },
    },
    {
      name: 'takes no messages of the system channel that there once was',
      call: broadcast(HeaderType.ORDERER_TRANSACTION),
      expect: { result: [['BAD_REQUEST', 'message is of type that is no longer supported']] },
    },
    {
      name: 'needs a header',
      call: inOrder(payload(new Uint8Array()), payload(new common.Payload().serializeBinary())),
      expect: {
        each: [
          { result: [['BAD_REQUEST', 'could not determine channel ID: header not set']] },
          { result: [['BAD_REQUEST', 'could not determine channel ID: header not set']] },
        ],
      },
    },
    {
      name: 'refuses a payload that is none',
      call: payload(Buffer.from([0xff, 0xff])),
      expect: { result: /BAD_REQUEST.*could not determine channel ID/ },
    },
    {
      name: 'refuses a forged signature',
      call: broadcast(HeaderType.ENDORSER_TRANSACTION, { forged: true }),
      expect: { result: [DENIED] },
    },
    {
      name: 'refuses those who are not in the channel',
      call: broadcast(HeaderType.ENDORSER_TRANSACTION, { as: 'org3', channel: 'beta' }),
      expect: { result: [DENIED] },
    },
    {
      name: 'refuses an unknown organisation',
      call: broadcast(HeaderType.ENDORSER_TRANSACTION, { mspId: 'Org9MSP' }),
      expect: { result: [DENIED] },
    },
    {
      name: "refuses a message that is larger than the channel's limit",
      call: broadcast(HeaderType.ENDORSER_TRANSACTION, {}, Buffer.alloc(LARGE)),
      expect: { result: /BAD_REQUEST.*message payload is \d+ bytes and exceeds maximum allowed 10485760 bytes/ },
    },
    {
      name: 'asks for no timestamp',
      ...ordered(1, broadcast(HeaderType.ENDORSER_TRANSACTION, { offBy: undefined })),
      expect: { result: [['SUCCESS', '']] },
    },
  ],
};
