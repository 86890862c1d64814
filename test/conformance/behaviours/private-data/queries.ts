/** Ranges, composite keys and rich queries of private data. */
import { endorse, evaluate, inOrder, submit } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { AS_THREE, BOTH, ONE, put, VAULT } from './vault';

export const queries: readonly Behaviour[] = [
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
];
