/** How private data end: by expiry and by purging. */
import { evaluate, inOneBlock, inOrder, submit } from '../../acts';
import { type Act, type Behaviour } from '../../behaviour';
import { BOTH, get, hash, put, VAULT } from './vault';

/** A block of its own that has nothing to do with private data. */
const tick = (count: number): Act => submit(['put', `$tick${count}`, 'x']);

export const lifetimes: readonly Behaviour[] = [
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
];
