/** Evaluate: one peer runs the chaincode, nothing changes. */
import { evaluate, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';

export const evaluating: Topic = {
  name: 'evaluating',
  behaviours: [
    { name: 'a missing key reads as empty', call: evaluate(['get', '$none']), expect: { result: '' } },
    {
      name: 'what one organisation wrote another reads',
      given: [submit(['put', '$k', 'hello'])],
      call: evaluate(['get', '$k'], { as: 'org2' }),
      expect: { result: 'hello' },
    },
    {
      name: 'what is written while evaluating is gone',
      call: inOrder(evaluate(['put', '$k', 'x']), evaluate(['get', '$k'])),
      expect: { each: [{ result: 'written' }, { result: '' }] },
    },
    {
      name: 'the chaincode sees the caller, the channel, the arguments and the transient data',
      call: evaluate(['context', 'one', 'two'], { as: 'org3', transient: { secret: 'hidden' } }),
      expect: {
        result: {
          channel: 'alpha',
          mspId: 'Org3MSP',
          function: 'context',
          args: ['context', 'one', 'two'],
          transient: [['secret', 'hidden']],
          txIdLength: 64,
          bindingLength: 64,
        },
      },
    },
    {
      name: "a function that throws is UNKNOWN, with the peer's word in the details",
      call: evaluate(['fail', 'no such thing']),
      expect: {
        status: 'UNKNOWN',
        stage: 'evaluate',
        message: 'evaluate call to endorser returned error: chaincode response 500, no such thing',
        details: [{ mspId: 'Org1MSP', message: 'chaincode response 500, no such thing' }],
      },
    },
    {
      name: 'a response of status 399 is an answer',
      call: evaluate(['respond', '$k', '399', 'message', 'payload']),
      expect: { result: 'payload' },
    },
    {
      name: 'a response of status 400 is an error',
      call: evaluate(['respond', '$k', '400', 'message', 'payload']),
      expect: { status: 'UNKNOWN', details: [{ mspId: 'Org1MSP', message: 'chaincode response 400, message' }] },
    },
    {
      name: 'a function that is not there',
      call: evaluate(['nothingSuch']),
      expect: { status: 'UNKNOWN', details: [{ message: 'chaincode response 500, no function nothingSuch' }] },
    },
    {
      name: 'a chaincode that is not there',
      call: evaluate(['get', 'k'], { chaincode: 'absent' }),
      expect: { status: 'FAILED_PRECONDITION', stage: 'evaluate' },
    },
    {
      name: 'a channel that is not there',
      call: evaluate(['get', 'k'], { channel: 'absent' }),
      expect: { status: 'UNAVAILABLE', stage: 'evaluate', message: /could not get last config for channel absent$/ },
    },
    {
      name: "a channel that the caller's organisation is not in",
      call: evaluate(['get', 'k'], { channel: 'beta', as: 'org3' }),
      expect: { status: 'UNAVAILABLE', stage: 'evaluate' },
    },
    {
      name: 'an empty key reads as empty',
      call: evaluate(['get', '']),
      expect: { result: '' },
    },
    {
      name: 'an answer of a megabyte is given whole',
      call: async (world) => {
        const seen = await evaluate(['answerLarge', '1048576'])(world);
        return { status: seen.status, result: String(seen.result?.length) };
      },
      expect: { result: '1048576' },
    },
  ],
};
