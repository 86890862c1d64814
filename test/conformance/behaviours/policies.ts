/** Endorsement policies: a chaincode's, and those that keys have of their own. */
import { evaluate, inOneBlock, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';

/** The key is there and belongs to these organisations from now on. */
const owned = (...mspIds: readonly string[]): ReturnType<typeof submit> =>
  submit(['putWithPolicy', '$k', 'first', ...mspIds]);
const FAILED = { validation: 'ENDORSEMENT_POLICY_FAILURE' } as const;
const VALID = { validation: 'VALID' } as const;
const UNDERIVABLE = 'no combination of peers can be derived which satisfy the endorsement policy: ';

export const policies: Topic = {
  name: 'policies',
  behaviours: [
    {
      name: 'one organisation is not two',
      call: inOrder(submit(['put', '$k', 'x'], { endorsers: ['Org1MSP'] }), evaluate(['get', '$k'])),
      expect: { each: [FAILED, { result: '' }] },
    },
    {
      name: 'who writes nothing needs the chaincode policy all the same',
      call: submit(['get', '$k'], { endorsers: ['Org1MSP'] }),
      expect: FAILED,
    },
    {
      name: "the channel's policy that a chaincode refers to counts",
      call: inOrder(
        submit(['put', '$k', 'x'], { chaincode: 'most', endorsers: ['Org1MSP'] }),
        submit(['put', '$k', 'x'], { chaincode: 'most', endorsers: ['Org2MSP', 'Org3MSP'] }),
        submit(['put', '$k', 'x'], { chaincode: 'most' }),
      ),
      expect: { each: [FAILED, VALID, VALID] },
    },
    {
      name: 'the first policy of a key is set under the chaincode policy',
      given: [submit(['put', '$k', 'x'])],
      call: inOrder(
        submit(['setPolicy', '$k', 'Org1MSP'], { endorsers: ['Org1MSP'] }),
        submit(['setPolicy', '$k', 'Org1MSP'], { endorsers: ['Org2MSP', 'Org3MSP'] }),
        evaluate(['policyOf', '$k']),
      ),
      expect: { each: [FAILED, VALID, { result: ['Org1MSP'] }] },
    },
    {
      name: 'a key with a policy needs that one, not the chaincode policy',
      given: [owned('Org1MSP', 'Org3MSP')],
      call: inOrder(
        submit(['put', '$k', 'x'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
        submit(['put', '$k', 'y'], { endorsers: ['Org1MSP', 'Org3MSP'] }),
        evaluate(['get', '$k']),
      ),
      expect: { each: [FAILED, VALID, { result: 'y' }] },
    },
    {
      name: 'a policy of one organisation lets that one change the key alone',
      given: [owned('Org3MSP')],
      call: submit(['put', '$k', 'x'], { endorsers: ['Org3MSP'] }),
      expect: VALID,
    },
    {
      name: 'the Gateway asks those that the key needs',
      given: [owned('Org2MSP', 'Org3MSP')],
      call: submit(['put', '$k', 'x']),
      expect: VALID,
    },
    {
      name: 'a key with a policy beside one without needs both policies',
      given: [owned('Org3MSP')],
      call: inOrder(
        submit(['put', '$k', 'x', '$other', 'x'], { endorsers: ['Org3MSP'] }),
        submit(['put', '$k', 'x', '$other', 'x'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
        submit(['put', '$k', 'x', '$other', 'x'], { endorsers: ['Org1MSP', 'Org3MSP'] }),
        submit(['put', '$k', 'x', '$other', 'x']),
      ),
      expect: { each: [FAILED, FAILED, VALID, VALID] },
    },
    {
      name: 'a policy is changed under itself',
      given: [owned('Org3MSP')],
      call: inOrder(
        submit(['setPolicy', '$k', 'Org1MSP'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
        submit(['setPolicy', '$k', 'Org1MSP'], { endorsers: ['Org3MSP'] }),
        submit(['put', '$k', 'x'], { endorsers: ['Org3MSP'] }),
        submit(['put', '$k', 'x'], { endorsers: ['Org1MSP'] }),
      ),
      expect: { each: [FAILED, VALID, FAILED, VALID] },
    },
    {
      name: 'a key is deleted under its policy',
      given: [owned('Org3MSP')],
      call: inOrder(
        submit(['del', '$k'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
        submit(['del', '$k'], { endorsers: ['Org3MSP'] }),
        evaluate(['get', '$k']),
      ),
      expect: { each: [FAILED, VALID, { result: '' }] },
    },
    {
      name: 'a key that was deleted and made again has no policy',
      given: [owned('Org3MSP'), submit(['del', '$k'])],
      call: inOrder(submit(['put', '$k', 'x'], { endorsers: ['Org1MSP', 'Org2MSP'] }), evaluate(['policyOf', '$k'])),
      expect: { each: [VALID, { result: [] }] },
    },
    {
      name: 'a new value leaves the policy',
      given: [owned('Org1MSP', 'Org3MSP'), submit(['put', '$k', 'second'])],
      call: evaluate(['policyOf', '$k']),
      expect: { result: ['Org1MSP', 'Org3MSP'] },
    },
    {
      name: 'a policy without a key has no effect',
      call: inOrder(
        submit(['setPolicy', '$k', 'Org3MSP']),
        evaluate(['policyOf', '$k']),
        submit(['put', '$k', 'x'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
      ),
      expect: { each: [VALID, { result: [] }, VALID] },
    },
    {
      name: "a policy leaves the key's value and its history as they are",
      given: [submit(['put', '$k', 'x']), submit(['setPolicy', '$k', 'Org1MSP'])],
      call: inOrder(evaluate(['get', '$k']), evaluate(['history', '$k'])),
      expect: { each: [{ result: 'x' }, { result: [{ value: 'x' }] }] },
    },
    {
      name: 'a policy of no organisation lets anyone change the key',
      given: [owned()],
      call: submit(['put', '$k', 'x'], { endorsers: ['Org2MSP'] }),
      expect: VALID,
    },
    {
      name: 'a policy of no organisation leaves the Gateway without a choice',
      given: [owned()],
      call: submit(['put', '$k', 'x']),
      expect: {
        status: 'FAILED_PRECONDITION',
        stage: 'endorse',
        message: `${UNDERIVABLE}state based endorsement policy cannot be satisfied`,
      },
    },
    {
      name: 'a policy of no bytes is none, for validation',
      given: [owned('Org3MSP'), submit(['emptyPolicy', '$k'])],
      call: inOrder(
        submit(['put', '$k', 'x'], { endorsers: ['Org3MSP'] }),
        submit(['put', '$k', 'x'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
      ),
      expect: { each: [FAILED, VALID] },
    },
    {
      name: 'a policy of no bytes leaves the Gateway without a choice',
      given: [owned('Org3MSP'), submit(['emptyPolicy', '$k'])],
      call: submit(['put', '$k', 'x']),
      expect: {
        status: 'FAILED_PRECONDITION',
        message: `${UNDERIVABLE}state based endorsement policy cannot be satisfied`,
      },
    },
    {
      name: 'a policy that is none is taken, and leaves the Gateway without a choice',
      given: [submit(['putWithPolicyBytes', '$k', 'x'], { transient: { policy: Buffer.of(0xff) } })],
      call: submit(['put', '$k', 'x']),
      expect: {
        status: 'ABORTED',
        details: [
          {
            // Go's protobuf library sets another kind of space in other builds, lest anyone rely on its words.
            message: /^error in simulation: error unmarshalling SignaturePolicyEnvelope: proto:\scannot parse/u,
          },
        ],
      },
    },
    {
      name: 'a policy of an organisation that is not there lets nobody change the key',
      given: [owned('NoMSP')],
      call: inOrder(
        submit(['put', '$k', 'x']),
        submit(['put', '$k', 'x'], { endorsers: ['Org1MSP', 'Org2MSP', 'Org3MSP'] }),
      ),
      expect: {
        each: [
          {
            status: 'FAILED_PRECONDITION',
            message: `${UNDERIVABLE}no peer combination can satisfy the endorsement policy`,
          },
          FAILED,
        ],
      },
    },
    {
      name: 'who reads a key does not need its policy',
      given: [owned('Org3MSP')],
      call: submit(['copy', '$k', '$to'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
      expect: VALID,
    },
    {
      name: 'a key may ask for less than its chaincode',
      given: [submit(['putWithPolicy', '$k', 'x', 'Org2MSP'], { chaincode: 'all' })],
      call: submit(['put', '$k', 'y'], { chaincode: 'all', endorsers: ['Org2MSP'] }),
      expect: VALID,
    },
    {
      name: 'who changes a key after its policy was changed in the same block is refused',
      given: [submit(['put', '$k', 'x'])],
      call: inOneBlock(
        [['setPolicy', '$k', 'Org1MSP', 'Org2MSP']],
        [['put', '$k', 'y'], { endorsers: ['Org1MSP', 'Org2MSP'] }],
      ),
      expect: { each: [VALID, FAILED] },
    },
    {
      name: 'of two policies for one key in one block the first counts',
      given: [submit(['put', '$k', 'x'])],
      call: inOrder(
        inOneBlock([['setPolicy', '$k', 'Org1MSP']], [['setPolicy', '$k', 'Org2MSP']]),
        evaluate(['policyOf', '$k']),
      ),
      expect: { each: [{ each: [VALID, FAILED] }, { result: ['Org1MSP'] }] },
    },
    {
      name: 'a change of policy that its endorsers may not make is no reason against the next',
      given: [submit(['put', '$k', 'x'])],
      call: inOneBlock([['setPolicy', '$k', 'Org1MSP'], { endorsers: ['Org1MSP'] }], [['put', '$k', 'y']]),
      expect: { each: [FAILED, VALID] },
    },
    {
      name: 'a value before a policy in one block stands with it',
      given: [submit(['put', '$k', 'x'])],
      call: inOrder(
        inOneBlock([['put', '$k', 'y']], [['setPolicy', '$k', 'Org2MSP']]),
        evaluate(['get', '$k']),
        evaluate(['policyOf', '$k']),
      ),
      expect: { each: [{ each: [VALID, VALID] }, { result: 'y' }, { result: ['Org2MSP'] }] },
    },
    {
      name: 'a new policy is a new version of the key',
      given: [submit(['put', '$k', 'x'])],
      call: inOneBlock([['setPolicy', '$k', 'Org1MSP']], [['copy', '$k', '$to']]),
      expect: { each: [VALID, { validation: 'MVCC_READ_CONFLICT' }] },
    },
  ],
};
