/** Blocks with private data: what a peer gives out of a block's private write sets, and to whom. */
import { common, ledger, type peer } from '@hyperledger/fabric-protos';
import { type SubmittedTransaction } from '@hyperledger/fabric-gateway';
import { type Call, type CallOptions, inOneBlock, observing, propose, submit, validationName } from '../acts';
import { type Act, type Observed, type OrganizationName, type Topic } from '../behaviour';
import { type Definition, deploy } from '../lifecycle';
import { type World } from '../world';

const BOTH: CallOptions = { chaincode: 'vault', endorsers: ['Org1MSP', 'Org2MSP'] };

/** Who reads the block, and at whose peer. */
type Reader = Readonly<{ as?: OrganizationName; at?: OrganizationName }>;

/** Submits, does what comes `between`, then shows the private writes of the transaction as a reader gets them. */
function writesOf(call: Call, reader: Reader = {}, between: readonly Act[] = [], options: CallOptions = BOTH): Act {
  return (world) =>
    observing(world, 'chaincodeEvents', async () => {
      const submitted = await (await (await propose(world, call, options)).endorse()).submit();
      const shown = await committed(world, submitted);
      for (const act of between) await act(world);
      return { ...shown, result: JSON.stringify(await privateWrites(world, submitted, reader)) };
    });
}

/** The same of a transaction that another one in its block makes invalid. */
function writesOfInvalid(first: Call, second: Call): Act {
  return (world) =>
    observing(world, 'chaincodeEvents', async () => {
      const endorsed = await Promise.all(
        [first, second].map(async (call) => (await propose(world, call, BOTH)).endorse()),
      );
      const submitted: SubmittedTransaction[] = [];
      for (const transaction of endorsed) submitted.push(await transaction.submit());
      const last = submitted[1];
      if (last === undefined) throw new Error('nothing was submitted');
      const shown = await committed(world, last);
      return { ...shown, result: JSON.stringify(await privateWrites(world, last, {})) };
    });
}

async function committed(world: World, submitted: SubmittedTransaction): Promise<Observed> {
  const { code } = await submitted.getStatus();
  await world.everywhere(submitted, 'org1', 'alpha');
  return { status: 'OK', validation: validationName(code) };
}

/** Collection, key and value of each private write, `null` for a deletion, in order. */
async function privateWrites(
  world: World,
  submitted: SubmittedTransaction,
  { as = 'org1', at = as }: Reader,
): Promise<readonly (readonly [string, string, string | null])[]> {
  const { blockNumber } = await submitted.getStatus();
  const { gateway } = await world.client(as, at);
  const stream = await gateway.getNetwork('alpha').getBlockAndPrivateDataEvents({ startBlock: blockNumber });
  try {
    for await (const event of stream) return writesIn(world, event, submitted.getTransactionId());
  } finally {
    stream.close();
  }
  throw new Error(`block ${blockNumber} does not come`);
}

function writesIn(
  world: World,
  event: peer.BlockAndPrivateData,
  txId: string,
): readonly (readonly [string, string, string | null])[] {
  const envelopes = event.getBlock()?.getData()?.getDataList_asU8() ?? [];
  const position = envelopes.findIndex((envelope) => txIdOf(envelope) === txId);
  const namespaces = event.getPrivateDataMapMap().get(position)?.getNsPvtRwsetList() ?? [];
  return namespaces.flatMap((namespace) =>
    namespace.getCollectionPvtRwsetList().flatMap((collection) =>
      ledger.rwset.kvrwset.KVRWSet.deserializeBinary(collection.getRwset_asU8())
        .getWritesList()
        .map((write): readonly [string, string, string | null] => [
          collection.getCollectionName(),
          world.hide(write.getKey()),
          write.getIsDelete() ? null : Buffer.from(write.getValue_asU8()).toString(),
        ]),
    ),
  );
}

function txIdOf(envelope: Uint8Array): string {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const header = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array();
  return common.ChannelHeader.deserializeBinary(header).getTxId();
}

/** A chaincode of the behaviour's own, whose one collection is open, or for members only. */
const OWN: CallOptions = { chaincode: '$own', endorsers: ['Org1MSP'] };
const own = (sequence: number, memberOnlyRead: boolean): Definition => ({
  ...{ name: '$own', sequence, collections: [{ name: 'mine', memberOnlyRead }] },
});

const tick = (count: number): Act => submit(['put', `$tick${count}`, 'x']);

