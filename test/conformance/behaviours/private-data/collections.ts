/** What a collection says: who may read and write, who has to endorse; collections of one organisation, and those that are not there. */
import { endorse, evaluate, inOrder, submit } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { AS_THREE, BOTH, get, hash, notAvailable, ONE, put, sha256, VAULT } from './vault';

const mayNot = (act: string, collection: string): RegExp =>
  new RegExp(
    `tx creator does not have ${act} access permission on privatedata in chaincodeName:vault collectionName: ${collection}`,
  );
const notDefined = (collection: string): RegExp =>
  new RegExp(`collection \\[${collection}\\] not defined in the collection config for chaincode \\[vault\\]`);

export const collections: readonly Behaviour[] = [
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
];
