/** Odd keys, odd values, large ones and too large ones. */
import { evaluate, inOrder, submit } from '../acts';
import { type Act, type Topic } from '../behaviour';

/** Shows how long an answer is instead of the answer. */
function lengthOf(act: Act): Act {
  return async (world) => {
    const seen = await act(world);
    return seen.result === undefined ? seen : { ...seen, result: String(seen.result.length) };
  };
}

const LONG = 'k'.repeat(10_000);

export const limits: Topic = {
  name: 'limits',
  behaviours: [
    {
      name: 'an empty key holds a value like any other',
      // Shared by all who use it; nobody else does on this chaincode.
      call: inOrder(
        submit(['put', '', '$'], { chaincode: 'most' }),
        evaluate(['get', ''], { chaincode: 'most' }),
        submit(['del', ''], { chaincode: 'most' }),
        evaluate(['get', ''], { chaincode: 'most' }),
      ),
      expect: { each: [{ validation: 'VALID' }, { result: '$' }, { validation: 'VALID' }, { result: '' }] },
    },
    {
      name: 'an empty value is a deletion',
      given: [submit(['put', '$k', 'x'])],
      call: inOrder(submit(['put', '$k', '']), evaluate(['rangeKeys', '$', '$z']), evaluate(['history', '$k'])),
      expect: {
        each: [
          { validation: 'VALID' },
          { result: [] },
          {
            result: [
              { value: '', isDelete: true },
              { value: 'x', isDelete: false },
            ],
          },
        ],
      },
    },
    {
      name: 'a key with U+0000 in it is not the key before it',
      given: [submit(['put', '$k', 'short', '$k\u0000', 'longer', '$k\u0000x', 'longest'])],
      call: inOrder(
        evaluate(['get', '$k']),
        evaluate(['get', '$k\u0000']),
        evaluate(['range', '$k', '$l']),
        evaluate(['history', '$k']),
      ),
      expect: {
        each: [
          { result: 'short' },
          { result: 'longer' },
          {
            result: [
              ['$k', 'short'],
              ['$k\u0000', 'longer'],
              ['$k\u0000x', 'longest'],
            ],
          },
          { result: [{ value: 'short' }] },
        ],
      },
    },
    {
      name: 'a key of 10,000 characters',
      given: [submit(['put', `$${LONG}`, 'x'])],
      call: evaluate(['get', `$${LONG}`]),
      expect: { result: 'x' },
    },
    {
      name: 'a key and a value beyond the Basic Multilingual Plane',
      given: [submit(['put', '$\u{1f600}\u{10ffff}', '\u{1f4a9}\u0000é'])],
      call: evaluate(['get', '$\u{1f600}\u{10ffff}']),
      expect: { result: '\u{1f4a9}\u0000é' },
    },
    {
      name: 'a value that is no text',
      given: [submit(['put', '$k', Buffer.from([0xff, 0xfe, 0x00, 0x80])])],
      call: lengthOf(evaluate(['get', '$k'])),
      // The chaincode takes its arguments as text: each byte that is none becomes U+FFFD.
      expect: { result: '4' },
    },
    {
      name: 'an answer of three megabytes is endorsed and committed',
      call: lengthOf(submit(['answerLarge', '3145728'])),
      expect: { validation: 'VALID', result: '3145728' },
    },
    {
      name: 'a transaction larger than a block may be is not ordered',
      call: submit(['putLarge', '$k', '10500000']),
      expect: {
        status: 'ABORTED',
        stage: 'submit',
        message:
          /^received unsuccessful response from orderer: status=BAD_REQUEST, info=message payload is 105\d+ bytes and exceeds maximum allowed 10485760 bytes$/,
      },
    },
    {
      name: 'a call without a function',
      call: evaluate(['']),
      expect: { status: 'UNKNOWN', details: [{ message: 'chaincode response 500, no function ' }] },
    },
    {
      name: 'a thousand arguments',
      given: [submit(['put', ...Array.from({ length: 500 }, (_, index) => [`$${index}`, String(index)]).flat()])],
      call: inOrder(evaluate(['get', '$0']), evaluate(['get', '$499'])),
      expect: { each: [{ result: '0' }, { result: '499' }] },
    },
    {
      name: 'a hundred writes of one key in one transaction are one',
      given: [submit(['put', ...Array.from({ length: 100 }, (_, index) => ['$k', String(index)]).flat()])],
      call: inOrder(evaluate(['get', '$k']), evaluate(['history', '$k'])),
      expect: { each: [{ result: '99' }, { result: [{ value: '99' }] }] },
    },
  ],
};
