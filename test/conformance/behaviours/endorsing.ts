/** Endorse: as many organisations as the policy needs run the chaincode and must agree. */
import { endorse, evaluate, inOrder } from '../acts';
import { type Topic } from '../behaviour';

export const endorsing: Topic = {
  name: 'endorsing',
  behaviours: [
    {
      name: 'gives the answer and changes nothing',
      call: inOrder(endorse(['put', '$k', 'x']), evaluate(['get', '$k'])),
      expect: { each: [{ result: 'written' }, { result: '' }] },
    },
    {
      name: 'a function that throws is ABORTED, with the details of who said so',
      call: endorse(['fail', 'not now']),
      expect: {
        status: 'ABORTED',
        stage: 'endorse',
        message: 'failed to endorse transaction, see attached details for more info',
        details: [{ mspId: 'Org1MSP', message: 'chaincode response 500, not now' }],
      },
    },
    {
      name: 'a response of status 400 is refused',
      call: endorse(['respond', '$k', '400', 'refused', '']),
      expect: { status: 'ABORTED', details: [{ message: 'chaincode response 400, refused' }] },
    },
    {
      name: 'results that differ between peers are refused',
      call: endorse(['putRandom', '$k']),
      expect: { status: 'ABORTED' },
    },
    {
      name: 'a chaincode that is not there',
      call: endorse(['put', 'k', 'v'], { chaincode: 'absent' }),
      expect: { status: 'FAILED_PRECONDITION' },
    },
    {
      name: 'a channel that is not there',
      call: endorse(['put', 'k', 'v'], { channel: 'absent' }),
      expect: { status: 'FAILED_PRECONDITION' },
    },
    {
      name: 'an organisation that has no peer cannot be asked to endorse',
      call: endorse(['put', '$k', 'v'], { endorsers: ['Org1MSP', 'NoMSP'] }),
      expect: { status: 'UNAVAILABLE', message: /NoMSP/ },
    },
  ],
};
