/** Chaincode events through the Gateway. */
import { listening, submit } from '../acts';
import { type Topic } from '../behaviour';

export const events: Topic = {
  name: 'events',
  behaviours: [
    {
      name: 'come in the order of the ledger, with name and payload',
      call: listening(2, {}, submit(['emit', '$a', 'made', '$one']), submit(['emit', '$b', 'made', '$two'])),
      expect: {
        events: [
          { chaincode: 'basic', name: 'made', payload: '$one' },
          { chaincode: 'basic', name: 'made', payload: '$two' },
        ],
      },
    },
    {
      name: 'of one transaction: the last one set is the one',
      call: listening(1, {}, submit(['emitAll', '$a', '$first', '$second'])),
      expect: { events: [{ name: '$second' }] },
    },
    {
      name: 'of an invalid transaction are not told',
      call: listening(
        1,
        {},
        async (world) => {
          await submit(['emit', '$a', 'made', '$invalid'], { endorsers: ['Org1MSP'] })(world);
          return { status: 'OK' };
        },
        submit(['emit', '$a', 'made', '$valid']),
      ),
      expect: { events: [{ payload: '$valid' }] },
    },
    {
      name: 'of another chaincode are not told',
      call: listening(
        1,
        {},
        submit(['emit', '$a', 'made', '$other'], { chaincode: 'any' }),
        submit(['emit', '$a', 'made', '$mine']),
      ),
      expect: { events: [{ chaincode: 'basic', payload: '$mine' }] },
    },
  ],
};
