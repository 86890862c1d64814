/** What was committed and approved, and who may see it. */
import { type Behaviour } from '../../behaviour';
import { approved, committed, committedNames } from '../../lifecycle';
import { refused } from './words';

export const definitions: readonly Behaviour[] = [
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
