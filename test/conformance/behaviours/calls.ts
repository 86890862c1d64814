/** Chaincodes that call chaincodes, on their channel and on another. */
import { evaluate, inOneBlock, inOrder, listening, submit } from '../acts';
import { type Topic } from '../behaviour';

const VALID = { validation: 'VALID' } as const;
/** Enough for the caller. The Gateway does not know by itself that it counts where none of its own keys is touched. */
const TWO = { endorsers: ['Org1MSP', 'Org2MSP'] } as const;

export const calls: Topic = {
  name: 'calls',
  behaviours: [
    {
      name: 'a chaincode reads what another has',
      given: [submit(['put', '$k', 'theirs'], { chaincode: 'any' })],
      call: evaluate(['call', 'any', '', 'get', '$k']),
      expect: { result: { status: 200, message: '', payload: 'theirs' } },
    },
    {
      name: "what the called one writes is in its own keys, not the caller's",
      given: [submit(['call', 'any', '', 'put', '$k', 'x'], TWO)],
      call: inOrder(evaluate(['get', '$k'], { chaincode: 'any' }), evaluate(['get', '$k'])),
      expect: { each: [{ result: 'x' }, { result: '' }] },
    },
    {
      name: 'a version in the name means nothing',
      given: [submit(['put', '$k', 'theirs'], { chaincode: 'any' })],
      call: evaluate(['call', 'any:9.9', '', 'get', '$k']),
      expect: { result: { payload: 'theirs' } },
    },
    {
      name: 'the policies of all chaincodes whose keys are written count',
      call: inOrder(
        submit(['call', 'all', '', 'put', '$k', 'x'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
        evaluate(['get', '$k'], { chaincode: 'all' }),
        submit(['call', 'all', '', 'put', '$k', 'x']),
        evaluate(['get', '$k'], { chaincode: 'all' }),
      ),
      expect: {
        each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { result: '' }, VALID, { result: 'x' }],
      },
    },
    {
      name: 'the policy of one that is only read does not',
      call: submit(['call', 'all', '', 'get', '$k'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
      expect: VALID,
    },
    {
      name: "the policy of the caller counts, though only the called one's keys are written, which the Gateway overlooks",
      call: inOrder(
        submit(['call', 'any', '', 'put', '$k', 'x'], { endorsers: ['Org1MSP'] }),
        submit(['call', 'any', '', 'put', '$k', 'x']),
        submit(['call', 'any', '', 'put', '$k', 'x'], TWO),
      ),
      expect: {
        each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, { validation: 'ENDORSEMENT_POLICY_FAILURE' }, VALID],
      },
    },
    {
      name: 'the policy of a key that the called one writes counts',
      given: [submit(['putWithPolicy', '$k', 'x', 'Org3MSP'], { chaincode: 'any' })],
      call: inOrder(
        submit(['putAndCall', '$own', 'x', 'any', '', 'put', '$k', 'y'], TWO),
        submit(['putAndCall', '$own', 'x', 'any', '', 'put', '$k', 'y']),
      ),
      expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, VALID] },
    },
    {
      name: 'a second call does not see what the first wrote',
      call: evaluate(['callTwice', 'any', '$k']),
      expect: { result: '' },
    },
    {
      name: "what the called one read is checked like the caller's own",
      given: [submit(['put', '$k', '1'], { chaincode: 'any' })],
      call: inOneBlock([['put', '$k', '2'], { chaincode: 'any' }], [['call', 'any', '', 'add', '$k', '5'], TWO]),
      expect: { each: [VALID, { validation: 'MVCC_READ_CONFLICT' }] },
    },
    {
      name: 'the called one sees the same creator, and its own arguments',
      call: evaluate(['call', 'any', '', 'context', 'one', 'two'], { as: 'org2' }),
      expect: { result: { payload: /"mspId":"Org2MSP","function":"context","args":\["context","one","two"\]/ } },
    },
    {
      name: 'an error of the called one is an answer to the caller',
      call: evaluate(['call', 'any', '', 'fail', 'not now']),
      expect: { result: { status: 500, message: 'not now', payload: '' } },
    },
    {
      name: 'what the called one wrote before its error stands when the caller goes on',
      given: [submit(['call', 'any', '', 'respond', '$k', '500', 'too late'], TWO)],
      call: evaluate(['get', '$k'], { chaincode: 'any' }),
      expect: { result: 'written' },
    },
    {
      name: "of two events the caller's is the transaction's",
      call: listening(1, {}, submit(['emitAndCall', '$k', 'any'])),
      expect: { events: [{ chaincode: 'basic', name: 'outer', payload: '$k' }] },
    },
    {
      name: 'an event of the called one alone is lost',
      call: listening(1, {}, submit(['callThatEmits', '$k', 'any']), submit(['emit', '$k', 'own', '$own'])),
      expect: { events: [{ chaincode: 'basic', name: 'own', payload: '$own' }] },
    },
    {
      name: 'an event of the called one alone is not told as its own either',
      call: listening(
        1,
        { chaincode: 'any' },
        submit(['callThatEmits', '$k', 'any']),
        submit(['emit', '$k', 'own', '$own'], { chaincode: 'any' }),
      ),
      expect: { events: [{ chaincode: 'any', name: 'own', payload: '$own' }] },
    },
    {
      name: 'a chaincode cannot call itself',
      call: evaluate(['call', 'basic', '', 'get', '$k']),
      expect: {
        status: 'UNKNOWN',
        details: [
          {
            message:
              /^chaincode response 500, INVOKE_CHAINCODE failed: transaction ID: [0-9a-f]{64}: execute failed: error sending: txid: [0-9a-f]{64}\(alpha\) exists$/,
          },
        ],
      },
    },
    {
      name: 'nor around by another',
      call: evaluate(['call', 'any', '', 'call', 'basic', '', 'get', '$k']),
      expect: {
        result: { status: 500, message: /execute failed: error sending: txid: [0-9a-f]{64}\(alpha\) exists$/ },
      },
    },
    {
      name: 'a chaincode that is not there',
      call: evaluate(['call', 'absent', '', 'get', '$k']),
      expect: {
        status: 'UNKNOWN',
        details: [
          {
            message:
              /^chaincode response 500, INVOKE_CHAINCODE failed: transaction ID: [0-9a-f]{64}: execute failed: invalid invocation: \[channel alpha\] failed to get chaincode container info for absent: /,
          },
        ],
      },
    },
    {
      name: 'a chaincode of another channel is read',
      given: [submit(['put', '$k', 'of beta'], { channel: 'beta', chaincode: 'only' })],
      call: evaluate(['call', 'only', 'beta', 'get', '$k']),
      expect: { result: { status: 200, payload: 'of beta' } },
    },
    {
      name: 'the same chaincode on another channel may be called',
      given: [submit(['put', '$k', 'of beta'], { channel: 'beta' })],
      call: evaluate(['call', 'basic', 'beta', 'get', '$k']),
      expect: { result: { payload: 'of beta' } },
    },
    {
      name: 'what is written on another channel is thrown away',
      given: [submit(['call', 'only', 'beta', 'put', '$k', 'x'])],
      call: inOrder(
        evaluate(['get', '$k'], { channel: 'beta', chaincode: 'only' }),
        evaluate(['call', 'only', 'beta', 'get', '$k']),
      ),
      expect: { each: [{ result: '' }, { result: { payload: '' } }] },
    },
    {
      name: 'what is read on another channel is not checked when the transaction is committed',
      given: [submit(['put', '$k', '1'], { channel: 'beta' })],
      call: inOrder(
        submit(['putAndCall', '$a', 'x', 'basic', 'beta', 'get', '$k'], { endorsers: ['Org1MSP', 'Org2MSP'] }),
      ),
      expect: { each: [VALID] },
    },
    {
      name: 'a channel that the peer is not in cannot be called',
      call: evaluate(['call', 'basic', 'beta', 'get', '$k'], { as: 'org3' }),
      expect: {
        status: 'UNKNOWN',
        details: [
          {
            mspId: 'Org3MSP',
            message:
              /^chaincode response 500, INVOKE_CHAINCODE failed: transaction ID: [0-9a-f]{64}: Failed to get policy manager for channel \[beta\]$/,
          },
        ],
      },
    },
    {
      name: 'the system chaincode of the ledger answers clients only',
      call: evaluate(['call', 'qscc', '', 'GetChainInfo', 'alpha']),
      expect: {
        result: {
          status: 500,
          message:
            "Rejecting invoke of QSCC from another chaincode because of potential for deadlocks, original invocation for 'basic'",
        },
      },
    },
    {
      name: 'and so does the one of the configuration',
      call: evaluate(['call', 'cscc', '', 'GetConfigBlock', 'alpha']),
      expect: {
        result: {
          status: 500,
          message: "Rejecting invoke of CSCC from another chaincode, original invocation for 'basic'",
        },
      },
    },
  ],
};