export const privateBlocks: Topic = {
  name: 'privateblocks',
  behaviours: [
    {
      name: 'a member is given what a transaction wrote',
      call: writesOf(['putPrivate', 'pair', '$k', 'v']),
      expect: { result: [['pair', '$k', 'v']] },
    },
    {
      name: 'the other member is given it too',
      call: writesOf(['putPrivate', 'pair', '$k', 'v'], { as: 'org2' }),
      expect: { result: [['pair', '$k', 'v']] },
    },
    {
      name: 'who is no member is given nothing at its own peer',
      call: writesOf(['putPrivate', 'pair', '$k', 'v'], { as: 'org3' }),
      expect: { result: [] },
    },
    {
      name: "who is no member is given them at a member's peer",
      call: writesOf(['putPrivate', 'pair', '$k', 'v'], { as: 'org3', at: 'org1' }),
      expect: { result: [['pair', '$k', 'v']] },
    },
    {
      name: "memberOnlyRead keeps them from others at a member's peer",
      call: writesOf(['putPrivate', 'readers', '$k', 'v'], { as: 'org3', at: 'org1' }),
      expect: { result: [] },
    },
    {
      name: 'memberOnlyRead gives them to members',
      call: writesOf(['putPrivate', 'readers', '$k', 'v'], { as: 'org2', at: 'org1' }),
      expect: { result: [['readers', '$k', 'v']] },
    },
    {
      name: 'a member is given nothing at the peer of who is none',
      call: writesOf(['putPrivate', 'pair', '$k', 'v'], { as: 'org1', at: 'org3' }),
      expect: { result: [] },
    },
    {
      name: 'a deletion is shown as such',
      call: writesOf(['delPrivate', 'pair', '$k']),
      expect: { result: [['pair', '$k', null]] },
    },
    {
      name: 'the write set of an invalid transaction is given out too',
      given: [submit(['putPrivate', 'pair', '$k', 'v'], BOTH)],
      call: writesOfInvalid(['putPrivate', 'pair', '$k', 'first'], ['putPrivateThenGet', 'pair', '$k', 'second']),
      expect: { validation: 'MVCC_READ_CONFLICT', result: [['pair', '$k', 'second']] },
    },
    {
      name: 'what was purged later is not given out any more',
      call: writesOf(['putPrivate', 'pair', '$k', 'v'], {}, [submit(['purgePrivate', 'pair', '$k'], BOTH)]),
      expect: { result: [] },
    },
    {
      name: 'what was deleted later is still given out',
      call: writesOf(['putPrivate', 'pair', '$k', 'v'], {}, [submit(['delPrivate', 'pair', '$k'], BOTH)]),
      expect: { result: [['pair', '$k', 'v']] },
    },
    {
      name: 'the purging transaction itself does not give out the key',
      given: [submit(['putPrivate', 'pair', '$k', 'v'], BOTH)],
      call: writesOf(['purgePrivate', 'pair', '$k']),
      expect: { result: [] },
    },
    {
      name: 'what was purged by an invalid transaction is still given out',
      call: writesOf(['putPrivate', 'pair', '$k', 'v'], {}, [
        inOneBlock([['putPrivate', 'pair', '$k', 'w'], BOTH], [['readThenPurgePrivate', 'pair', '$k'], BOTH]),
      ]),
      expect: { result: [['pair', '$k', 'v']] },
    },
    {
      name: 'what was open when it was written stays so when the collection is closed later',
      given: [deploy(own(1, false))],
      call: writesOf(['putPrivate', 'mine', '$k', 'v'], { as: 'org3', at: 'org1' }, [deploy(own(2, true))], OWN),
      expect: { result: [['mine', '$k', 'v']] },
    },
    {
      name: 'what was closed when it was written stays so when the collection is opened later',
      given: [deploy(own(1, true))],
      call: writesOf(['putPrivate', 'mine', '$k', 'v'], { as: 'org3', at: 'org1' }, [deploy(own(2, false))], OWN),
      expect: { result: [] },
    },
    {
      name: 'what is written after a collection was closed is kept from others',
      given: [deploy(own(1, false)), deploy(own(2, true))],
      call: writesOf(['putPrivate', 'mine', '$k', 'v'], { as: 'org3', at: 'org1' }, [], OWN),
      expect: { result: [] },
    },
    {
      name: 'what has expired is not given out any more',
      call: writesOf(['putPrivate', 'brief', '$k', 'v'], {}, [tick(1), tick(2), tick(3)]),
      expect: { result: [] },
      alone: true,
    },
  ],
};
