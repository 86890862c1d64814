/** History of a key. */
import { evaluate, inOneBlock, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';

export const histories: Topic = {
  name: 'histories',
  behaviours: [
    { name: 'of a key that never was is empty', call: evaluate(['history', '$k']), expect: { result: [] } },
    {
      name: 'is newest first and remembers deletion',
      given: [submit(['put', '$k', 'first']), submit(['put', '$k', 'second']), submit(['del', '$k'])],
      call: evaluate(['history', '$k']),
      expect: {
        result: [
          { value: '', isDelete: true },
          { value: 'second', isDelete: false },
          { value: 'first', isDelete: false },
        ],
      },
    },
    {
      name: 'is not that of a longer key',
      given: [submit(['put', '$k', '1']), submit(['put', '$k\u00000', '2'])],
      call: evaluate(['history', '$k']),
      expect: { result: [{ value: '1' }] },
    },
    {
      name: 'holds valid transactions only',
      given: [submit(['put', '$k', '1'])],
      call: inOrder(submit(['put', '$k', '2'], { endorsers: ['Org2MSP'] }), evaluate(['history', '$k'])),
      expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { result: [{ value: '1' }] }] },
    },
    {
      name: 'holds both of two writes in one block',
      call: inOrder(inOneBlock([['put', '$k', '1']], [['put', '$k', '2']]), evaluate(['history', '$k'])),
      expect: {
        each: [{ each: [{}, {}] }, { result: [{ value: '2' }, { value: '1' }] }],
      },
    },
  ],
};
