/** Composite keys. */
import { evaluate, submit } from '../acts';
import { type Topic } from '../behaviour';

export const composites: Topic = {
  name: 'composites',
  behaviours: [
    {
      name: 'are found by their parts',
      given: [submit(['putComposite', 'v', '$t', 'a', 'b'])],
      call: evaluate(['getComposite', '$t', 'a', 'b']),
      expect: { result: 'v' },
    },
    {
      name: 'are listed by their first parts, in order',
      given: [
        submit(['putComposite', '3', '$t', 'b', 'a']),
        submit(['putComposite', '2', '$t', 'a', 'z']),
        submit(['putComposite', '1', '$t', 'a', 'b']),
      ],
      call: evaluate(['composites', '$t', 'a']),
      expect: {
        result: [
          ['a', 'b', '1'],
          ['a', 'z', '2'],
        ],
      },
    },
    {
      name: 'that begin with the letters of a part are not listed under it',
      given: [submit(['putComposite', '1', '$t', 'ab', 'x']), submit(['putComposite', '2', '$t', 'a', 'x'])],
      call: evaluate(['composites', '$t', 'a']),
      expect: { result: [['a', 'x', '2']] },
    },
    {
      name: 'are not in ranges of simple keys',
      given: [submit(['putComposite', '1', '$t', 'a']), submit(['put', '$t', 'simple'])],
      call: evaluate(['rangeKeys', '$', '$z']),
      expect: { result: ['$t'] },
    },
    {
      name: 'in pages',
      given: [
        submit(['putComposite', '1', '$t', 'a']),
        submit(['putComposite', '2', '$t', 'b']),
        submit(['putComposite', '3', '$t', 'c']),
      ],
      call: evaluate(['compositePage', '2', '', '$t']),
      expect: {
        result: {
          keys: ['\u0000$t\u0000a\u0000', '\u0000$t\u0000b\u0000'],
          count: 2,
          bookmark: '\u0000$t\u0000c\u0000',
        },
      },
    },
  ],
};
