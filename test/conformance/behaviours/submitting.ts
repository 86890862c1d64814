/** Submit: what becomes of a transaction. */
import { evaluate, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';

export const submitting: Topic = {
  name: 'submitting',
  behaviours: [
    {
      name: 'a transaction of two organisations is valid',
      call: inOrder(submit(['put', '$k', 'v']), evaluate(['get', '$k'])),
      expect: { each: [{ validation: 'VALID', result: 'written' }, { result: 'v' }] },
    },
    {
      name: 'a transaction of one organisation fails a policy of two and changes nothing',
      call: inOrder(submit(['put', '$k', 'v'], { endorsers: ['Org1MSP'] }), evaluate(['get', '$k'])),
      expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { result: '' }] },
    },
    {
      name: 'a policy of all is failed by two',
      call: submit(['put', '$k', 'v'], { chaincode: 'all', endorsers: ['Org1MSP', 'Org3MSP'] }),
      expect: { validation: 'ENDORSEMENT_POLICY_FAILURE' },
    },
    {
      name: 'the Gateway finds all whom a policy of all needs',
      call: submit(['put', '$k', 'v'], { chaincode: 'all', as: 'org3' }),
      expect: { validation: 'VALID' },
    },
    {
      name: 'a policy of any is met by one',
      call: submit(['put', '$k', 'v'], { chaincode: 'any', endorsers: ['Org2MSP'] }),
      expect: { validation: 'VALID' },
    },
    {
      name: 'the organisations that the client names endorse, though its own is not among them',
      call: submit(['put', '$k', 'v'], { endorsers: ['Org2MSP', 'Org3MSP'] }),
      expect: { validation: 'VALID' },
    },
    {
      name: 'a transaction that writes nothing is valid',
      call: submit(['get', '$k']),
      expect: { validation: 'VALID', result: '' },
    },
    {
      name: 'a transaction does not see its own write',
      given: [submit(['put', '$k', 'before'])],
      call: inOrder(submit(['putThenGet', '$k', 'after']), evaluate(['get', '$k'])),
      expect: { each: [{ result: 'before' }, { result: 'after' }] },
    },
    {
      name: 'a transaction does not see its own delete',
      given: [submit(['put', '$k', 'before'])],
      call: inOrder(submit(['deleteThenGet', '$k']), evaluate(['get', '$k'])),
      expect: { each: [{ result: 'before' }, { result: '' }] },
    },
    {
      name: 'of two writes of a key in one transaction the last counts',
      call: inOrder(submit(['put', '$k', 'first', '$k', 'last']), evaluate(['get', '$k'])),
      expect: { each: [{ validation: 'VALID' }, { result: 'last' }] },
    },
    {
      name: 'a deleted key reads as empty and can be written again',
      given: [submit(['put', '$k', 'first']), submit(['del', '$k'])],
      call: inOrder(evaluate(['get', '$k']), submit(['put', '$k', 'second']), evaluate(['get', '$k'])),
      expect: { each: [{ result: '' }, { validation: 'VALID' }, { result: 'second' }] },
    },
    { name: 'a key that was never there can be deleted', call: submit(['del', '$k']), expect: { validation: 'VALID' } },
    {
      name: 'a key of one chaincode is not one of another',
      given: [submit(['put', '$k', 'v'])],
      call: evaluate(['get', '$k'], { chaincode: 'any' }),
      expect: { result: '' },
    },
    {
      name: 'a key of one channel is not one of another',
      given: [submit(['put', '$k', 'v'])],
      call: evaluate(['get', '$k'], { channel: 'beta' }),
      expect: { result: '' },
    },
    {
      name: 'a value of a megabyte',
      call: inOrder(submit(['putLarge', '$k', '1048576']), async (world) => {
        const { status, result } = await evaluate(['get', '$k'])(world);
        return { status, result: String(result?.length) };
      }),
      expect: { each: [{ validation: 'VALID' }, { result: '1048576' }] },
    },
  ],
};
