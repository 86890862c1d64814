/** Read-write sets: what a transaction shows of its simulation to all who get its block. */
import { createHash } from 'node:crypto';
import { common, gateway, ledger, peer } from '@hyperledger/fabric-protos';
import { type Call, type CallOptions, observing, propose, submit } from '../acts';
import { type Act, type Topic } from '../behaviour';
import { type World } from '../world';

const { HashedRWSet, KVRWSet } = ledger.rwset.kvrwset;
const VAULT: CallOptions = { chaincode: 'vault', endorsers: ['Org1MSP'] };

/** Endorses, and shows the result's read-write set; keys that a hash is of are put where it is. */
function readWriteSet(call: Call, options: CallOptions, ...keys: readonly string[]): Act {
  return (world) =>
    observing(world, 'endorse', async () => {
      const transaction = await (await propose(world, call, options)).endorse();
      const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
      const payload = common.Payload.deserializeBinary(prepared.getEnvelope()?.getPayload_asU8() ?? new Uint8Array());
      const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
      const endorsed = peer.ChaincodeActionPayload.deserializeBinary(action?.getPayload_asU8() ?? new Uint8Array());
      const response = peer.ProposalResponsePayload.deserializeBinary(
        endorsed.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
      );
      const results = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getResults_asU8();
      const names = new Map(keys.map((key) => [sha256(world.fill(key)), key]));
      return { status: 'OK', result: JSON.stringify(shownSet(world, results, names)) };
    });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function shownSet(
  world: World,
  results: Uint8Array,
  names: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  const set = ledger.rwset.TxReadWriteSet.deserializeBinary(results);
  return Object.fromEntries(
    set.getNsRwsetList().map((namespace) => [
      namespace.getNamespace(),
      {
        ...shownPublic(world, namespace.getRwset_asU8()),
        ...Object.fromEntries(
          namespace
            .getCollectionHashedRwsetList()
            .map((collection) => [collection.getCollectionName(), shownHashed(collection, names)]),
        ),
      },
    ]),
  );
}

/** What there is none of is left out. */
function shownPublic(world: World, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const set = KVRWSet.deserializeBinary(bytes);
  return nonEmpty({
    reads: set.getReadsList().map((read) => [world.hide(read.getKey()), read.hasVersion()]),
    ranges: set.getRangeQueriesInfoList().length,
    writes: set.getWritesList().map((write) => [world.hide(write.getKey()), write.getIsDelete()]),
    metadata: set.getMetadataWritesList().map((write) => world.hide(write.getKey())),
  });
}

function shownHashed(
  collection: ledger.rwset.CollectionHashedReadWriteSet,
  names: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  const set = HashedRWSet.deserializeBinary(collection.getHashedRwset_asU8());
  const nameOf = (hash: Uint8Array): string => {
    const hex = Buffer.from(hash).toString('hex');
    return names.get(hex) ?? hex;
  };
  return nonEmpty({
    reads: set.getHashedReadsList().map((read) => [nameOf(read.getKeyHash_asU8()), read.hasVersion()]),
    writes: set
      .getHashedWritesList()
      .map((write) => [
        nameOf(write.getKeyHash_asU8()),
        Buffer.from(write.getValueHash_asU8()).toString('hex'),
        ...(write.getIsDelete() ? ['delete'] : []),
        ...(write.getIsPurge() ? ['purge'] : []),
      ]),
    metadata: set.getMetadataWritesList().map((write) => nameOf(write.getKeyHash_asU8())),
    hash: Buffer.from(collection.getPvtRwsetHash_asU8()).toString('hex'),
  });
}

function nonEmpty(
  shown: Readonly<Record<string, readonly unknown[] | number | string>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(shown).filter(([, value]) => (typeof value === 'number' ? value > 0 : value.length > 0)),
  );
}

/** That the definition was read: all fields of it where a collection is asked for. */
const sequence = (chaincode: string): object => ({ reads: [[`namespaces/fields/${chaincode}/Sequence`, true]] });
const definition = (chaincode: string): object => ({
  reads: [
    [`namespaces/fields/${chaincode}/Collections`, true],
    [`namespaces/fields/${chaincode}/EndorsementInfo`, true],
    [`namespaces/fields/${chaincode}/Sequence`, true],
    [`namespaces/fields/${chaincode}/ValidationInfo`, true],
    [`namespaces/metadata/${chaincode}`, true],
  ],
});
const HASH = /^[0-9a-f]{64}$/;

export const readWriteSets: Topic = {
  name: 'readwritesets',
  behaviours: [
    {
      name: 'show the sequence of the definition that was in force, and a blind write',
      call: readWriteSet(['put', '$k', 'v'], {}),
      expect: { result: { _lifecycle: sequence('basic'), basic: { writes: [['$k', false]] } } },
    },
    {
      name: 'show reads of keys that are there and of keys that are not',
      given: [submit(['put', '$a', '1'])],
      call: readWriteSet(['copy', '$a', '$b'], {}),
      expect: { result: { basic: { reads: [['$a', true]], writes: [['$b', false]] } } },
    },
    {
      name: 'show private writes as hashes, and the hash of the whole private write set',
      call: readWriteSet(['putPrivate', 'pair', '$k', 'v'], VAULT, '$k'),
      expect: {
        result: { _lifecycle: definition('vault'), vault: { pair: { writes: [['$k', sha256('v')]], hash: HASH } } },
      },
    },
    {
      name: 'show private reads as hashes',
      given: [submit(['putPrivate', 'pair', '$k', 'v'], VAULT)],
      call: readWriteSet(['putPrivateThenGet', 'pair', '$k', 'w'], VAULT, '$k'),
      expect: {
        result: { vault: { pair: { reads: [['$k', true]], writes: [['$k', sha256('w')]], hash: HASH } } },
      },
    },
    {
      name: 'show reads of hashes like reads of values',
      given: [submit(['putPrivate', 'pair', '$k', 'v'], VAULT)],
      call: readWriteSet(['readPrivateHashThenPut', 'pair', '$k', '$t'], VAULT, '$k'),
      expect: {
        result: {
          _lifecycle: definition('vault'),
          vault: { pair: { reads: [['$k', true]] }, writes: [['$t', false]] },
        },
      },
    },
    {
      name: 'show private deletions and purges',
      call: readWriteSet(['purgePrivate', 'pair', '$k'], VAULT, '$k'),
      expect: { result: { vault: { pair: { writes: [['$k', '', 'delete', 'purge']], hash: HASH } } } },
    },
    {
      name: "show whose private key's policy is changed, by its hash",
      call: readWriteSet(['setPrivatePolicy', 'pair', '$k', 'Org1MSP'], VAULT, '$k'),
      expect: { result: { vault: { pair: { metadata: ['$k'], hash: HASH } } } },
    },
    {
      name: 'do not show ranges of private data',
      call: readWriteSet(['rangePrivate', 'pair', '$', '$z'], VAULT),
      expect: { result: /^\{"_lifecycle":\{"reads":\[\[.*\]\]\}\}$/ },
    },
  ],
};
