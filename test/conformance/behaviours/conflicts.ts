/** Transactions that meet in one block. */
import { evaluate, inOneBlock, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';

export const conflicts: Topic = {
  name: 'conflicts',
  behaviours: [
    {
      name: 'of two that read and write one key the first is valid',
      given: [submit(['put', '$k', '100'])],
      call: inOrder(inOneBlock([['add', '$k', '10']], [['add', '$k', '5'], { as: 'org2' }]), evaluate(['get', '$k'])),
      expect: {
        each: [{ each: [{ validation: 'VALID' }, { validation: 'MVCC_READ_CONFLICT' }] }, { result: '110' }],
      },
    },
    {
      name: 'of two that only write one key both are valid, and the last one stands',
      call: inOrder(inOneBlock([['put', '$k', 'first']], [['put', '$k', 'last']]), evaluate(['get', '$k'])),
      expect: { each: [{ each: [{ validation: 'VALID' }, { validation: 'VALID' }] }, { result: 'last' }] },
    },
    {
      name: 'a key that was read as missing was made meanwhile',
      call: inOneBlock([['put', '$k', 'v']], [['copy', '$k', '$to']]),
      expect: { each: [{ validation: 'VALID' }, { validation: 'MVCC_READ_CONFLICT' }] },
    },
    {
      name: 'a key that was read was deleted meanwhile',
      given: [submit(['put', '$k', 'v'])],
      call: inOneBlock([['del', '$k']], [['copy', '$k', '$to']]),
      expect: { each: [{ validation: 'VALID' }, { validation: 'MVCC_READ_CONFLICT' }] },
    },
    {
      name: 'who reads before the writer in the block is valid',
      given: [submit(['put', '$k', 'v'])],
      call: inOneBlock([['copy', '$k', '$to']], [['put', '$k', 'w']]),
      expect: { each: [{ validation: 'VALID' }, { validation: 'VALID' }] },
    },
    {
      name: 'an invalid transaction is no reason against the next',
      given: [submit(['put', '$k', '1'])],
      call: inOneBlock([['put', '$k', '2'], { endorsers: ['Org1MSP'] }], [['add', '$k', '10']]),
      expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { validation: 'VALID' }] },
    },
    ...(['put', 'change', 'delete'] as const).map((what) => ({
      name: `a phantom: ${what} of a key in a range that was read`,
      given: [submit(['fill', '$r', '4'])],
      call: inOneBlock(
        [what === 'delete' ? ['del', '$r00002'] : ['put', what === 'put' ? '$r00007' : '$r00001', 'x']],
        [['count', '$r', '$s', '$count']],
      ),
      expect: { each: [{ validation: 'VALID' }, { validation: 'PHANTOM_READ_CONFLICT' }] },
    })),
    {
      name: 'a phantom in a range so long that its reads are hashed',
      given: [submit(['fill', '$r', '120'])],
      call: inOneBlock([['put', '$r00100', 'x']], [['count', '$r', '$s', '$count']]),
      expect: { each: [{ validation: 'VALID' }, { validation: 'PHANTOM_READ_CONFLICT' }] },
    },
    {
      name: 'a change beside a range that was read is no phantom',
      given: [submit(['fill', '$r', '4'])],
      call: inOneBlock([['put', '$s', 'x']], [['count', '$r', '$s', '$count']]),
      expect: { each: [{ validation: 'VALID' }, { validation: 'VALID' }] },
    },
    {
      name: 'a phantom in a range of which one result was taken: the peer had read on',
      given: [submit(['fill', '$r', '4'])],
      call: inOneBlock([['put', '$r00003', 'x']], [['first', '$r', '$s', '$to']]),
      expect: { each: [{ validation: 'VALID' }, { validation: 'PHANTOM_READ_CONFLICT' }] },
    },
  ],
};
