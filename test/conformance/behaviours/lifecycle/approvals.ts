/** Approvals of a definition, until it is committed. */
import { submit } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { approve, approved, readiness } from '../../lifecycle';
import { APPROVE, notEndorsed, refused } from './words';

export const approvals: readonly Behaviour[] = [
  {
    name: 'a client may not approve',
    call: submit([APPROVE, ''], { chaincode: '_lifecycle', endorsers: ['Org1MSP'] }),
    expect: { status: 'ABORTED', stage: 'endorse', details: [{ message: /ACL check: Failed verifying/u }] },
  },
  {
    name: 'a first definition has sequence 1',
    call: approve({ name: '$cc', sequence: 2 }, 'org1'),
    expect: notEndorsed(APPROVE, 'requested sequence 2 is larger than the next available sequence number 1'),
  },
  {
    name: 'there is no sequence 0',
    call: approve({ name: '$cc', sequence: 0 }, 'org1'),
    expect: notEndorsed(APPROVE, 'requested sequence is 0, but first definable sequence number is 1'),
  },
  {
    name: 'a name that is none',
    call: approve({ name: '-$cc' }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      "error validating chaincode definition: invalid chaincode name '-$cc'. Names can only consist of alphanumerics, " +
        "'_', and '-' and can only begin with alphanumerics",
    ),
  },
  {
    name: "a system chaincode's name",
    call: approve({ name: 'lscc' }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      "error validating chaincode definition: chaincode name 'lscc' is the name of a system chaincode",
    ),
  },
  {
    name: 'a version that is none',
    call: approve({ name: '$cc', version: 'a b' }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      "error validating chaincode definition: invalid chaincode version 'a b'. Versions can only consist of " +
        "alphanumerics, '_', '-', '+', and '.'",
    ),
  },
  {
    name: 'two collections of one name',
    call: approve({ name: '$cc', collections: [{ name: 'c' }, { name: 'c' }] }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      'error validating chaincode definition: collection-name: c -- found duplicate in collection configuration',
    ),
  },
  {
    name: "a collection's name that is none",
    call: approve({ name: '$cc', collections: [{ name: '_c' }] }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      "error validating chaincode definition: invalid collection name '_c'. Names can only consist of alphanumerics, " +
        "'_', and '-' and cannot begin with '_'",
    ),
  },
  {
    name: 'the same approval again',
    given: [approve({ name: '$cc' }, 'org1')],
    call: approve({ name: '$cc' }, 'org1'),
    expect: notEndorsed(
      APPROVE,
      'attempted to redefine uncommitted sequence (1) for namespace $cc with unchanged content',
    ),
  },
  {
    name: 'an approval may change until the commit',
    given: [approve({ name: '$cc' }, 'org1'), approve({ name: '$cc', version: '1.1' }, 'org1')],
    call: approved('$cc', 1),
    expect: { result: { version: '1.1', sequence: 1, hasPackage: true } },
  },
  {
    name: 'readiness names who has approved and what others approved instead',
    given: [approve({ name: '$cc' }, 'org1'), approve({ name: '$cc', version: '2.0' }, 'org2')],
    call: readiness({ name: '$cc' }, 'org2'),
    expect: {
      result: {
        approvals: [
          ['Org1MSP', true],
          ['Org2MSP', false],
          ['Org3MSP', false],
        ],
        mismatches: [
          ['Org2MSP', ['EndorsementInfo']],
          ['Org3MSP', ['ChaincodeParameters']],
        ],
      },
    },
  },
  {
    name: 'readiness of a sequence that is not the next',
    call: readiness({ name: '$cc', sequence: 3 }),
    expect: refused(
      "failed to invoke backing implementation of 'CheckCommitReadiness': " +
        'requested sequence is 3, but new definition must be sequence 1',
    ),
  },
];
