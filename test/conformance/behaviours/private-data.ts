/** Private data: members have the values, everyone has the hashes. In chaincode `vault` organisations 1 and 2 share what 3 does not have. */
import { createHash } from 'node:crypto';
import { type Call, type CallOptions, endorse, evaluate, inOneBlock, inOrder, propose, submit } from '../acts';
import { type Act, type Topic } from '../behaviour';

/** Both members endorse, so that both have the data whatever becomes of their spreading. */
const BOTH: CallOptions = { chaincode: 'vault', endorsers: ['Org1MSP', 'Org2MSP'] };
const ONE: CallOptions = { chaincode: 'vault', endorsers: ['Org1MSP'] };
const VAULT: CallOptions = { chaincode: 'vault' };
const AS_THREE: CallOptions = { chaincode: 'vault', as: 'org3' };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const put = (...args: readonly string[]): Act => submit(['putPrivate', ...args], BOTH);
const get = (...args: readonly string[]): Act => evaluate(['getPrivate', ...args], VAULT);
const hash = (...args: readonly string[]): Act => evaluate(['getPrivateHash', ...args], VAULT);
/** A block of its own that has nothing to do with private data. */
const tick = (count: number): Act => submit(['put', `$tick${count}`, 'x']);

/** What of these texts a proposal's transaction holds, as it goes to the orderer. */
function heldBy(call: Call, options: CallOptions, ...texts: readonly string[]): Act {
  return async (world) => {
    const transaction = await (await propose(world, call, options)).endorse();
    const bytes = Buffer.from(transaction.getBytes());
    return { status: 'OK', result: JSON.stringify(texts.filter((text) => bytes.includes(world.fill(text)))) };
  };
}

const notAvailable =
  /private data matching public hash version is not available. Public hash version = \{BlockNum: \d+, TxNum: \d+\}, Private data version = <nil>/;
const mayNot = (act: string, collection: string): RegExp =>
  new RegExp(
    `tx creator does not have ${act} access permission on privatedata in chaincodeName:vault collectionName: ${collection}`,
  );
const notDefined = (collection: string): RegExp =>
  new RegExp(`collection \\[${collection}\\] not defined in the collection config for chaincode \\[vault\\]`);

