/** Writes and deletions of private data, and their conflicts in one block. */
import { endorse, evaluate, inOneBlock, inOrder, submit } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { AS_THREE, BOTH, get, hash, put, sha256, VAULT } from './vault';

export const writing: readonly Behaviour[] = [
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
];
