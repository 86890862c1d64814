/** To whose peers private values and transient data are given. */
import { endorse, evaluate, submit } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { ONE } from './vault';

export const dissemination: readonly Behaviour[] = [
  {
    name: 'a member gets what another member endorsed alone',
    given: [submit(['putPrivate', 'pair', '$k', 'v'], ONE)],
    call: evaluate(['getPrivate', 'pair', '$k'], { chaincode: 'vault', as: 'org2' }),
    expect: { result: 'v' },
  },
  {
    name: 'transient data are given to members only, though the policy needs others',
    call: endorse(['putPrivate', 'pair', '$k'], { chaincode: 'all', transient: { value: 'v' } }),
    expect: {
      status: 'FAILED_PRECONDITION',
      message:
        'requires endorsement from organisation(s) that are not in the distribution policy of the private data collection(s): [pair]; retry specifying trusted endorsing organizations to protect transient data',
    },
  },
  {
    name: 'transient data are given to others that the client names',
    call: submit(['putPrivate', 'pair', '$k'], {
      chaincode: 'all',
      transient: { value: 'v' },
      endorsers: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
    }),
    expect: { validation: 'VALID' },
  },
  {
    name: 'without transient data others may endorse private writes',
    call: submit(['putPrivate', 'pair', '$k', 'v'], { chaincode: 'all' }),
    expect: { validation: 'VALID' },
  },
];
