/** Who reads a private value, and who its hash only. */
import { type Call, type CallOptions, evaluate, inOrder, propose, submit } from '../../acts';
import { type Act, type Behaviour } from '../../behaviour';
import { AS_THREE, BOTH, get, hash, notAvailable, put, sha256, VAULT } from './vault';

/** What of these texts a proposal's transaction holds, as it goes to the orderer. */
function heldBy(call: Call, options: CallOptions, ...texts: readonly string[]): Act {
  return async (world) => {
    const transaction = await (await propose(world, call, options)).endorse();
    const bytes = Buffer.from(transaction.getBytes());
    return { status: 'OK', result: JSON.stringify(texts.filter((text) => bytes.includes(world.fill(text)))) };
  };
}

export const reading: readonly Behaviour[] = [
  {
    name: 'a member reads what was written from transient data',
    given: [submit(['putPrivate', 'pair', '$k'], { ...BOTH, transient: { value: 'secret' } })],
    call: get('pair', '$k'),
    expect: { result: 'secret' },
  },
  {
    name: 'the other member reads it too',
    given: [put('pair', '$k', 'secret')],
    call: evaluate(['getPrivate', 'pair', '$k'], { chaincode: 'vault', as: 'org2' }),
    expect: { result: 'secret' },
  },
  {
    name: 'who is no member is told that a value is there that its peer has not got',
    given: [put('pair', '$k', 'secret')],
    call: evaluate(['getPrivate', 'pair', '$k'], AS_THREE),
    expect: { status: 'UNKNOWN', details: [{ mspId: 'Org3MSP', message: notAvailable }] },
  },
  {
    name: 'who is no member reads a missing key as empty',
    call: evaluate(['getPrivate', 'pair', '$none'], AS_THREE),
    expect: { result: '' },
  },
  {
    name: 'who is no member has the hash',
    given: [put('pair', '$k', 'secret')],
    call: evaluate(['getPrivateHash', 'pair', '$k'], AS_THREE),
    expect: { result: sha256('secret') },
  },
  { name: 'the hash of a missing key is empty', call: hash('pair', '$none'), expect: { result: '' } },
  {
    name: 'neither transient data nor private values are in the transaction',
    call: heldBy(
      ['putPrivate', 'pair', '$key'],
      { ...BOTH, transient: { value: 'value of $', note: 'note of $' } },
      'value of $',
      'note of $',
      '$key',
      'pair',
    ),
    // Key and collection are arguments of the call.
    expect: { result: ['$key', 'pair'] },
  },
  {
    name: 'a transaction does not see its own private writes',
    given: [put('pair', '$k', 'before')],
    call: inOrder(submit(['putPrivateThenGet', 'pair', '$k', 'after'], BOTH), get('pair', '$k')),
    expect: { each: [{ result: 'before' }, { result: 'after' }] },
  },
  {
    name: 'a key is another in another collection and in public',
    given: [
      put('pair', '$k', 'pair'),
      put('other', '$k', 'other'),
      submit(['put', '$k', 'public'], { chaincode: 'vault' }),
    ],
    call: inOrder(get('pair', '$k'), get('other', '$k'), evaluate(['get', '$k'], VAULT)),
    expect: { each: [{ result: 'pair' }, { result: 'other' }, { result: 'public' }] },
  },
  {
    name: 'private and public writes of one transaction',
    given: [submit(['putPrivateAndPublic', 'pair', '$k', 'v'], BOTH)],
    call: inOrder(get('pair', '$k'), evaluate(['get', '$k'], AS_THREE)),
    expect: { each: [{ result: 'v' }, { result: 'public v' }] },
  },
];
