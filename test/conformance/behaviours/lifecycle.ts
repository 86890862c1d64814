/** `_lifecycle`: organisations approve and commit definitions, which then count. */
import { evaluate, inOrder, submit } from '../acts';
import { type Behaviour, type Topic } from '../behaviour';
import { approve, approveAll, approved, ask, commit, committed, committedNames, deploy, readiness } from '../lifecycle';

const PREFIX = 'evaluate call to endorser returned error: chaincode response';

/** A refusal of `_lifecycle` as one peer words it. */
const refused = (message: string, status = 500): Behaviour['expect'] => ({
  status: 'UNKNOWN',
  message: `${PREFIX} ${status}, ${message}`,
});

const notEndorsed = (functionName: string, message: string, mspId = 'Org1MSP'): Behaviour['expect'] => ({
  status: 'ABORTED',
  stage: 'endorse',
  details: [
    {
      mspId,
      message: `chaincode response 500, failed to invoke backing implementation of '${functionName}': ${message}`,
    },
  ],
});

const APPROVE = 'ApproveChaincodeDefinitionForMyOrg';
const DENIED = 'Failed to authorize invocation due to failed ACL check: ';

const definitions: readonly Behaviour[] = [
  {
    name: 'a definition is what was committed, with who approved it',
    call: committed('basic'),
    expect: {
      result: {
        version: '1.0',
        sequence: 1,
        plugins: ['escc', 'vscc'],
        initRequired: false,
        collections: 0,
        approvals: [
          ['Org1MSP', true],
          ['Org2MSP', true],
          ['Org3MSP', true],
        ],
      },
    },
  },
  {
    name: 'a chaincode that nobody defined is status 404',
    call: committed('$none'),
    expect: refused('namespace $none is not defined', 404),
  },
  { name: 'all definitions are listed', call: committedNames('basic', '$none'), expect: { result: [true, false] } },
  {
    name: 'an administrator sees what the organisation approved',
    call: approved('basic', 0),
    expect: { result: { version: '1.0', sequence: 1, hasPackage: true } },
  },
  {
    name: 'what was not approved is not there',
    call: approved('$none', 0),
    expect: refused(
      "failed to invoke backing implementation of 'QueryApprovedChaincodeDefinition': " +
        "could not fetch approved chaincode definition (name: '$none', sequence: '0') on channel 'alpha'",
    ),
  },
  {
    name: 'clients may not see approvals',
    call: approved('basic', 0, 'org1'),
    expect: {
      status: 'UNKNOWN',
      message: /ACL check: Failed verifying that proposal's creator satisfies local MSP principal .*\[Admins\]/u,
    },
  },
];

const refusals: readonly Behaviour[] = [
  {
    name: 'a function that is not there',
    call: ask('Nothing', new Uint8Array()),
    expect: refused(`${DENIED}Unmapped policy for _lifecycle/Nothing`),
  },
  {
    name: 'no argument',
    call: evaluate(['QueryChaincodeDefinitions'], { chaincode: '_lifecycle' }),
    expect: refused('lifecycle scc operations require exactly two arguments but received 1'),
  },
  {
    name: 'too many arguments',
    call: evaluate(['QueryChaincodeDefinitions', '', ''], { chaincode: '_lifecycle' }),
    expect: refused('lifecycle scc operations require exactly two arguments but received 3'),
  },
  {
    name: 'an argument that is no message',
    call: ask('QueryChaincodeDefinition', Buffer.from([0x0a, 0xff])),
    expect: {
      status: 'UNKNOWN',
      message: /could not decode input arg for \*lifecycle\.Invocation\.QueryChaincodeDef/u,
    },
  },
  {
    name: 'a package that is not installed',
    call: ask('QueryInstalledChaincode', Buffer.from('\n\u0004none')),
    expect: refused(
      "failed to invoke backing implementation of 'QueryInstalledChaincode': could not find chaincode with package id 'none'",
    ),
  },
  {
    name: 'a package that is not installed cannot be had',
    call: ask('GetInstalledChaincodePackage', Buffer.from('\n\u0004none')),
    expect: refused(
      "failed to invoke backing implementation of 'GetInstalledChaincodePackage': could not load cc install package: " +
        "chaincode install package 'none' not found",
    ),
  },
  {
    name: 'a package that is none is not installed',
    call: ask('InstallChaincode', Buffer.from('\n\u0007garbage')),
    expect: {
      status: 'UNKNOWN',
      message: /'InstallChaincode': could not parse as a chaincode install package: error reading as gzip stream/u,
    },
  },
  {
    name: 'clients may not install',
    call: ask('InstallChaincode', Buffer.from('\n\u0007garbage'), 'org1'),
    expect: { status: 'UNKNOWN', message: /ACL check: Failed verifying that proposal's creator satisfies local MSP/u },
  },
];

const approvals: readonly Behaviour[] = [
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

const COMMIT = 'CommitChaincodeDefinition';

const commits: readonly Behaviour[] = [
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

export const lifecycles: Topic = {
  name: 'lifecycle',
  behaviours: [...definitions, ...refusals, ...approvals, ...commits],
};
