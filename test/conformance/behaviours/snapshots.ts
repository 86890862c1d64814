/** What peers do with requests for snapshots of their ledgers. */
import { inOrder } from '../acts';
import { type Topic } from '../behaviour';
import { cancelRequest, generated, pendingRequests, submitRequest } from '../snapshots';

const CHECK = 'channelless check policy with policy [Admins]';

export const snapshots: Topic = {
  name: 'snapshots',
  behaviours: [
    {
      name: 'one at a block that is still to come waits for it',
      given: [submitRequest(1_000_020), submitRequest(1_000_010)],
      call: inOrder(
        pendingRequests(1_000_000, 1_000_099),
        cancelRequest(1_000_010),
        pendingRequests(1_000_000, 1_000_099),
        cancelRequest(1_000_020),
      ),
      expect: {
        each: [{ result: [1_000_010, 1_000_020] }, { result: 'taken' }, { result: [1_000_020] }, { result: 'taken' }],
      },
    },
    {
      name: "is asked of one peer, and is not another's",
      given: [submitRequest(1_000_110, { as: 'org2/admin', at: 'org2' })],
      call: inOrder(
        pendingRequests(1_000_100, 1_000_199),
        cancelRequest(1_000_110),
        cancelRequest(1_000_110, { as: 'org2/admin', at: 'org2' }),
      ),
      expect: {
        each: [
          { result: [] },
          { status: 'UNKNOWN', message: 'no snapshot request exists for block number 1000110' },
          { result: 'taken' },
        ],
      },
    },
    {
      name: 'is not asked for twice',
      given: [submitRequest(1_000_210)],
      call: inOrder(submitRequest(1_000_210), cancelRequest(1_000_210)),
      expect: {
        each: [
          { status: 'UNKNOWN', message: 'duplicate snapshot request for block number 1000210' },
          { result: 'taken' },
        ],
      },
    },
    {
      name: 'is not made of a block that has gone by',
      call: submitRequest(1),
      expect: {
        status: 'UNKNOWN',
        message: /^requested snapshot for block number 1 cannot be less than the last committed block number \d+$/,
      },
    },
    {
      name: 'is made at once of the last block, once',
      alone: true,
      call: inOrder(
        generated({ channel: 'pairs', as: 'org4/admin', at: 'org4' }),
        submitRequest(0, { channel: 'pairs', as: 'org4/admin', at: 'org4' }),
      ),
      expect: {
        each: [{ result: 'made' }, { status: 'UNKNOWN', message: /^snapshot already generated for block number \d+$/ }],
      },
    },
    {
      name: 'a client may not ask for one',
      call: inOrder(
        submitRequest(0, { as: 'org1' }),
        cancelRequest(1_000_310, { as: 'org1' }),
        pendingRequests(0, 0, { as: 'org1' }),
      ),
      expect: {
        each: Array.from({ length: 3 }, () => ({
          status: 'UNKNOWN',
          message:
            `failed verifying that the signed data identity satisfies local MSP principal during ${CHECK}: ` +
            '[The identity is not an admin under this MSP [Org1MSP]: The identity does not contain OU [ADMIN], MSP: [Org1MSP]]',
        })),
      },
    },
    {
      name: "another organisation's administrator may not ask for one",
      call: submitRequest(0, { as: 'org2/admin', at: 'org1' }),
      expect: {
        status: 'UNKNOWN',
        message: `failed deserializing signed data identity during ${CHECK}: [expected MSP ID Org1MSP, received Org2MSP]`,
      },
    },
    {
      name: 'a signature of something else is none',
      call: submitRequest(0, { forged: true }),
      expect: { status: 'UNKNOWN', message: 'The signature is invalid' },
    },
    {
      name: 'who asks must be said',
      call: submitRequest(0, { nameless: true }),
      expect: { status: 'UNKNOWN', message: 'missing signature header' },
    },
    {
      name: 'a channel that is not there has none',
      call: submitRequest(0, { channel: 'absent' }),
      expect: { status: 'UNKNOWN', message: 'cannot find ledger for channel absent' },
    },
    {
      name: 'a channel must be said',
      call: submitRequest(0, { channel: '' }),
      expect: { status: 'UNKNOWN', message: 'missing channel ID' },
    },
    {
      name: 'bytes that are no request',
      call: submitRequest(0, { bytes: Buffer.from([0xff]) }),
      expect: { status: 'UNKNOWN', message: /^failed to unmarshal snapshot request: / },
    },
  ],
};