export const privateData: Topic = {
  name: 'private',
  behaviours: [
    {
      name: 'a member reads what was written from transient data',
      given: [submit(['putPrivate', 'pair', '$k'], { ...BOTH, transient: { value: 'secret' } })],
      call: get('pair', '$k'),
      expect: { result: 'secret' },
    },
    {
      name: 'the other member reads it too',
      given: [put('pair', '$k', 'secret')],
      call: evaluate(['getPrivate', 'pair', '$k'], { chaincode: 'vault', as: 'org2' }),
      expect: { result: 'secret' },
    },
    {
      name: 'who is no member is told that a value is there that its peer has not got',
      given: [put('pair', '$k', 'secret')],
      call: evaluate(['getPrivate', 'pair', '$k'], AS_THREE),
      expect: { status: 'UNKNOWN', details: [{ mspId: 'Org3MSP', message: notAvailable }] },
    },
    {
      name: 'who is no member reads a missing key as empty',
      call: evaluate(['getPrivate', 'pair', '$none'], AS_THREE),
      expect: { result: '' },
    },
    {
      name: 'who is no member has the hash',
      given: [put('pair', '$k', 'secret')],
      call: evaluate(['getPrivateHash', 'pair', '$k'], AS_THREE),
      expect: { result: sha256('secret') },
    },
    { name: 'the hash of a missing key is empty', call: hash('pair', '$none'), expect: { result: '' } },
    {
      name: 'neither transient data nor private values are in the transaction',
      call: heldBy(
        ['putPrivate', 'pair', '$key'],
        { ...BOTH, transient: { value: 'value of $', note: 'note of $' } },
        'value of $',
        'note of $',
        '$key',
        'pair',
      ),
      // Key and collection are arguments of the call.
      expect: { result: ['$key', 'pair'] },
    },
    {
      name: 'a transaction does not see its own private writes',
      given: [put('pair', '$k', 'before')],
      call: inOrder(submit(['putPrivateThenGet', 'pair', '$k', 'after'], BOTH), get('pair', '$k')),
      expect: { each: [{ result: 'before' }, { result: 'after' }] },
    },
    {
      name: 'a key is another in another collection and in public',
      given: [
        put('pair', '$k', 'pair'),
        put('other', '$k', 'other'),
        submit(['put', '$k', 'public'], { chaincode: 'vault' }),
      ],
      call: inOrder(get('pair', '$k'), get('other', '$k'), evaluate(['get', '$k'], VAULT)),
      expect: { each: [{ result: 'pair' }, { result: 'other' }, { result: 'public' }] },
    },
    {
      name: 'private and public writes of one transaction',
      given: [submit(['putPrivateAndPublic', 'pair', '$k', 'v'], BOTH)],
      call: inOrder(get('pair', '$k'), evaluate(['get', '$k'], AS_THREE)),
      expect: { each: [{ result: 'v' }, { result: 'public v' }] },
    },
    {
      name: 'are not in ranges nor in the history of public keys',
      given: [put('pair', '$k', 'v')],
      call: inOrder(evaluate(['rangeKeys', '$', '$z'], VAULT), evaluate(['history', '$k'], VAULT)),
      expect: { each: [{ result: [] }, { result: [] }] },
    },
    {
      name: 'a range is in order and does not reach beyond its end',
      given: [put('pair', '$b', '2'), put('pair', '$a', '1'), put('pair', '$c', '3')],
      call: evaluate(['rangePrivate', 'pair', '$a', '$c'], VAULT),
      expect: {
        result: [
          ['$a', '1'],
          ['$b', '2'],
        ],
      },
    },
    {
      name: 'a range at who is no member is empty',
      given: [put('pair', '$a', '1')],
      call: evaluate(['rangePrivate', 'pair', '$', '$z'], AS_THREE),
      expect: { result: [] },
    },
    {
      name: 'a range of more than one message is complete',
      given: [submit(['fillPrivate', 'pair', '$', '230'], BOTH)],
      call: evaluate(['countPrivate', 'pair', '$', '$z'], VAULT),
      expect: { result: '230' },
    },
    {
      name: 'composite keys are found by their first parts',
      given: [
        submit(['putPrivateComposite', 'pair', '2', '$t', 'a', 'z'], BOTH),
        submit(['putPrivateComposite', 'pair', '1', '$t', 'a', 'b'], BOTH),
        submit(['putPrivateComposite', 'pair', '3', '$t', 'b', 'a'], BOTH),
      ],
      call: evaluate(['privateComposites', 'pair', '$t', 'a'], VAULT),
      expect: {
        result: [
          ['a', 'b', '1'],
          ['a', 'z', '2'],
        ],
      },
    },
    {
      name: 'a transaction that has queried private data cannot write',
      call: endorse(['rangePrivateThenPut', 'pair', '$', '$z'], BOTH),
      expect: {
        status: 'ABORTED',
        details: [
          {
            mspId: 'Org1MSP',
            message: /Transaction has already performed queries on pvt data. Writes are not allowed/,
          },
          {
            mspId: 'Org2MSP',
            message: /Transaction has already performed queries on pvt data. Writes are not allowed/,
          },
        ],
      },
    },
    {
      name: 'a transaction that has written cannot query private data',
      call: endorse(['putThenRangePrivate', 'pair', '$', '$z'], ONE),
      expect: {
        status: 'ABORTED',
        details: [{ message: /Queries on pvt data is supported only in a read-only transaction/ }],
      },
    },
    {
      name: 'rich queries are for those who may read',
      call: evaluate(['privateRich', 'readers', '{"selector":{}}'], { ...VAULT, as: 'org3' }),
      expect: {
        status: 'UNKNOWN',
        details: [{ message: /tx creator does not have read access permission on privatedata/ }],
      },
    },
    {
      name: 'rich queries are of collections that are there',
      call: evaluate(['privateRich', 'nowhere', '{"selector":{}}'], VAULT),
      expect: { status: 'UNKNOWN', details: [{ message: /collection alpha\/vault\/nowhere could not be found/ }] },
    },
    {
      name: 'rich queries need another database',
      call: evaluate(['privateRich', 'pair', '{"selector":{}}'], VAULT),
      expect: { status: 'UNKNOWN', details: [{ message: /ExecuteQuery not supported for leveldb/ }] },
    },
    {
      name: 'deleting takes value and hash away',
      given: [put('pair', '$k', 'v'), submit(['delPrivate', 'pair', '$k'], BOTH)],
      call: inOrder(get('pair', '$k'), hash('pair', '$k'), evaluate(['getPrivate', 'pair', '$k'], AS_THREE)),
      expect: { each: [{ result: '' }, { result: '' }, { result: '' }] },
    },
    {
      name: 'a missing key can be deleted',
      call: submit(['delPrivate', 'pair', '$none'], BOTH),
      expect: { validation: 'VALID' },
    },
    {
      name: 'a deleted key can be written again',
      given: [put('pair', '$k', 'v'), submit(['delPrivate', 'pair', '$k'], BOTH), put('pair', '$k', 'w')],
      call: get('pair', '$k'),
      expect: { result: 'w' },
    },
    {
      name: 'an empty value is a deletion',
      given: [put('pair', '$k', 'v'), put('pair', '$k', '')],
      call: inOrder(get('pair', '$k'), hash('pair', '$k')),
      expect: { each: [{ result: '' }, { result: '' }] },
    },
    {
      name: 'a value of a megabyte',
      given: [submit(['putPrivateLarge', 'pair', '$k', '1048576'], BOTH)],
      call: evaluate(['lengthOfPrivate', 'pair', '$k'], VAULT),
      expect: { result: '1048576' },
    },
    {
      name: 'of two that read and write a key in one block one is valid',
      given: [put('pair', '$k', 'v')],
      call: inOneBlock(
        [['putPrivateThenGet', 'pair', '$k', 'one'], BOTH],
        [['putPrivateThenGet', 'pair', '$k', 'two'], BOTH],
      ),
      expect: { each: [{ validation: 'VALID' }, { validation: 'MVCC_READ_CONFLICT' }] },
    },
    {
      name: 'of two that only write a key in one block both are valid and the last one stands',
      call: inOrder(
        inOneBlock([['putPrivate', 'pair', '$k', 'one'], BOTH], [['putPrivate', 'pair', '$k', 'two'], BOTH]),
        get('pair', '$k'),
      ),
      expect: { each: [{ each: [{}, {}] }, { result: 'two' }] },
    },
    {
      name: 'who has read a hash that changes in the same block is invalid',
      given: [put('pair', '$k', 'v')],
      call: inOneBlock(
        [['putPrivate', 'pair', '$k', 'other'], BOTH],
        [['readPrivateHashThenPut', 'pair', '$k', '$target'], VAULT],
      ),
      expect: { each: [{ validation: 'VALID' }, { validation: 'MVCC_READ_CONFLICT' }] },
    },
    {
      name: 'who has read a key as missing that comes in the same block is invalid',
      call: inOneBlock(
        [['putPrivate', 'pair', '$k', 'new'], BOTH],
        [['readPrivateThenPut', 'pair', '$k', '$target'], BOTH],
      ),
      expect: { each: [{ validation: 'VALID' }, { validation: 'MVCC_READ_CONFLICT' }] },
    },
    {
      name: 'who has read a key that another collection changes is valid',
      given: [put('pair', '$k', 'v')],
      call: inOneBlock(
        [['putPrivate', 'other', '$k', 'new'], BOTH],
        [['readPrivateThenPut', 'pair', '$k', '$target'], BOTH],
      ),
      expect: { each: [{ validation: 'VALID' }, { validation: 'VALID' }] },
    },
    {
      name: 'an invalid transaction leaves no private data',
      given: [put('pair', '$k', 'v')],
      call: inOrder(
        inOneBlock(
          [['putPrivateThenGet', 'pair', '$k', 'one'], BOTH],
          [['putPrivateThenGet', 'pair', '$k', 'two'], BOTH],
        ),
        get('pair', '$k'),
        hash('pair', '$k'),
      ),
      expect: {
        each: [{ each: [{}, { validation: 'MVCC_READ_CONFLICT' }] }, { result: 'one' }, { result: sha256('one') }],
      },
    },
    {
      name: 'private values that differ between endorsers are refused',
      call: endorse(['putPrivateRandom', 'pair', '$k'], BOTH),
      expect: { status: 'ABORTED' },
    },
    {
      name: 'a collection that is not there cannot be written',
      call: endorse(['putPrivate', 'none', '$k', 'v'], ONE),
      expect: { status: 'ABORTED', details: [{ message: /collection alpha\/vault\/none could not be found/ }] },
    },
    {
      name: 'a collection that is not there cannot be read',
      call: evaluate(['getPrivate', 'none', '$k'], VAULT),
      expect: { status: 'UNKNOWN', details: [{ message: /collection alpha\/vault\/none could not be found/ }] },
    },
    {
      name: 'a collection that is not there has no ranges',
      call: evaluate(['rangePrivate', 'none', '', ''], VAULT),
      expect: { status: 'UNKNOWN', details: [{ message: /collection alpha\/vault\/none could not be found/ }] },
    },
    {
      name: 'a collection that is not there has no hashes',
      call: hash('none', '$k'),
      expect: { status: 'UNKNOWN', details: [{ message: notDefined('none') }] },
    },
    {
      name: 'a chaincode without collections has none',
      call: evaluate(['getPrivate', 'pair', '$k']),
      expect: { status: 'UNKNOWN', details: [{ message: /collection alpha\/basic\/pair could not be found/ }] },
    },
    {
      name: "an organisation's own collection, in any chaincode",
      given: [submit(['putPrivate', '_implicit_org_Org1MSP', '$k', 'mine'], { endorsers: ['Org1MSP'] })],
      call: inOrder(
        evaluate(['getPrivate', '_implicit_org_Org1MSP', '$k']),
        evaluate(['getPrivateHash', '_implicit_org_Org1MSP', '$k'], { as: 'org2' }),
        evaluate(['getPrivate', '_implicit_org_Org1MSP', '$k'], { as: 'org2' }),
      ),
      expect: {
        each: [
          { result: 'mine' },
          { result: sha256('mine') },
          { status: 'UNKNOWN', details: [{ mspId: 'Org2MSP', message: notAvailable }] },
        ],
      },
    },
    {
      name: "another organisation's own collection needs its endorsement",
      call: inOrder(
        submit(['putPrivate', '_implicit_org_Org2MSP', '$k', 'forged'], { endorsers: ['Org1MSP', 'Org3MSP'] }),
        submit(['putPrivate', '_implicit_org_Org2MSP', '$k', 'agreed'], { endorsers: ['Org2MSP'] }),
        evaluate(['getPrivate', '_implicit_org_Org2MSP', '$k'], { as: 'org2' }),
      ),
      expect: {
        each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { validation: 'VALID' }, { result: 'agreed' }],
      },
    },
    {
      name: 'there is no own collection of an organisation that is not of the channel',
      call: endorse(['putPrivate', '_implicit_org_NoMSP', '$k', 'v'], ONE),
      expect: { status: 'ABORTED', details: [{ message: notDefined('_implicit_org_NoMSP') }] },
    },
    {
      name: 'memberOnlyRead keeps clients of others from reading at a peer that has the data',
      given: [put('readers', '$k', 'v')],
      call: inOrder(
        endorse(['readPrivateThenPut', 'readers', '$k', '$target'], { ...BOTH, as: 'org3' }),
        evaluate(['rangePrivate', 'readers', '', ''], AS_THREE),
      ),
      expect: {
        each: [
          {
            status: 'ABORTED',
            details: [
              { mspId: 'Org1MSP', message: mayNot('read', 'readers') },
              { mspId: 'Org2MSP', message: mayNot('read', 'readers') },
            ],
          },
          { status: 'UNKNOWN', details: [{ message: mayNot('read', 'readers') }] },
        ],
      },
    },
    {
      name: 'memberOnlyRead lets others have the hash, and write',
      given: [submit(['putPrivate', 'readers', '$k', 'v'], { ...BOTH, as: 'org3' })],
      call: inOrder(evaluate(['getPrivateHash', 'readers', '$k'], AS_THREE), get('readers', '$k')),
      expect: { each: [{ result: sha256('v') }, { result: 'v' }] },
    },
    {
      name: 'memberOnlyWrite keeps clients of others from writing, deleting and purging',
      call: inOrder(
        endorse(['putPrivate', 'writers', '$k', 'v'], { ...ONE, as: 'org3' }),
        endorse(['delPrivate', 'writers', '$k'], { ...ONE, as: 'org3' }),
        endorse(['purgePrivate', 'writers', '$k'], { ...ONE, as: 'org3' }),
        endorse(['setPrivatePolicy', 'writers', '$k', 'Org1MSP'], { ...ONE, as: 'org3' }),
      ),
      expect: {
        each: Array.from({ length: 4 }, () => ({
          status: 'ABORTED',
          details: [{ mspId: 'Org1MSP', message: mayNot('write', 'writers') }],
        })),
      },
    },
    {
      name: 'memberOnlyWrite lets members write and others read at a peer that has the data',
      given: [put('writers', '$k', 'v')],
      call: endorse(['readPrivateThenPut', 'writers', '$k', '$target'], { ...BOTH, as: 'org3' }),
      expect: { result: 'v' },
    },
    {
      name: 'nobody endorses what it cannot give to as many peers as required',
      call: endorse(['putPrivate', 'spread', '$k', 'v'], ONE),
      expect: {
        status: 'ABORTED',
        details: [
          {
            mspId: 'Org1MSP',
            message:
              /error in simulation: failed to distribute private collection, txID [0-9a-f]{64}, channel alpha: could not build private data dissemination plan for chaincode vault and collection spread: required to disseminate to at least 2 peers, but know of only 1 eligible peers/,
          },
        ],
      },
    },
    {
      name: "a collection's own endorsement policy counts for its keys",
      call: inOrder(
        submit(['putPrivate', 'strict', '$k', 'v'], ONE),
        submit(['putPrivate', 'strict', '$k', 'v'], BOTH),
        submit(['putPrivate', 'pair', '$k', 'v'], ONE),
      ),
      expect: {
        each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { validation: 'VALID' }, { validation: 'VALID' }],
      },
    },
    {
      name: "a private key's policy counts for that key",
      given: [put('pair', '$k', 'v'), submit(['setPrivatePolicy', 'pair', '$k', 'Org2MSP'], BOTH)],
      call: inOrder(
        evaluate(['privatePolicy', 'pair', '$k'], VAULT),
        submit(['putPrivate', 'pair', '$k', 'w'], ONE),
        submit(['putPrivate', 'pair', '$k', 'w'], { chaincode: 'vault', endorsers: ['Org2MSP'] }),
        submit(['putPrivate', 'pair', '$k2', 'w'], ONE),
      ),
      expect: {
        each: [
          { result: ['Org2MSP'] },
          { validation: 'ENDORSEMENT_POLICY_FAILURE' },
          { validation: 'VALID' },
          { validation: 'VALID' },
        ],
      },
    },
    {
      name: "a change of a key's policy leaves its value readable",
      given: [put('pair', '$k', 'v'), submit(['setPrivatePolicy', 'pair', '$k', 'Org1MSP'], BOTH)],
      call: inOrder(get('pair', '$k'), hash('pair', '$k')),
      expect: { each: [{ result: 'v' }, { result: sha256('v') }] },
    },
    {
      name: "a missing key's policy is not kept",
      given: [submit(['setPrivatePolicy', 'pair', '$none', 'Org1MSP'], BOTH)],
      call: evaluate(['privatePolicy', 'pair', '$none'], VAULT),
      expect: { result: [] },
    },
    {
      name: 'live for as many blocks as the collection says, then value and hash are gone',
      given: [put('brief', '$k', 'v')],
      call: inOrder(tick(1), tick(2), get('brief', '$k'), tick(3), get('brief', '$k'), hash('brief', '$k')),
      expect: { each: [{}, {}, { result: 'v' }, {}, { result: '' }, { result: '' }] },
      alone: true,
    },
    {
      name: 'live on when they are written again in time',
      given: [put('brief', '$k', 'v'), tick(1), tick(2), put('brief', '$k', 'w')],
      call: inOrder(get('brief', '$k'), tick(3), tick(4), get('brief', '$k'), tick(5), get('brief', '$k')),
      expect: { each: [{ result: 'w' }, {}, {}, { result: 'w' }, {}, { result: '' }] },
      alone: true,
    },
    {
      name: 'that have expired can be written again',
      given: [put('brief', '$k', 'v'), tick(1), tick(2), tick(3), put('brief', '$k', 'again')],
      call: get('brief', '$k'),
      expect: { result: 'again' },
      alone: true,
    },
    {
      name: 'purging takes value and hash away',
      given: [put('pair', '$k', 'v'), put('pair', '$k', 'w'), submit(['purgePrivate', 'pair', '$k'], BOTH)],
      call: inOrder(get('pair', '$k'), hash('pair', '$k'), evaluate(['rangePrivate', 'pair', '$', '$z'], VAULT)),
      expect: { each: [{ result: '' }, { result: '' }, { result: [] }] },
    },
    {
      name: 'a purged key can be written again',
      given: [put('pair', '$k', 'v'), submit(['purgePrivate', 'pair', '$k'], BOTH), put('pair', '$k', 'w')],
      call: get('pair', '$k'),
      expect: { result: 'w' },
    },
    {
      name: 'a missing key can be purged',
      call: submit(['purgePrivate', 'pair', '$none'], BOTH),
      expect: { validation: 'VALID' },
    },
    {
      name: 'written after a purge in one block, the value stays',
      given: [put('pair', '$k', 'v')],
      call: inOrder(
        inOneBlock([['purgePrivate', 'pair', '$k'], BOTH], [['putPrivate', 'pair', '$k', 'w'], BOTH]),
        get('pair', '$k'),
      ),
      expect: { each: [{ each: [{}, {}] }, { result: 'w' }] },
    },
    {
      name: 'purged after a write in one block, the value is gone',
      call: inOrder(
        inOneBlock([['putPrivate', 'pair', '$k', 'v'], BOTH], [['purgePrivate', 'pair', '$k'], BOTH]),
        get('pair', '$k'),
      ),
      expect: { each: [{ each: [{}, {}] }, { result: '' }] },
    },
    {
      name: 'a member gets what another member endorsed alone',
      given: [submit(['putPrivate', 'pair', '$k', 'v'], ONE)],
      call: evaluate(['getPrivate', 'pair', '$k'], { chaincode: 'vault', as: 'org2' }),
      expect: { result: 'v' },
    },
    {
      name: 'transient data are given to members only, though the policy needs others',
      call: endorse(['putPrivate', 'pair', '$k'], { chaincode: 'all', transient: { value: 'v' } }),
      expect: {
        status: 'FAILED_PRECONDITION',
        message:
          'requires endorsement from organisation(s) that are not in the distribution policy of the private data collection(s): [pair]; retry specifying trusted endorsing organizations to protect transient data',
      },
    },
    {
      name: 'transient data are given to others that the client names',
      call: submit(['putPrivate', 'pair', '$k'], {
        chaincode: 'all',
        transient: { value: 'v' },
        endorsers: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
      }),
      expect: { validation: 'VALID' },
    },
    {
      name: 'without transient data others may endorse private writes',
      call: submit(['putPrivate', 'pair', '$k', 'v'], { chaincode: 'all' }),
      expect: { validation: 'VALID' },
    },
  ],
};
