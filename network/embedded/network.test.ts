import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestClient } from './testing/client';
import { Harness } from './testing/harness';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe('a network of three organisations, two of which must endorse', () => {
  const harness = new Harness();
  let one: TestClient;
  let two: TestClient;

  beforeAll(async () => {
    await harness.start();
    one = await harness.client('one');
    two = await harness.client('two');
  });
  afterAll(() => harness.stop());

  test('what one organisation writes, another reads', async () => {
    const result = await one.contract.submitTransaction('put', 'greeting', 'hello');
    expect(text(result)).toBe('written');
    expect(text(await two.contract.evaluateTransaction('get', 'greeting'))).toBe('hello');
  });

  test('a missing key reads as empty', async () => {
    expect(await one.contract.evaluateTransaction('get', 'nothing')).toHaveLength(0);
  });
});
