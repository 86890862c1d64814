/** Ranges and their pages. */
import { evaluate, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';

export const ranges: Topic = {
  name: 'ranges',
  behaviours: [
    {
      name: 'begin with their start and end before their end',
      given: [submit(['put', '$a', '1', '$b', '2', '$c', '3'])],
      call: evaluate(['range', '$a', '$c']),
      expect: {
        result: [
          ['$a', '1'],
          ['$b', '2'],
        ],
      },
    },
    { name: 'with nothing in them are empty', call: evaluate(['range', '$a', '$b']), expect: { result: [] } },
    {
      name: 'are in the order of UTF-8 bytes',
      given: [submit(['put', '$\u{1f600}', 'x', '$b', 'x', '$\uffee', 'x', '$B', 'x', '$a', 'x'])],
      call: evaluate(['rangeKeys', '$', '$\u{10ffff}']),
      expect: { result: ['$B', '$a', '$b', '$\uffee', '$\u{1f600}'] },
    },
    {
      name: 'do not hold what the transaction itself wrote',
      given: [submit(['put', '$a', 'old'])],
      call: submit(['putThenRange', '$b', '$', '$z']),
      expect: { result: [['$a', 'old']] },
    },
    {
      name: 'do not hold what was deleted',
      given: [submit(['put', '$a', '1', '$b', '2']), submit(['del', '$a'])],
      call: evaluate(['rangeKeys', '$', '$z']),
      expect: { result: ['$b'] },
    },
    {
      name: 'of more than one message are complete',
      given: [submit(['fill', '$', '330'])],
      call: async (world) => {
        const seen = await evaluate(['rangeKeys', '$', '$z'])(world);
        const keys = JSON.parse(seen.result ?? '[]') as string[];
        return { ...seen, result: JSON.stringify([keys.length, keys[0], keys.at(-1)]) };
      },
      expect: { result: [330, '$00000', '$00329'] },
    },
    {
      name: 'in pages: a bookmark leads from each to the next, and the last has none',
      given: [submit(['fill', '$', '5'])],
      call: inOrder(
        evaluate(['page', '$', '$z', '2', '']),
        evaluate(['page', '$', '$z', '2', '$00002']),
        evaluate(['page', '$', '$z', '2', '$00004']),
      ),
      expect: {
        each: [
          { result: { keys: ['$00000', '$00001'], count: 2, bookmark: '$00002' } },
          { result: { keys: ['$00002', '$00003'], count: 2, bookmark: '$00004' } },
          { result: { keys: ['$00004'], count: 1, bookmark: '' } },
        ],
      },
    },
    {
      name: 'in a page as long as they are have no bookmark',
      given: [submit(['fill', '$', '3'])],
      call: evaluate(['page', '$', '$z', '3', '']),
      expect: { result: { count: 3, bookmark: '' } },
    },
    {
      name: 'cannot be read in pages by a transaction that writes',
      given: [submit(['fill', '$', '3'])],
      call: evaluate(['pageThenPut', '$', '$z', '2', '$x']),
      expect: { status: 'UNKNOWN', details: [{ message: /paginated quer/i }] },
    },
    {
      name: 'by pages of a rich query need another state database',
      call: inOrder(
        evaluate(['richPage', '2', '', '{"selector":{}}']),
        evaluate(['richPage', '0', 'bookmark', '{"selector":{}}']),
        evaluate(['richPage', '0', '', '{"selector":{}}']),
      ),
      expect: {
        each: [
          { status: 'UNKNOWN', details: [{ message: /ExecuteQueryWithMetadata not supported for leveldb$/ }] },
          { status: 'UNKNOWN', details: [{ message: /ExecuteQueryWithMetadata not supported for leveldb$/ }] },
          { status: 'UNKNOWN', details: [{ message: /ExecuteQuery not supported for leveldb$/ }] },
        ],
      },
    },
    {
      name: 'by pages of a rich query are not for a transaction that has written',
      call: evaluate(['richPage', '2', '', '{"selector":{}}', '$k']),
      expect: {
        status: 'UNKNOWN',
        details: [{ message: /Paginated queries are supported only in a read-only transaction$/ }],
      },
    },
    {
      name: 'by rich query need another state database',
      call: evaluate(['rich', '{"selector":{}}']),
      expect: { status: 'UNKNOWN', details: [{ message: /ExecuteQuery not supported for leveldb$/ }] },
    },
  ],
};
