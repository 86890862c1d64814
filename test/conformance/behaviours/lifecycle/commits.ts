/** Commits of a definition, and upgrades. */
import { evaluate, inOrder, submit } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { approve, approveAll, commit, committed, deploy } from '../../lifecycle';
import { APPROVE, notEndorsed } from './words';

const COMMIT = 'CommitChaincodeDefinition';

export const commits: readonly Behaviour[] = [
  {
    name: 'an organisation that has not approved does not endorse the commit',
    given: [approve({ name: '$cc' }, 'org1')],
    call: commit({ name: '$cc' }, ['org1', 'org2']),
    expect: notEndorsed(COMMIT, 'chaincode definition not agreed to by this org (Org2MSP)', 'Org2MSP'),
  },
  {
    name: 'a commit that most organisations have not endorsed is invalid',
    given: [approveAll({ name: '$cc' })],
    call: commit({ name: '$cc' }, ['org1']),
    expect: { validation: 'ENDORSEMENT_POLICY_FAILURE' },
  },
  {
    name: 'what most have approved is committed, and runs',
    given: [deploy({ name: '$cc' }), submit(['put', '$k', 'v'], { chaincode: '$cc' })],
    call: evaluate(['get', '$k'], { chaincode: '$cc' }),
    expect: { result: 'v' },
  },
  {
    name: 'an organisation that has not approved does not run it',
    given: [
      approve({ name: '$cc' }, 'org1'),
      approve({ name: '$cc' }, 'org2'),
      commit({ name: '$cc' }, ['org1', 'org2']),
    ],
    call: submit(['put', '$k', 'v'], { chaincode: '$cc', endorsers: ['Org3MSP'] }),
    expect: {
      status: 'UNAVAILABLE',
      stage: 'endorse',
      message: 'failed to find any endorsing peers for org(s): Org3MSP',
    },
  },
  {
    name: 'another organisation runs it for who has no package',
    given: [
      approve({ name: '$cc' }, 'org1'),
      approve({ name: '$cc' }, 'org2'),
      approve({ name: '$cc' }, 'org3', false),
      commit({ name: '$cc' }),
    ],
    call: submit(['put', '$k', 'v'], { chaincode: '$cc', as: 'org3' }),
    expect: { result: 'written' },
  },
  {
    name: 'the same definition is not committed again',
    given: [deploy({ name: '$cc' })],
    call: commit({ name: '$cc' }, ['org1']),
    expect: notEndorsed(COMMIT, 'requested sequence is 1, but new definition must be sequence 2'),
  },
  {
    name: 'a committed sequence cannot be approved otherwise',
    given: [deploy({ name: '$cc' })],
    call: approve({ name: '$cc', version: '2.0' }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      'attempted to redefine the current committed sequence (1) for namespace $cc with different parameters: ' +
        "expected Version '1.0' does not match passed Version '2.0'",
    ),
  },
  {
    name: 'an upgrade changes version and sequence and keeps the state',
    given: [
      deploy({ name: '$cc' }),
      submit(['put', '$k', 'v'], { chaincode: '$cc' }),
      deploy({ name: '$cc', version: '2.0', sequence: 2 }),
    ],
    call: inOrder(committed('$cc'), evaluate(['get', '$k'], { chaincode: '$cc' })),
    expect: { each: [{ result: /"version":"2\.0","sequence":2/u }, { result: 'v' }] },
  },
  {
    name: "an upgraded chaincode's new policy counts from then on",
    given: [
      deploy({ name: '$cc' }),
      deploy({ name: '$cc', sequence: 2, policy: "AND('Org1MSP.peer', 'Org2MSP.peer')" }),
    ],
    call: inOrder(
      submit(['put', '$k', 'v'], { chaincode: '$cc', endorsers: ['Org1MSP'] }),
      submit(['put', '$k', 'v'], { chaincode: '$cc' }),
    ),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { result: 'written' }] },
  },
  {
    name: "the channel's policy counts where a definition has none",
    given: [deploy({ name: '$cc', policy: '' })],
    call: inOrder(
      submit(['put', '$k', 'v'], { chaincode: '$cc', endorsers: ['Org1MSP'] }),
      submit(['put', '$k', 'v'], { chaincode: '$cc', endorsers: ['Org1MSP', 'Org3MSP'] }),
    ),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { result: 'written' }] },
  },
  {
    name: 'an upgrade cannot drop a collection',
    given: [deploy({ name: '$cc', collections: [{ name: 'c' }, { name: 'd' }] })],
    call: approve({ name: '$cc', sequence: 2, collections: [{ name: 'c' }] }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      'error validating chaincode definition: existing collection [d] missing in the proposed collection configuration',
    ),
  },
  {
    name: 'an upgrade cannot change how long a collection lives',
    given: [deploy({ name: '$cc', collections: [{ name: 'c', blockToLive: 5 }] })],
    call: approve({ name: '$cc', sequence: 2, collections: [{ name: 'c' }] }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      'error validating chaincode definition: the BlockToLive in an existing collection [c] modified. Existing value [5]',
    ),
  },
];
