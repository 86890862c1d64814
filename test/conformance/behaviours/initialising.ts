/** A chaincode whose definition asks for its Init. */
import { evaluate, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';
import { deploy } from '../lifecycle';
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
      name: 'Init has no private data',
      given: [deploy({ name: '$c', initRequired: true, collections: [{ name: 'mine' }] })],
      call: inOrder(
        initialise(['putPrivate', 'mine', '$k', 'v'], { chaincode: '$c' }),
        initialise(['getPrivate', 'mine', '$k'], { chaincode: '$c' }),
        initialise(['getPrivateHash', 'mine', '$k'], { chaincode: '$c' }),
        initialise(['delPrivate', 'mine', '$k'], { chaincode: '$c' }),
        initialise(['purgePrivate', 'mine', '$k'], { chaincode: '$c' }),
        initialise(['rangePrivate', 'mine', '$a', '$z'], { chaincode: '$c' }),
        initialise(['privateRich', 'mine', '{}'], { chaincode: '$c' }),
        initialise(['setPrivatePolicy', 'mine', '$k', 'Org1MSP'], { chaincode: '$c' }),
        initialise(['privatePolicy', 'mine', '$k'], { chaincode: '$c' }),
        initialise(['put', '$k', 'public'], { chaincode: '$c' }),
      ),
      expect: {
        each: [
          ...Array.from({ length: 9 }, () => ({
            status: 'ABORTED',
            details: [{ message: /private data APIs are not allowed in chaincode Init\(\)$/ }],
          })),
          { validation: 'VALID' },
        ],
      },
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
