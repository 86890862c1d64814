/** Envelopes that are not ordered, or ordered in vain. */
import { endorse, evaluate, inOrder, propose, submit } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { by } from '../../identities';
import { changedTransaction, submitTransaction } from '../../raw';
import { READ, unchanged, WRITE } from './calls';

export const envelopes: readonly Behaviour[] = [
  {
    name: 'an envelope signed by another than its creator is not ordered',
    call: submitTransaction(WRITE, unchanged, {
      sign: (message, { signer }) => signer.sign(Buffer.concat([message, Buffer.from([1])])),
    }),
    expect: {
      status: 'ABORTED',
      stage: 'submit',
      message: /^received unsuccessful response from orderer: status=FORBIDDEN, info=/,
    },
  },
  {
    name: 'an envelope for a channel that is not there is not ordered',
    call: submitTransaction(WRITE, ({ channelHeader }) => {
      channelHeader.setChannelId('absent');
    }),
    expect: {
      status: 'FAILED_PRECONDITION',
      stage: 'submit',
      message: 'failed to get config for channel [absent]: could not get last config for channel absent',
    },
  },
  {
    name: 'an envelope whose certificate has expired since it was endorsed is not ordered',
    call: by({ organization: 'org1', expired: true }, 'submit'),
    expect: {
      status: 'ABORTED',
      stage: 'submit',
      message: /^received unsuccessful response from orderer: status=BAD_REQUEST, info=.*identity expired/,
    },
  },
  {
    name: 'the same envelope again changes nothing again',
    call: async (world) => {
      const client = await world.client('org1');
      const endorsed = await (await propose(world, ['add', '$n', '1'], {})).endorse();
      const transaction = changedTransaction(client, endorsed, unchanged);
      await (await transaction.submit()).getStatus();
      await transaction.submit();
      const { code } = await (
        await (await (await propose(world, ['put', '$after', 'x'], {})).endorse()).submit()
      ).getStatus();
      const seen = await evaluate(['history', '$n'])(world);
      return {
        status: 'OK',
        result: JSON.stringify({ code, writes: (JSON.parse(seen.result ?? '[]') as unknown[]).length }),
      };
    },
    expect: { result: { code: 0, writes: 1 } },
  },
  {
    name: 'endorsed by one who may, and nothing is left of what was refused',
    given: [submit(WRITE)],
    call: inOrder(endorse(['put', '$k', 'again']), evaluate(READ)),
    expect: { each: [{ result: 'written' }, { result: 'x' }] },
  },
];
