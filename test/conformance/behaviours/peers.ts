/** Organisations with several peers: whom a gateway asks, what it tells of, and what goes on while one is stopped. */
import { endorse, evaluate, inOrder, submit } from '../acts';
import { type Topic } from '../behaviour';
import { answering, endorsers, heard, statusOf, toldPeers, withoutSecondPeer } from '../peers';

const FIRST = { channel: 'pairs', as: 'org4' } as const;
const SECOND = { ...FIRST, peer: 1 };
const OTHER = { channel: 'pairs', as: 'org2' } as const;

export const peers: Topic = {
  name: 'peers',
  behaviours: [
    {
      name: 'endorse each for who comes to it, one of an organisation',
      call: inOrder(endorsers(['put', '$a', 'x'], FIRST), endorsers(['put', '$b', 'x'], SECOND)),
      expect: { each: [{ result: ['peer0.org2', 'peer0.org4'] }, { result: ['peer0.org2', 'peer1.org4'] }] },
    },
    {
      name: 'have what was written through the other',
      given: [submit(['put', '$k', 'x'], SECOND)],
      call: answering(['get', '$k'], 'x', FIRST),
      expect: { result: 'x' },
    },
    {
      name: "are both told of where both of the gateway's organisation refuse",
      call: endorse(['fail', 'not now'], SECOND),
      expect: {
        status: 'ABORTED',
        stage: 'endorse',
        message: 'failed to endorse transaction, see attached details for more info',
        details: [
          { mspId: 'Org4MSP', message: 'chaincode response 500, not now' },
          { mspId: 'Org4MSP', message: 'chaincode response 500, not now' },
        ],
      },
    },
    {
      name: 'are both told of where the client names their organisation, and they refuse',
      call: endorse(['fail', 'not now'], { ...OTHER, endorsers: ['Org4MSP'] }),
      expect: {
        status: 'ABORTED',
        message: 'failed to collect enough transaction endorsements, see attached details for more info',
        details: [
          { mspId: 'Org4MSP', message: 'chaincode response 500, not now' },
          { mspId: 'Org4MSP', message: 'chaincode response 500, not now' },
        ],
      },
    },
    {
      name: 'are not asked one after the other where a function that is evaluated refuses',
      call: evaluate(['fail', 'not now'], SECOND),
      expect: { status: 'UNKNOWN', details: [{ mspId: 'Org4MSP', message: 'chaincode response 500, not now' }] },
    },
    {
      name: 'are both told of, by the others too, where their answers differ',
      call: endorse(['putRandom', '$k'], OTHER),
      expect: {
        status: 'ABORTED',
        details: [
          { mspId: 'Org4MSP', message: 'ProposalResponsePayloads do not match' },
          { mspId: 'Org4MSP', message: 'ProposalResponsePayloads do not match' },
        ],
      },
    },
    {
      name: 'are told of by Discovery, each with its endpoint',
      call: toldPeers(OTHER),
      expect: { result: ['peer0.org2', 'peer0.org4', 'peer1.org4'] },
    },
    {
      name: 'do without one that is stopped, which has everything when it is back',
      call: inOrder(
        withoutSecondPeer(
          'org4',
          submit(['emit', '$k', 'made', '$meanwhile'], OTHER),
          endorsers(['put', '$l', 'x'], FIRST),
          statusOf(evaluate(['get', '$l'], SECOND)),
        ),
        answering(['get', '$l'], 'x', SECOND),
        heard(SECOND),
      ),
      expect: {
        each: [
          {
            each: [{ result: 'emitted' }, { result: ['peer0.org2', 'peer0.org4'] }, { status: 'UNAVAILABLE' }],
          },
          { result: 'x' },
          { events: [{ name: 'made', payload: '$meanwhile' }] },
        ],
      },
      alone: true,
    },
  ],
};
