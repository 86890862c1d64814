import { describe, expect, test } from '@jest/globals';
import { Horizon } from './horizon';

describe('the horizon', () => {
  test('asks nothing of a peer before anything is known, nor of the one that told it', () => {
    const horizon = new Horizon();
    expect(horizon.due('bank-a')).toBeUndefined();

    horizon.note('bank-a', 'tx1', 7n);

    expect(horizon.due('bank-a')).toBeUndefined();
  });

  test('has every other peer come to the newest block that one of them told of', () => {
    const horizon = new Horizon();
    horizon.note('bank-a', 'tx1', 7n);
    horizon.note('bank-b', 'tx2', 9n);
    horizon.note('bank-a', 'tx0', 5n);

    expect(horizon.due('bank-a')).toEqual({ transactionId: 'tx2', block: 9n });
    expect(horizon.due('platform')).toEqual({ transactionId: 'tx2', block: 9n });

    horizon.note('platform', 'tx2', 9n);

    expect(horizon.due('platform')).toBeUndefined();
  });

  test('trusts no peer that was gone, and none after the network was', () => {
    const horizon = new Horizon();
    horizon.note('bank-a', 'tx1', 7n);

    horizon.forget('bank-a');
    expect(horizon.due('bank-a')).toEqual({ transactionId: 'tx1', block: 7n });

    horizon.note('bank-a', 'tx1', 7n);
    horizon.forgetAll();
    expect(horizon.due('bank-a')).toEqual({ transactionId: 'tx1', block: 7n });
  });

  test('has every peer come to what the records of an earlier run tell', () => {
    const horizon = new Horizon();
    horizon.remember({ transactionId: 'tx3', block: 12n });
    horizon.note('bank-a', 'tx1', 7n);

    for (const member of ['bank-a', 'bank-b']) {
      expect(horizon.due(member)).toEqual({ transactionId: 'tx3', block: 12n });
    }
  });
});
