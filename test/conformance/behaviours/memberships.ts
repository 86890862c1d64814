/** Who has private data when an upgrade of the chaincode's definition changes who is a member of the collection. */
import { type CallOptions, evaluate, inOrder, submit } from '../acts';
import { type Act, type Topic } from '../behaviour';
import { deploy } from '../lifecycle';

const POLICY = "OR('Org1MSP.peer')";
const ONE = "OR('Org1MSP.member')";
const BOTH = "OR('Org1MSP.member', 'Org2MSP.member')";
const CHAINCODE: CallOptions = { chaincode: '$c' };
const AT_TWO: CallOptions = { ...CHAINCODE, as: 'org2' };

/** The chaincode's definition, in which these are the collection's members. */
const members = (sequence: number, policy: string): Act =>
  deploy({ name: '$c', sequence, policy: POLICY, collections: [{ name: 'data', members: policy }] });

const put = (key: string, value: string): Act =>
  submit(['putPrivate', 'data', key, value], { ...CHAINCODE, endorsers: ['Org1MSP'] });
const get = (key: string, options = AT_TWO): Act => evaluate(['getPrivate', 'data', key], options);

export const memberships: Topic = {
  name: 'memberships',
  behaviours: [
    {
      name: 'who is a member no more keeps what it has got',
      given: [members(1, BOTH), put('$k', 'v'), members(2, ONE)],
      call: inOrder(get('$k'), evaluate(['rangePrivate', 'data', '$', '$z'], AT_TWO)),
      expect: { each: [{ result: 'v' }, { result: [['$k', 'v']] }] },
    },
    {
      name: 'who is a member no more gets nothing new',
      given: [members(1, BOTH), put('$k', 'v'), members(2, ONE), put('$new', 'n')],
      call: inOrder(get('$k'), get('$new'), get('$new', CHAINCODE)),
      expect: {
        each: [
          { result: 'v' },
          {
            status: 'UNKNOWN',
            message: /private data matching public hash version is not available.* Private data version = <nil>$/,
          },
          { result: 'n' },
        ],
      },
    },
    {
      name: 'who is a member no more is told that a value has changed',
      given: [members(1, BOTH), put('$k', 'v'), members(2, ONE), put('$k', 'n')],
      call: get('$k'),
      expect: {
        status: 'UNKNOWN',
        message: /private data matching public hash version is not available/,
      },
    },
    {
      name: 'who is a member no more is told that a value is gone',
      given: [
        members(1, BOTH),
        put('$k', 'v'),
        members(2, ONE),
        submit(['delPrivate', 'data', '$k'], { ...CHAINCODE, endorsers: ['Org1MSP'] }),
      ],
      call: get('$k'),
      expect: {
        status: 'UNKNOWN',
        message: /private data matching public hash version is not available. Public hash version = <nil>/,
      },
    },
    {
      name: 'who becomes a member gets what is written from then on',
      given: [members(1, ONE), put('$k', 'v'), members(2, BOTH), put('$new', 'n')],
      call: get('$new'),
      expect: { result: 'n' },
    },
    {
      name: 'who becomes a member again has what it got before',
      given: [members(1, BOTH), put('$k', 'v'), members(2, ONE), members(3, BOTH), put('$new', 'n')],
      call: inOrder(get('$k'), get('$new')),
      expect: { each: [{ result: 'v' }, { result: 'n' }] },
    },
  ],
};
