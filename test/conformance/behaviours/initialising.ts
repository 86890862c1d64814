/** A chaincode whose definition asks for its Init. */
import { evaluate, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';
import { initialise } from '../raw';

const refused = (what: string): object => ({
  status: 'ABORTED',
  details: [
    {
      message: new RegExp(
        `^error in simulation: failed to execute transaction [0-9a-f]{64}: invalid invocation: ${what}$`,
      ),
    },
  ],
});

export const initialising: Topic = {
  name: 'initialising',
  behaviours: [
    {
      name: 'a chaincode that needs no Init refuses it',
      call: initialise(['put', '$k', 'x']),
      expect: refused("chaincode 'basic' does not require initialization but called as init"),
    },
    {
      name: 'nothing runs before Init, Init runs as the function that the client names, and no second time',
      alone: true,
      call: inOrder(
        submit(['put', '$k', 'x'], { chaincode: 'init' }),
        evaluate(['get', '$k'], { chaincode: 'init' }),
        initialise(['put', '$k', 'of Init'], { chaincode: 'init' }),
        evaluate(['get', '$k'], { chaincode: 'init' }),
        initialise(['put', '$k', 'again'], { chaincode: 'init' }),
        submit(['put', '$k', 'after'], { chaincode: 'init' }),
      ),
      expect: {
        each: [
          refused("chaincode 'init' has not been initialized for this version, must call as init first"),
          { status: 'ABORTED', stage: 'evaluate' },
          { validation: 'VALID', result: 'written' },
          { result: 'of Init' },
          refused("chaincode 'init' is already initialized but called as init"),
          { validation: 'VALID' },
        ],
      },
    },
  ],
};
