/** What `_lifecycle` does not take, and what is not installed. */
import { evaluate } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { ask } from '../../lifecycle';
import { DENIED, refused } from './words';

export const refusals: readonly Behaviour[] = [
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
